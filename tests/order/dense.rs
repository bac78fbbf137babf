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
const NAMES: [&str; 11] = [
    "Page Viewed",
    "Page Viewed",
    "Signed In",
    "Signed Out",
    "Order Completed",
    "Product Added",
    "Callback Scheduled",
    "Callback Failed",
    "Price Quoted",
    "Ticket Opened",
    "Survey Answered",
];
/// People who are easily mistaken for one another, each fact in the spellings that occur: a couple, their namesakes,
/// father and son, somebody in two scripts.
const PEOPLE: [[(&str, &[&str]); 6]; 7] = [
    [
        ("first_name", &["Sara", "Sarah", "سارا"]),
        ("last_name", &["Karimi", "Karimy", "کریمی"]),
        ("birth_date", &["1990-03-14", "1990-14-03", "1990-03-15"]),
        ("address", &["12 Cedar Street", "12 Cedar St"]),
        ("postcode", &["1966733454"]),
        ("city", &["Tehran", "تهران"]),
    ],
    [
        ("first_name", &["Omid", "Omeed"]),
        ("last_name", &["Karimi"]),
        ("birth_date", &["1988-11-02"]),
        ("address", &["12 Cedar Street"]),
        ("postcode", &["1966733454"]),
        ("city", &["Tehran"]),
    ],
    [
        ("first_name", &["Sara"]),
        ("last_name", &["Karimi"]),
        ("birth_date", &["1962-07-30", "1962-07-31"]),
        ("address", &["7 Harbour Road"]),
        ("postcode", &["7134567890"]),
        ("city", &["Shiraz"]),
    ],
    [
        ("first_name", &["Robert", "Bob", "R"]),
        ("last_name", &["Thornbury", "Thornberry"]),
        ("birth_date", &["1971-06-24", "1971-05-24"]),
        ("address", &["99 Mill Lane"]),
        ("postcode", &["SW1A 1AA", "SW1A 1AB"]),
        ("city", &["London"]),
    ],
    [
        ("first_name", &["Robert Jr", "Bob Jr"]),
        ("last_name", &["Thornbury"]),
        ("birth_date", &["1999-06-24"]),
        ("address", &["99 Mill Lane"]),
        ("postcode", &["SW1A 1AA"]),
        ("city", &["London"]),
    ],
    [
        ("first_name", &["Thornbury"]),
        ("last_name", &["Robert"]),
        ("birth_date", &["1971-06-24"]),
        ("address", &["99 Mill Lane", ""]),
        ("postcode", &["SW1A1AA"]),
        ("city", &["London", "Londn"]),
    ],
    [
        ("first_name", &["unknown", "Mina"]),
        ("last_name", &["n/a", "Kazemi"]),
        ("birth_date", &["1900-01-01", "2001-01-09"]),
        ("address", &["12 Cedar Street"]),
        ("postcode", &["0000"]),
        ("city", &["Tehran"]),
    ],
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
    people: usize,
}

/// One event to be. Numbers are reduced to the size of what they choose from, so that shrinking keeps them valid.
#[derive(Clone, Debug)]
struct Draft {
    channel: usize,
    name: usize,
    instant: usize,
    identifiers: Vec<(usize, usize, usize)>,
    alias: Option<usize>,
    /// Somebody's facts, and which of them are stated, and how.
    facts: Option<(usize, u8)>,
}

/// A world to be.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pools: Pools,
    drafts: Vec<Draft>,
}

/// Worlds of up to `events_max` events.
pub(crate) fn worlds(events_max: usize) -> impl Strategy<Value = World> {
    drawn(events_max, 4, 0.6)
}

/// The same of people who mostly leave their facts and at most one identifier.
pub(crate) fn walk_ins(events_max: usize) -> impl Strategy<Value = World> {
    drawn(events_max, 2, 0.95)
}

fn drawn(events_max: usize, identifiers_max: usize, facts: f64) -> impl Strategy<Value = World> {
    let pools = (
        1..5_usize,
        1..6_usize,
        1..5_usize,
        1..5_usize,
        1..40_usize,
        1..PEOPLE.len(),
    );
    let pools = pools.prop_map(|(users, devices, contacts, orders, instants, people)| Pools {
        users,
        devices,
        contacts,
        orders,
        instants,
        people,
    });
    let facts = proptest::option::weighted(facts, (0..100_usize, any::<u8>()));
    let identifiers = proptest::collection::vec(
        (0..KINDS.len(), 0..100_usize, 0..TRUSTS.len()),
        0..identifiers_max,
    );
    let alias = proptest::option::weighted(0.08, 0..100_usize);
    let draft = (
        0..CHANNELS.len(),
        0..NAMES.len(),
        0..100_usize,
        identifiers,
        alias,
        facts,
    );
    let draft = draft.prop_map(|(channel, name, instant, identifiers, alias, facts)| Draft {
        channel,
        name,
        instant,
        identifiers,
        alias,
        facts,
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
            "traits": self.traits(name, draft),
            "properties": {"total": draft.instant, "currency": "IRR", "product_id": format!("p{}", draft.name),
                "callback_id": format!("c{}", draft.instant % 3), "ticket_id": format!("t{}", draft.instant % 3),
                "order_id": format!("{name}-o{}", draft.instant % 5), "price": draft.instant, "complaint": draft.instant.is_multiple_of(2),
                "nps": draft.instant % 11, "due": START_MS + 1000 * instant},
        })
    }

    /// Whom a draft speaks of, under the names of this world.
    fn traits(&self, name: &str, draft: &Draft) -> Value {
        let Some((person, said)) = draft.facts else {
            return json!({"first_name": format!("n{}", draft.instant)});
        };
        let told = PEOPLE[person % self.pools.people];
        let mut traits = serde_json::Map::new();
        for (place, (fact, spellings)) in told.iter().enumerate() {
            // The last two bits choose the spelling, the others which facts are left out.
            if said & (1 << place) == 0 || said % 4 == 0 {
                let spelling = spellings[usize::from(said >> 6) % spellings.len()];
                if spelling.is_empty() {
                    continue;
                }
                traits.insert((*fact).to_owned(), json!(in_world(name, fact, spelling)));
            }
        }
        if traits.is_empty() {
            traits.insert("first_name".to_owned(), json!(told[0].1[0]));
        }
        Value::Object(traits)
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

/// A fact as this world has it: other worlds have other families, streets and postcodes.
fn in_world(name: &str, fact: &str, spelling: &str) -> String {
    let number: u32 = name.trim_start_matches('w').parse().unwrap_or(0);
    match fact {
        "last_name" if spelling != "n/a" => {
            let digits = number.to_string().into_bytes().into_iter();
            let letters: String = digits.map(|digit| char::from(digit - b'0' + b'a')).collect();
            format!("{letters}{spelling}")
        }
        "birth_date" if spelling != "1900-01-01" => {
            let (year, rest) = spelling.split_at(4);
            let year: u32 = year.parse().unwrap();
            format!("{}{rest}", 1925 + (year + number) % 80)
        }
        "address" | "postcode" if spelling.len() > 4 => format!("{}{spelling}", number % 90),
        _ => spelling.to_owned(),
    }
}
