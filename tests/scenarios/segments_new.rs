//! Who is asked only what their events may change is in the same segments as where all are asked of everybody: persons appear,
//! log in on devices that others use, become one, are taken apart by late log-outs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yekta::{decide::rule::Rulebook, engine::ProfileId};

use crate::{
    rulebook::{segment, settled},
    said::{cookie, event, signed_in, signed_out, user},
    town::Town,
};

fn rules() -> Rulebook {
    let segments = [
        ("bought_nothing", "totals.orders == 0"),
        ("buyers", "count('Order Completed', '90d') > 0"),
        ("cart_left", "size(cart) > 0 && quiet('Order Completed', '2h')"),
        ("customers", "'user_id' in kinds"),
        ("elsewhere", "!('here' in segments)"),
        ("here", "get(traits, 'city', '') == 'Tehran'"),
        (
            "lookers",
            "count('Page Viewed', '30d') >= 2 && !('buyers' in segments)",
        ),
        ("many", "counters.events > 3"),
        ("visitors", "visits('30d') >= 2"),
    ];
    let segments = segments.map(|(name, when)| segment(name, when));
    Rulebook::new(segments.to_vec(), Vec::new()).unwrap()
}

/// Numbers without a pattern, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// What somebody does, at any time of two days and so in any order.
fn step(number: usize, dice: &mut Dice) -> Value {
    let device = cookie(&format!("d{}", dice.below(6)));
    let who = format!("u{}", dice.below(5));
    let time = format!(
        "{}T{:02}:{:02}",
        20 + dice.below(2),
        dice.below(24),
        dice.below(60)
    );
    let id = format!("e{number}");
    let told = |name: &str, whose: Value, more: Value| event(&id, ["web", name], &time, json!([whose]), more);
    match dice.below(9) {
        0 => signed_in(&id, &time, &device, &who),
        1 => signed_out(&id, &time, &device, &who),
        2 => told(
            "Product Added",
            device,
            json!({"properties": {"product_id": "p"}}),
        ),
        3 => told(
            "Order Completed",
            user(&who),
            json!({"properties": {"order_id": &id}}),
        ),
        4 => told(
            "Profile Updated",
            user(&who),
            json!({"traits": {"city": "Tehran"}}),
        ),
        5 => told("Page Viewed", user(&who), json!({})),
        _ => told("Page Viewed", device, json!({})),
    }
}

/// The segments of everybody, without since when.
fn memberships(town: &Town) -> BTreeMap<ProfileId, BTreeSet<String>> {
    let profiles = town.profiles().into_keys();
    let inside = profiles.map(|id| {
        let portrait = town.query().portrait(id).unwrap().unwrap();
        (id, portrait.segments.into_keys().collect())
    });
    inside.collect()
}

#[test]
fn nobody_is_elsewhere_for_being_asked_less() {
    for seed in 1..=6 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let events: Vec<Value> = (0..60).map(|number| step(number, &mut dice)).collect();
        let narrowly = settled(Town::keyed(7).ruled(rules()));
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let (batch, behind) = rest.split_at(rest.len().min(1 + usize::try_from(dice.below(4)).unwrap()));
            narrowly.tell(batch);
            rest = behind;
        }
        let all = Town::keyed(7);
        all.tell(&events);
        let all = settled(all.ruled(rules()));
        assert_eq!(memberships(&narrowly), memberships(&all), "seed {seed}");
    }
}
