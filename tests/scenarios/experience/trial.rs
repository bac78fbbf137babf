//! Whether a flow does any good: of those who wished for something half were answered, and who that was is the house's choice.
//! What each of them did then is a formula.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    crowd, day,
    reports::{DAY, has, has_only, named, report},
};
use crate::flows::{id, published};

/// Those who wished: their numbers, and Sara, who has none.
fn wished() -> Vec<Option<u32>> {
    (0..40).chain(60..80).map(Some).chain([None]).collect()
}

fn count(people: &[Option<u32>], is_meant: impl Fn(Option<u32>) -> bool) -> u32 {
    let meant = people.iter().filter(|who| is_meant(**who)).count();
    u32::try_from(meant).unwrap()
}

/// Orders per person.
fn rate(people: &[Option<u32>]) -> f64 {
    f64::from(orders(people)) / f64::from(count(people, |_| true))
}

/// 0..40 and Sara ordered once, after they had wished.
fn orders(people: &[Option<u32>]) -> u32 {
    count(people, |who| who.is_none_or(|i| i < 40))
}

/// What these did and said since: 0..30 are promoters, 30..40 passives, Sara is a detractor and then a promoter; 0..40 said how
/// the delivery was, 20..40 of them content; 0..10 how easy the call was, 5..10 of them easy.
fn arm(people: &[Option<u32>]) -> (Value, Value) {
    let within = |from: u32, below: u32| count(people, |who| who.is_some_and(|i| (from..below).contains(&i)));
    let sara = count(people, |who| who.is_none());
    let counts = json!({"people": count(people, |_| true), "orders": orders(people),
        "orders_per_person": rate(people)});
    let scores = [
        (
            "nps",
            within(0, 40) + 2 * sara,
            json!({"promoters": within(0, 30) + sara, "passives": within(30, 40), "detractors": sara}),
        ),
        ("csat", within(0, 40), json!({"satisfied": within(20, 40)})),
        ("ces", within(0, 10), json!({"easy": within(5, 10)})),
    ];
    let mut told = Map::new();
    for (style, n, mut score) in scores {
        score["n"] = json!(n);
        // Of a style that nobody answered nothing is told.
        if n > 0 {
            told.insert(style.to_owned(), score);
        }
    }
    (counts, Value::Object(told))
}

#[test]
fn what_came_of_a_flow_is_told_beside_what_came_without_it() {
    let town = day();
    let asked = published(&town, ".action.web.wished.");
    let asked: BTreeSet<String> = asked
        .iter()
        .map(|one| one["profile"].as_str().unwrap().to_owned())
        .collect();
    let name = |who: &Option<u32>| who.map_or("sara".to_owned(), crowd::name);
    let (treated, held_out): (Vec<_>, Vec<_>) = wished()
        .into_iter()
        .partition(|who| asked.contains(&id(&town, &name(who))));
    assert_eq!(treated.len(), asked.len(), "nobody else was answered");
    // Half of 61; that fewer than ten are on either side happens once in ten million times.
    assert!(treated.len() > 9 && held_out.len() > 9, "{}", treated.len());
    let trials = report(&town, "cx", DAY)["trials"].clone();
    let trials = named(&trials, &["flow"]);
    // The other flow has nobody held out, and need not be told.
    let told = &trials["wished"];
    for (name, people) in [("treated", &treated), ("held_out", &held_out)] {
        let (counts, scores) = arm(people);
        has(&told[name], &counts);
        has_only(&named(&told[name]["scores"], &["style"]), &scores);
    }
    let difference = rate(&treated) - rate(&held_out);
    has(told, &json!({"orders_per_person_difference": difference}));
    let [low, high] = ["difference_low", "difference_high"].map(|end| told[end].as_f64().unwrap());
    assert!(
        low <= difference && difference <= high,
        "{low} to {high}: {difference}"
    );
}

/// Who is held out stays so, and is the same after a restart.
#[test]
fn who_is_held_out_is_chosen_once() {
    let mut town = day();
    let before = report(&town, "cx", DAY)["trials"].clone();
    town.reopen();
    crate::flows::rest(&town);
    assert_eq!(report(&town, "cx", DAY)["trials"], before);
    let asked = published(&town, ".action.web.wished.");
    let whom: BTreeSet<&str> = asked.iter().map(|one| one["profile"].as_str().unwrap()).collect();
    assert_eq!(whom.len(), asked.len(), "nobody twice");
}
