//! Who serves customers, as events tell: what they can, how many they take at once, and whether they are there.
//!
//! Registers in which the latest event wins, so that the order of arrival does not matter. An agent's id is in none of them,
//! and nothing here is about a customer.

use std::collections::BTreeSet;

use crate::domain::{
    event::{Event, Stamp, token},
    profile::bounded::Latest,
    time::Timestamp,
    value::Value,
};

/// Skills of one agent, at most: the alphabetically first.
pub const SKILLS_MAX: usize = 32;
/// Letters of a skill; longer ones are none.
pub const SKILL_LETTERS_MAX: usize = 64;
/// Calls that one agent takes at once, at most.
pub const CALLS_MAX: u16 = 100;

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentState {
    /// They take calls.
    Ready,
    /// They have as many as they take.
    Busy,
    /// They are not at their place.
    Away,
    /// They do not work.
    Offline,
}

impl AgentState {
    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match token(name).as_str() {
            "ready" => Self::Ready,
            "busy" => Self::Busy,
            "away" => Self::Away,
            "offline" => Self::Offline,
            _ => return None,
        })
    }
}

/// What is known of an agent by events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// What they can, as tokens.
    pub skills: Option<Latest<BTreeSet<String>>>,
    /// How many calls they take at once.
    pub calls_max: Option<Latest<u16>>,
    /// Whether they are there.
    pub state: Option<Latest<AgentState>>,
}

impl Agent {
    /// What an `Agent State Changed` says, and of which agent; `None` of another event, and of one that names none.
    pub fn told(event: &Event) -> Option<(String, Self)> {
        if token(&event.name) != "agent_state_changed" {
            return None;
        }
        let id = event.property_text("agent_id")?;
        let stamp = event.stamp();
        let skills = event.property("skills").and_then(Value::as_list);
        let skills = skills.map(|skills| skill_set(skills.iter().filter_map(Value::as_text)));
        let calls_max = event.property_text("calls_max");
        let calls_max = calls_max.and_then(|text| text.parse::<u16>().ok());
        let state = event.property_text("state");
        let state = state.and_then(|name| AgentState::named(&name));
        let told = Self {
            skills: latest(&stamp, skills),
            calls_max: latest(&stamp, calls_max.map(|most| most.min(CALLS_MAX))),
            state: latest(&stamp, state),
        };
        (!told.is_empty()).then_some((id, told))
    }

    /// Takes in what was told before or later.
    pub fn merge(&mut self, other: &Self) {
        keep_later(&mut self.skills, &other.skills);
        keep_later(&mut self.calls_max, &other.calls_max);
        keep_later(&mut self.state, &other.state);
    }

    /// When they were last heard of.
    pub fn heard(&self) -> Option<Timestamp> {
        let skills = self.skills.as_ref().map(|latest| latest.stamp.time);
        let calls_max = self.calls_max.as_ref().map(|latest| latest.stamp.time);
        let state = self.state.as_ref().map(|latest| latest.stamp.time);
        skills.max(calls_max).max(state)
    }

    fn is_empty(&self) -> bool {
        self.heard().is_none()
    }
}

/// Skills as tokens, no more and no longer than are kept.
pub fn skill_set<'a>(skills: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let known = skills.filter(|skill| (1..=SKILL_LETTERS_MAX).contains(&skill.len()));
    let mut known: BTreeSet<String> = known.map(token).collect();
    while known.len() > SKILLS_MAX {
        known.pop_last();
    }
    known
}

fn latest<T>(stamp: &Stamp, value: Option<T>) -> Option<Latest<T>> {
    value.map(|value| Latest {
        stamp: stamp.clone(),
        value,
    })
}

fn keep_later<T: Ord + Clone>(there: &mut Option<Latest<T>>, other: &Option<Latest<T>>) {
    if *there < *other {
        there.clone_from(other);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{event::EventId, value::Number};

    fn event(second: i64, properties: &[(&str, Value)]) -> Event {
        let all = properties.iter().cloned();
        let id = EventId {
            source: "acd".to_owned(),
            id: format!("e-{second}"),
        };
        let time = Timestamp::from_micros(second * 1_000_000);
        Event {
            properties: all
                .map(|(name, value)| (name.to_owned(), value))
                .chain([("agent_id".to_owned(), Value::Text("a-7".to_owned()))])
                .collect::<BTreeMap<_, _>>(),
            ..Event::plain(id, "Agent State Changed", time)
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn the_latest_word_holds_in_any_order() {
        let two = Value::Number(Number::from_text("2").unwrap());
        let events = [
            event(
                1,
                &[
                    ("skills", Value::List(vec![text("Orders"), text("fa")])),
                    ("state", text("ready")),
                ],
            ),
            event(2, &[("state", text("Busy")), ("calls_max", two)]),
            event(3, &[("state", text("asleep"))]),
        ];
        let told: Vec<Agent> = events
            .iter()
            .filter_map(|event| Agent::told(event).map(|(_, agent)| agent))
            .collect();
        assert_eq!(told.len(), 2, "who says nothing that is known says nothing");
        let (mut forth, mut back) = (Agent::default(), Agent::default());
        told.iter().for_each(|agent| forth.merge(agent));
        told.iter().rev().for_each(|agent| back.merge(agent));
        assert_eq!(forth, back);
        assert_eq!(
            forth.state.as_ref().map(|state| state.value),
            Some(AgentState::Busy)
        );
        assert_eq!(forth.calls_max.as_ref().map(|most| most.value), Some(2));
        let skills = forth.skills.as_ref().map(|skills| skills.value.clone());
        assert_eq!(
            skills,
            Some(BTreeSet::from(["orders".to_owned(), "fa".to_owned()]))
        );
        assert_eq!(forth.heard(), Some(Timestamp::from_micros(2_000_000)));
    }

    #[test]
    fn another_event_says_nothing_of_an_agent() {
        let mut other = event(1, &[("state", text("ready"))]);
        other.name = "Call Started".to_owned();
        assert_eq!(Agent::told(&other), None);
    }
}
