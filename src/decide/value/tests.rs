//! Who stands where, whatever the order in which they come.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Customers, Name, Policy, Purchases, Rank, Tier, Tiers};
use crate::domain::{
    amount::Amount,
    event::{Event, EventId},
    identity::{Claim, IdentityRules},
    profile::{Aggregate, FoldLimits, Profile},
    time::Timestamp,
    value::Value,
};

const DAY: i64 = 24 * 3_600 * 1_000_000;
const YEAR: u64 = 365 * 24 * 3_600 * 1_000_000;
const NOW: Timestamp = Timestamp::from_micros(1_000 * DAY);

fn bought(last: i64, orders: u32, paid: &[(&str, i128)]) -> Purchases {
    Purchases {
        last: Timestamp::from_micros(last),
        orders,
        paid: paid
            .iter()
            .map(|(currency, units)| ((*currency).to_owned(), Amount::from_units(*units)))
            .collect(),
    }
}

fn ranked(policy: &Policy, all: &[(u32, Purchases)]) -> (Option<String>, BTreeMap<u32, Rank>) {
    let mut customers = Customers::default();
    for (id, purchases) in all {
        customers.add(*id, purchases.clone());
    }
    let scale = customers.scale(policy);
    let ranks = customers.ranked(&scale);
    (scale.currency, ranks.into_iter().collect())
}

/// Twenty who differ in everything: the higher the number, the later, oftener and dearer.
fn twenty() -> Vec<(u32, Purchases)> {
    (0..20)
        .map(|number| {
            let purchases = bought(i64::from(number), 1 + number, &[("IRR", i128::from(number))]);
            (number, purchases)
        })
        .collect()
}

#[test]
fn a_fifth_is_a_fifth_and_a_tier_its_share() {
    let (currency, ranks) = ranked(&Policy::default(), &twenty());
    assert_eq!(currency.as_deref(), Some("IRR"));
    for (number, rank) in &ranks {
        let fifth = u8::try_from(number / 4 + 1).unwrap();
        assert_eq!(
            [rank.recency, rank.frequency, rank.monetary],
            [fifth; 3],
            "{number}"
        );
    }
    let count = |tier| ranks.values().filter(|rank| rank.tier == tier).count();
    assert_eq!(
        [Tier::Top, Tier::High, Tier::Middle, Tier::Low].map(count),
        [1, 3, 6, 10]
    );
    assert_eq!(ranks[&19].standing().name, "champions");
    assert_eq!(ranks[&0].standing().name, "lost");
}

#[test]
fn equals_stand_alike_and_others_in_their_other_measures() {
    let mut all = twenty();
    // Four who bought once stand by what they paid; the two who are the same in everything share the lower place.
    for (number, money) in [(3, 1), (4, 2), (5, 2)] {
        all[number].1 = bought(1, 1, &[("IRR", money)]);
    }
    let (_, ranks) = ranked(&Policy::default(), &all);
    assert_eq!(ranks[&4], ranks[&5]);
    assert_eq!(ranks[&0].frequency, 1);
    assert_eq!([ranks[&3].frequency, ranks[&4].frequency], [1, 1]);
    let alike = vec![bought(1, 1, &[("IRR", 5)]); 10];
    let (_, ranks) = ranked(&Policy::default(), &(0..).zip(alike).collect::<Vec<_>>());
    let each: BTreeSet<Rank> = ranks.into_values().collect();
    assert_eq!(each.len(), 1);
}

#[test]
fn money_is_that_of_one_currency() {
    let all = [
        (1, bought(1, 1, &[("EUR", 900)])),
        (2, bought(1, 1, &[("IRR", 2), ("EUR", 1)])),
        (3, bought(1, 1, &[("IRR", 3)])),
    ];
    // Two paid in either: the first by the alphabet.
    let (currency, ranks) = ranked(&Policy::default(), &all);
    assert_eq!(currency.as_deref(), Some("EUR"));
    assert!(ranks[&1].monetary > ranks[&2].monetary && ranks[&2].monetary > ranks[&3].monetary);
    let rials = Policy {
        currency: Some("IRR".to_owned()),
        ..Policy::default()
    };
    let (_, ranks) = ranked(&rials, &all);
    assert!(ranks[&3].monetary > ranks[&2].monetary && ranks[&2].monetary > ranks[&1].monetary);
}

#[test]
fn every_cell_has_a_name_and_every_name_a_cell() {
    let mut cells: BTreeMap<Name, u32> = BTreeMap::new();
    for recency in 1..=5 {
        for frequency in 1..=5 {
            for monetary in 1..=5 {
                let name = Name::of(recency, frequency, monetary);
                assert_eq!(name, Name::of(recency, monetary, frequency));
                *cells.entry(name).or_default() += 1;
            }
        }
    }
    assert_eq!(cells.values().sum::<u32>(), 125);
    let names: BTreeSet<&str> = cells.keys().map(|name| name.as_str()).collect();
    assert_eq!(names.len(), 11, "{names:?}");
    // The corners are what everybody calls them.
    let corner = |recency, rest| Name::of(recency, rest, rest).as_str();
    assert_eq!(
        [corner(5, 5), corner(5, 1), corner(1, 5), corner(1, 1)],
        ["champions", "new", "cannot_lose", "lost"]
    );
}

/// An order event of a day, counted back from now.
fn order(id: &str, name: &str, days_ago: i64, total: &str) -> Event {
    let text = |text: &str| Value::Text(text.to_owned());
    let id_of = EventId {
        source: "test".to_owned(),
        id: format!("{id}-{name}"),
    };
    let time = Timestamp::from_micros(NOW.as_micros() - days_ago * DAY);
    Event {
        properties: BTreeMap::from([
            ("order_id".to_owned(), text(id)),
            ("total".to_owned(), text(total)),
            ("currency".to_owned(), text("IRR")),
        ]),
        ..Event::plain(id_of, name, time)
    }
}

fn profile(events: &[Event]) -> Profile {
    let limits = FoldLimits::STANDARD;
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, false, &limits), &limits);
    }
    let claim = Claim::of(&events[0], &IdentityRules::standard(), |_| {
        Ok::<_, std::convert::Infallible>(None)
    });
    Profile::combine([(&claim.unwrap(), &whole)], &limits)
}

#[test]
fn what_is_kept_and_within_the_window_was_bought() {
    let events = [
        order("old", "Order Completed", 365, "1000"),
        order("a", "Order Completed", 364, "7"),
        order("b", "Order Completed", 20, "5"),
        order("c", "Order Completed", 10, "100"),
        order("c", "Order Refunded", 9, "100"),
        order("next", "Order Completed", -1, "1000"),
        order("unread", "Order Completed", 30, "much"),
    ];
    let purchases = Purchases::of(&profile(&events), YEAR, NOW).unwrap();
    assert_eq!(purchases.orders, 3);
    assert_eq!(purchases.last.micros_since(NOW), -20 * DAY);
    assert_eq!(purchases.paid["IRR"].to_string(), "12");
    assert_eq!(Purchases::of(&profile(&events[..1]), YEAR, NOW), None);
    assert_eq!(Purchases::of(&profile(&events[3..5]), YEAR, NOW), None);
}

proptest! {
    #[test]
    fn the_order_in_which_they_come_changes_nothing(
        all in prop::collection::vec((0_i64..6, 1_u32..4, 0_i128..4, any::<bool>()), 0..60),
        turn in any::<prop::sample::Index>(),
        backwards in any::<bool>(),
    ) {
        let all: Vec<(u32, Purchases)> = (0..)
            .zip(&all)
            .map(|(id, (last, orders, money, euros))| {
                let currency = if *euros { "EUR" } else { "IRR" };
                (id, bought(*last, *orders, &[(currency, *money)]))
            })
            .collect();
        let mut turned = all.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
        }
        if backwards {
            turned.reverse();
        }
        let (currency, ranks) = ranked(&Policy::default(), &all);
        prop_assert_eq!(&(currency, ranks.clone()), &ranked(&Policy::default(), &turned));
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            let (rank, of_other) = (ranks[&one.0], ranks[&other.0]);
            if one.1 == other.1 {
                prop_assert_eq!(rank, of_other);
            }
            if one.1.last > other.1.last {
                prop_assert!(rank.recency >= of_other.recency);
            }
            if one.1.orders > other.1.orders {
                prop_assert!(rank.frequency >= of_other.frequency);
            }
        }
    }

    /// A fifth is told by how many stand below, of all there are; and whoever lives apart from the others stands as beside them.
    #[test]
    fn whoever_knows_the_scale_needs_to_know_nobody_else(
        all in prop::collection::vec((0_i64..6, 1_u32..4, 0_i128..4, any::<bool>(), 0_usize..3), 0..60),
        percents in (0_u8..30, 0_u8..30, 0_u8..30),
    ) {
        let bought = |(last, orders, money, euros, _): &(i64, u32, i128, bool, usize)| {
            let currency = if *euros { "EUR" } else { "IRR" };
            bought(*last, *orders, &[(currency, *money)])
        };
        let everybody: Vec<(u32, Purchases)> = (0..).zip(all.iter().map(bought)).collect();
        let policy = Policy {
            tiers: Tiers { top: percents.0, high: percents.1, middle: percents.2 },
            ..Policy::default()
        };
        let (currency, ranks) = ranked(&policy, &everybody);
        let mut customers = Customers::default();
        for (id, purchases) in &everybody {
            customers.add(*id, purchases.clone());
        }
        let scale = customers.scale(&policy);
        for part in 0..3 {
            let mut own = Customers::default();
            for ((id, purchases), (.., of)) in everybody.iter().zip(&all) {
                if *of == part {
                    own.add(*id, purchases.clone());
                }
            }
            for (id, rank) in own.ranked(&scale) {
                prop_assert_eq!(rank, ranks[&id]);
            }
        }
        let paid = |one: &Purchases| currency.as_ref().and_then(|name| one.paid.get(name)).copied().unwrap_or_default();
        let by_money = |one: &Purchases| (paid(one), one.orders, one.last);
        for (id, purchases) in &everybody {
            let below = |is_below: &dyn Fn(&Purchases) -> bool| everybody.iter().filter(|(_, other)| is_below(other)).count();
            let fifth = |below: usize| u8::try_from(below * 5 / everybody.len()).unwrap() + 1;
            let latest = |one: &Purchases| (one.last, one.orders, paid(one));
            let oftenest = |one: &Purchases| (one.orders, paid(one), one.last);
            let poorer = below(&|other| by_money(other) < by_money(purchases));
            let expected = Rank {
                recency: fifth(below(&|other| latest(other) < latest(purchases))),
                frequency: fifth(below(&|other| oftenest(other) < oftenest(purchases))),
                monetary: fifth(poorer),
                tier: ranks[id].tier,
            };
            prop_assert_eq!(ranks[id], expected);
            let above = (everybody.len() - 1 - poorer) * 100;
            let shares = [percents.0, percents.1, percents.2].map(|share| usize::from(share) * everybody.len());
            let tier = match above {
                above if above < shares[0] => Tier::Top,
                above if above < shares[0] + shares[1] => Tier::High,
                above if above < shares.iter().sum() => Tier::Middle,
                _ => Tier::Low,
            };
            prop_assert_eq!(ranks[id].tier, tier);
        }
    }
}
