//! Agents are known as events and the configuration say.

use std::collections::BTreeMap;

use super::*;
use crate::{
    decide::routing::{Roster, Staff},
    domain::{
        agent::AgentState,
        event::EventId,
        identity::IdentityRules,
        profile::FoldLimits,
        time::Timestamp,
        value::{Number, Value},
    },
    engine::{
        deciding::RuleHealth,
        identity::{memory::Memory, repair::Repairs},
        state::{
            ahead::Ahead,
            batch::{Deciding, Rules},
            known::Known,
        },
        step::Ground,
    },
    store::{Keyring, Store, StoreConfig},
};

fn rules(staff: &[(&str, &[&str])]) -> Rules {
    let staff = staff.iter().map(|(id, skills)| {
        let staff = Staff {
            skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
            calls_max: 2,
        };
        ((*id).to_owned(), staff)
    });
    let mut decide = Deciding::default();
    decide.routing.agents = Roster(staff.collect());
    Rules {
        tenant: "default".to_owned(),
        part: Default::default(),
        identity: IdentityRules::standard(),
        fold: FoldLimits::STANDARD,
        retention: Default::default(),
        views: BTreeMap::new(),
        channel_views: BTreeMap::new(),
        repairs_max: 64,
        rejections_max: 1,
        decide,
    }
}

/// What a batch over an empty store comes to.
fn in_batch<T>(rules: &Rules, work: impl FnOnce(&mut Batch<'_>) -> T) -> T {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("store"), StoreConfig::caching(8 << 20)).unwrap();
    let (known, _reading) = Known::of(1 << 20, 1 << 16, 10);
    let ahead = Ahead::new(store, None, &known);
    let ground = Ground {
        before: &ahead,
        keyring: &Keyring::new(&[1; 32], &[2; 32]),
        rules,
        memory: &Memory::default(),
        book: &rules.decide.book.current(),
        health: &RuleHealth::default(),
    };
    let mut batch = Batch::new(ground, 1, Repairs::default()).unwrap();
    work(&mut batch)
}

fn event(second: i64, agent: &str, properties: &[(&str, &str)]) -> Event {
    let value = |text: &str| match Number::from_text(text) {
        Some(number) => Value::Number(number),
        None => Value::Text(text.to_owned()),
    };
    let id = EventId {
        source: "acd".to_owned(),
        id: format!("e-{second}"),
    };
    let named = [("agent_id", agent)];
    let all = named.iter().chain(properties);
    Event {
        properties: all
            .map(|(name, text)| ((*name).to_owned(), value(text)))
            .collect(),
        ..Event::plain(
            id,
            "Agent State Changed",
            Timestamp::from_micros(second * 1_000_000),
        )
    }
}

#[test]
fn what_events_say_of_who_is_configured_holds() {
    let rules = rules(&[("anna", &["orders"]), ("ben", &["sales"])]);
    let desk = in_batch(&rules, |batch| {
        batch
            .note_agent(&event(2, "anna", &[("state", "busy"), ("calls_max", "1")]))
            .unwrap();
        // A late word changes nothing.
        batch
            .note_agent(&event(1, "anna", &[("state", "ready")]))
            .unwrap();
        batch
            .note_agent(&event(3, "carl", &[("state", "ready")]))
            .unwrap();
        batch.desk().unwrap()
    });
    let mut known: Vec<_> = desk
        .agents
        .iter()
        .map(|agent| (agent.is_staff, agent.state, agent.calls_max, agent.skills.len()))
        .collect();
    known.sort();
    let expected = [
        (false, Some(AgentState::Ready), 1, 0),
        (true, None, 2, 1),
        (true, Some(AgentState::Busy), 1, 1),
    ];
    assert_eq!(known, expected);
}

#[test]
fn what_names_no_agent_says_nothing() {
    let rules = rules(&[]);
    let desk = in_batch(&rules, |batch| {
        let mut other = event(1, "anna", &[("state", "ready")]);
        other.name = "Call Started".to_owned();
        batch.note_agent(&other).unwrap();
        batch
            .note_agent(&event(1, "anna", &[("state", "asleep")]))
            .unwrap();
        batch.desk().unwrap()
    });
    assert_eq!(desk, Desk::default());
}

#[test]
fn who_is_silent_longest_makes_room() {
    let rules = rules(&[]);
    let (before, after) = in_batch(&rules, |batch| {
        for number in 0..AGENTS_MAX {
            let second = i64::try_from(number).unwrap();
            let key = keys::agent(batch.keyring.agent(&format!("a-{number}")));
            let (_, told) = Agent::told(&event(second, "a", &[("state", "ready")])).unwrap();
            batch.overlay.put_record(key, &told).unwrap();
        }
        let before = batch.known_agents().unwrap();
        // Who was heard of before all others is not taken in.
        batch
            .note_agent(&event(-1, "late", &[("state", "ready")]))
            .unwrap();
        assert_eq!(batch.known_agents().unwrap(), before);
        batch
            .note_agent(&event(9_999, "new", &[("state", "ready")]))
            .unwrap();
        (before, batch.known_agents().unwrap())
    });
    assert_eq!((before.len(), after.len()), (AGENTS_MAX, AGENTS_MAX));
    let earliest = |known: &BTreeMap<KeyHash, Agent>| known.values().filter_map(Agent::heard).min();
    assert_eq!(earliest(&before), Some(Timestamp::from_micros(0)));
    assert_eq!(earliest(&after), Some(Timestamp::from_micros(1_000_000)));
}
