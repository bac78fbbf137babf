//! Small dense worlds: few people, devices and contacts, and many events among them, so that nearly every rule of
//! identity comes to bear on nearly every event. Realistic traffic finds far less.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use yekta::domain::{
    event::Event,
    identifier::{Identifier, Kind, Trust},
};

use crate::town;

/// Kinds as often as they occur: mostly devices and customers.
const KINDS: [&str; 16] = [
    "anonymous_id",
    "anonymous_id",
    "anonymous_id",
    "anonymous_id",
    "device_id",
    "device_id",
    "user_id",
    "user_id",
    "user_id",
    "email",
    "email",
    "phone",
    "loyalty_id",
    "order_id",
    "order_id",
    "telegram",
];
const TRUSTS: [Option<&str>; 6] = [
    None,
    None,
    Some("verified"),
    Some("staff"),
    Some("stated"),
    Some("observed"),
];
const CHANNELS: [&str; 6] = ["web", "web", "mobile", "mobile", "callcenter", "store"];
const NAMES: [&str; 6] = [
    "Page Viewed",
    "Page Viewed",
    "Signed In",
    "Signed Out",
    "Order Completed",
    "Product Added",
];
/// 2026-01-01T00:00:00Z in milliseconds.
const START_MS: u64 = 1_767_225_600_000;

/// How many different values there are of each thing, at least one.
#[derive(Clone, Copy, Debug)]
struct Pools {
    users: usize,
    devices: usize,
    contacts: usize,
    orders: usize,
    instants: usize,
}

/// One event to be. Numbers are reduced to the size of what they choose from, so that shrinking keeps them valid.
#[derive(Clone, Debug)]
struct Draft {
    channel: usize,
    name: usize,
    instant: usize,
    identifiers: Vec<(usize, usize, usize)>,
    alias: Option<usize>,
}

/// A world to be.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pools: Pools,
    drafts: Vec<Draft>,
}

/// Worlds of up to `events_max` events.
pub(crate) fn worlds(events_max: usize) -> impl Strategy<Value = World> {
    let pools = (1..5_usize, 1..6_usize, 1..5_usize, 1..5_usize, 1..40_usize);
    let pools = pools.prop_map(|(users, devices, contacts, orders, instants)| Pools {
        users,
        devices,
        contacts,
        orders,
        instants,
    });
    let identifiers = proptest::collection::vec((0..KINDS.len(), 0..100_usize, 0..TRUSTS.len()), 0..4);
    let alias = proptest::option::weighted(0.08, 0..100_usize);
    let draft = (
        0..CHANNELS.len(),
        0..NAMES.len(),
        0..100_usize,
        identifiers,
        alias,
    );
    let draft = draft.prop_map(|(channel, name, instant, identifiers, alias)| Draft {
        channel,
        name,
        instant,
        identifiers,
        alias,
    });
    (pools, proptest::collection::vec(draft, 1..=events_max))
        .prop_map(|(pools, drafts)| World { pools, drafts })
}

/// `count` events of worlds that have nothing to do with one another.
pub(crate) fn many(count: usize, runner: &mut TestRunner) -> Vec<Event> {
    let strategy = worlds(60);
    let mut events = Vec::new();
    while events.len() < count {
        let world = strategy.new_tree(runner).unwrap().current();
        events.extend(world.events(&format!("w{}", events.len())));
    }
    events.truncate(count);
    events
}

impl World {
    /// Its events; `name` sets everything in it apart from other worlds.
    pub(crate) fn events(&self, name: &str) -> Vec<Event> {
        let items: Vec<Value> = self
            .drafts
            .iter()
            .enumerate()
            .map(|(place, draft)| self.json(name, place, draft))
            .collect();
        let mut events = town::events(&items);
        for (event, draft) in events.iter_mut().zip(&self.drafts) {
            event.alias_of = draft.alias.map(|user| {
                let former = format!("{name}-user_id{}", user % self.pools.users);
                Identifier::from_normalised(Kind::USER_ID, former, Trust::Stated)
            });
        }
        events
    }

    fn json(&self, name: &str, place: usize, draft: &Draft) -> Value {
        let identifiers: Vec<Value> = draft
            .identifiers
            .iter()
            .map(|(kind, value, trust)| self.identifier(name, *kind, *value, *trust))
            .collect();
        let instant = u64::try_from(draft.instant % self.pools.instants).unwrap();
        json!({
            "id": format!("{name}-{place}"),
            "source": "crm",
            "channel": CHANNELS[draft.channel],
            "type": NAMES[draft.name],
            "time": START_MS + 1000 * instant,
            "identifiers": identifiers,
            "traits": {"first_name": format!("n{}", draft.instant)},
            "properties": {"total": draft.instant, "currency": "IRR", "product_id": format!("p{}", draft.name)},
        })
    }

    fn identifier(&self, name: &str, kind: usize, value: usize, trust: usize) -> Value {
        let (kind, pools) = (KINDS[kind], self.pools);
        let value = match kind {
            "user_id" => format!("{name}-user_id{}", value % pools.users),
            "anonymous_id" | "device_id" => format!("{name}-{}", value % pools.devices),
            "email" => format!("{name}-{}@example.com", value % pools.contacts),
            // Normalised phones would not keep the name of the world: the number is made of it.
            "phone" => format!(
                "+98912{:0>5}{:02}",
                name.trim_start_matches('w'),
                value % pools.contacts
            ),
            "order_id" => format!("{name}-{}", value % pools.orders),
            _ => format!("{name}-{}", value % pools.contacts),
        };
        let mut identifier = json!({"kind": kind, "value": value});
        if let Some(trust) = TRUSTS[trust] {
            identifier["trust"] = json!(trust);
        }
        identifier
    }
}
