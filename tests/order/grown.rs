//! A tenant whose partitions become more while events come: whoever starts again meanwhile, there are the persons, totals and
//! fingerprints of one engine that has everybody, and in the end all partitions have about as many.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use yekta::domain::{event::Event, identity::IdentityRules};

use crate::{
    check::agrees_with_engine,
    folder::keys,
    member::Member,
    outcome::settled,
    partitioned::{
        OF_EVENTS, any_towns, arriving, became_what_they_are, has_the_same_rows, is_as_the_oracle_says, page,
        take_in,
    },
    partitions::{Manner, Partitions},
    town,
};

#[test]
fn customers_are_as_in_one_engine_while_partitions_become_more() {
    let moves = AtomicUsize::new(0);
    any_towns(19, |events, rules, seed| {
        let arrival = arriving(events, seed);
        let mut partitions = grown(&arrival.batches, rules, seed, Manner::default());
        let mut whole = partitions.whole();
        became_what_they_are(&partitions, events, &arrival);
        take_in(&whole, &arrival.batches, seed);
        let one = settled(whole.engine(), events, seed);
        let all = is_as_the_oracle_says(&mut partitions, events, rules);
        agrees_with_engine((seed, &all), (seed, &one), events);
        whole.stop();
        has_the_same_rows(&partitions, &whole, OF_EVENTS);
        moves.fetch_add(partitions.moves.all, Ordering::Relaxed);
    });
    assert!(moves.into_inner() > 0, "nobody moved");
}

#[test]
fn customers_are_so_while_partitions_become_more_whatever_fails() {
    let manner = Manner {
        is_faulty: true,
        ..Manner::default()
    };
    let failures = AtomicUsize::new(0);
    any_towns(20, |events, rules, seed| {
        let arrival = arriving(events, seed);
        let mut partitions = grown(&arrival.batches, rules, seed, manner);
        is_as_the_oracle_says(&mut partitions, events, rules);
        failures.fetch_add(partitions.failures.load(Ordering::Relaxed), Ordering::Relaxed);
    });
    assert!(failures.into_inner() > 0, "nothing failed");
}

#[test]
fn partitions_that_became_more_have_about_as_much_each() {
    let items: Vec<_> = (0..480_u64)
        .map(|number| page(number, &format!("user{}", number % 240), json!({})))
        .collect();
    let (events, rules) = (town::events(&items), IdentityRules::standard());
    let batches: Vec<Vec<Event>> = events.chunks(24).map(<[Event]>::to_vec).collect();
    let mut partitions = grown(&batches, &rules, 2, Manner::default());
    let persons = |partitions: &Partitions| -> Vec<usize> {
        let members = partitions.members.iter();
        members
            .map(|member| settled(member.engine(), &events, 2).persons.len())
            .collect()
    };
    let each = persons(&partitions);
    assert_eq!(each.iter().sum::<usize>(), 240);
    assert!(
        each.len() == 4 && each.iter().all(|count| (35..=85).contains(count)),
        "{each:?}"
    );
    is_as_the_oracle_says(&mut partitions, &events, &rules);
}

/// What the tenant said before is known where nobody was, also of what it says something older meanwhile.
#[test]
fn partitions_that_are_new_know_what_the_tenant_said() {
    let said = |number: u64, name: &str, time: u64, properties: Value| {
        json!({
            "id": number.to_string(), "source": "shop", "channel": "store", "type": name, "identifiers": [],
            "time": 1_767_225_600_000 + 1_000 * time, "properties": properties,
        })
    };
    let price = |number: u64, product: u64, time: u64| {
        let properties = json!({"product_id": format!("p{product}"), "price": number, "currency": "EUR"});
        said(number, "Price Changed", time, properties)
    };
    let before = (0..1_200).map(|number| price(number, number, 2_000));
    let agents = (1_200..1_210).map(|number| {
        let properties = json!({"agent_id": format!("a{number}"), "state": "busy"});
        said(number, "Agent State Changed", 2_000, properties)
    });
    let meanwhile = (2_000..2_400).map(|number| {
        let is_older = number % 2 == 0;
        price(number, number - 1_400, if is_older { 1_000 } else { 3_000 })
    });
    let items: Vec<Value> = before.chain(agents).chain(meanwhile).collect();
    let (events, rules) = (town::events(&items), IdentityRules::standard());
    let batches: Vec<Vec<Event>> = events.chunks(110).map(<[Event]>::to_vec).collect();
    let mut partitions = Partitions::new(2, &rules, 4, Manner::default());
    let (before, after) = batches.split_at(11);
    partitions.go_on(before);
    partitions.grow(4);
    partitions.go_on(after);
    partitions.spread();
    partitions.drain();
    assert!(partitions.resolver.stop());
    let of_tenant = |member: &mut Member| -> Vec<(Vec<u8>, Vec<u8>)> {
        assert!(member.stop());
        let rows = keys(&member.dir.join("store")).into_iter();
        rows.filter(|(key, _)| matches!(key[..], [b'a', ..] | [b'd', 0..=3 | 5, ..]))
            .collect()
    };
    let all: Vec<_> = partitions.members.iter_mut().map(of_tenant).collect();
    // Each product, by when it was spoken of, each agent, and how many there are.
    assert_eq!(all[0].len(), 2 * 1_200 + 10 + 1);
    for (index, rows) in all.iter().enumerate() {
        assert!(*rows == all[0], "partition {index}");
    }
}

/// Two partitions that become four, and in one of two worlds five behind that, while events come.
fn grown(batches: &[Vec<Event>], rules: &IdentityRules, seed: u64, manner: Manner) -> Partitions {
    let mut partitions = Partitions::new(2, rules, seed, manner);
    let (before, after) = batches.split_at(batches.len() / 2);
    partitions.go_on(before);
    partitions.grow(4);
    if seed.is_multiple_of(2) {
        partitions.go_on(after);
    } else {
        let (some, rest) = after.split_at(after.len() / 2);
        partitions.go_on(some);
        partitions.grow(5);
        partitions.go_on(rest);
    }
    partitions.spread();
    partitions.drain();
    partitions
}
