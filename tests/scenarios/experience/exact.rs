//! Whatever people turn out to be, whatever is taken back, erased and comes again: the reports are those of a town that was told
//! only what remains, in another order.

use std::collections::BTreeSet;

use serde_json::Value;
use yekta::engine::rebuild;

use super::{dice::Dice, history::History, reports::everything, rules};
use crate::{
    flows::{going_by, rest},
    town::Town,
};

const DAYS: &str = "from=2026-11-13&until=2026-11-22";

/// Every report of all days and of the last, and who is in which segment.
fn told(town: &Town) -> Vec<Value> {
    rest(town);
    let mut told = everything(town, DAYS);
    told.extend(everything(town, super::reports::DAY));
    told.push(town.get("/v1/reports/segments"));
    told
}

/// What another town reports that is told what remains.
fn anew(history: &History) -> Vec<Value> {
    let town = going_by(&rules::counting(), "");
    history.remains(&town);
    told(&town)
}

#[track_caller]
fn is_exact(town: &Town, history: &History, when: &str) {
    for (told, anew) in told(town).iter().zip(anew(history)) {
        assert_eq!(*told, anew, "{when}\n{}", history.story());
    }
}

/// What may happen to the history as a whole.
const TURNS: [&str; 5] = [
    "two are one",
    "a word is taken back",
    "an event is taken back",
    "somebody is erased",
    "all comes again",
];

/// One more thing happens: its name, and whether it could.
fn turn(town: &Town, history: &mut History, dice: &mut Dice) -> (&'static str, bool) {
    let name = dice.one_of(&[0, 0, 0, 1, 2, 2, 3, 4]);
    let happened = match name {
        0 => history.say(town, dice),
        1 => history.take_back_a_word(town),
        2 => history.take_back_an_event(town, dice),
        3 => history.erase(town, dice),
        _ => history.comes_again(town),
    };
    (TURNS[name], happened)
}

/// What was lived through: the town, what it was told, and what happened to all of that.
type Lived = (Town, History, BTreeSet<&'static str>);

/// Lets as many turns pass as said, with a few events before each; every third is looked at, and the last.
fn lived(seed: u64, turns: usize) -> Lived {
    let town = going_by(&rules::counting(), "");
    let (mut history, mut dice) = (History::default(), Dice::new(seed));
    let mut happened = BTreeSet::new();
    history.begin(&town);
    for number in 1..=turns {
        for _ in 0..=dice.roll(6) {
            history.happens(&town, &mut dice);
        }
        let (what, did) = turn(&town, &mut history, &mut dice);
        happened.extend(did.then_some(what));
        if number % 3 == 0 || number == turns {
            is_exact(&town, &history, &format!("seed {seed}, turn {number}: {what}"));
        }
    }
    (town, history, happened)
}

#[test]
fn reports_are_of_what_remains_whatever_happened() {
    let mut happened = BTreeSet::new();
    for seed in 1..=8 {
        happened.extend(lived(seed, 12).2);
    }
    assert_eq!(happened, TURNS.into());
}

#[test]
fn they_stay_so_through_a_restart_and_a_store_that_is_built_again() {
    for seed in 101..=103 {
        let (mut town, mut history, _) = lived(seed, 6);
        town.reopen();
        is_exact(&town, &history, &format!("seed {seed}, after a restart"));
        town.stop();
        drop(rebuild(&town.folder(), false).unwrap());
        town.open();
        is_exact(&town, &history, &format!("seed {seed}, built again"));
        // And it goes on from there.
        let mut dice = Dice::new(seed + 1_000);
        for _ in 0..6 {
            history.happens(&town, &mut dice);
        }
        history.take_back_an_event(&town, &mut dice);
        history.comes_again(&town);
        is_exact(&town, &history, &format!("seed {seed}, gone on"));
    }
}

/// All erased, nothing is reported of anybody; what teams said of themselves stays.
#[test]
fn nothing_is_left_of_who_is_erased() {
    let town = super::day();
    let never = going_by(&rules::all(), "");
    let of_teams: Vec<Value> = super::crowd::morning()
        .into_iter()
        .filter(|event| event["type"] == "Employee Feedback Given")
        .collect();
    super::tell(&never, &of_teams);
    let ids: Vec<String> = town.profiles().into_keys().map(|id| id.to_string()).collect();
    for id in ids {
        crate::erased::erase(&town, &id);
    }
    for (told, never) in told(&town).iter().zip(told(&never)) {
        assert_eq!(*told, never);
    }
}
