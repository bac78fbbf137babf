//! What if other rules held: what a data folder recorded goes through an engine that has them, and both partitions are set
//! beside each other.
//!
//! Owns [`Recorded`], the comparison and its answer. Changes nothing of the folder. Called by the command
//! `yekta identity what-if`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    domain::{event::Event, event::EventId, identity::Word},
    engine::{
        Handle, Offline, ProfileId,
        api::{Command, Submission},
    },
    quality::error::QualityError,
};

/// Events of one submission.
const BATCH: usize = 256;

/// What a folder recorded.
#[derive(Debug, Default)]
pub struct Recorded {
    /// All events that are kept.
    events: Vec<Event>,
    /// What stewards said.
    words: Vec<Word>,
    /// Who each event is of.
    persons: HashMap<EventId, ProfileId>,
}

/// People who would be others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The profiles there are.
    pub from: BTreeSet<ProfileId>,
    /// The profiles there would be.
    pub into: BTreeSet<ProfileId>,
    /// How many events they have.
    pub events: u64,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// Events that were looked at.
    pub events: usize,
    /// How many people there are.
    pub before: usize,
    /// How many there would be.
    pub after: usize,
    /// Who would join or part, in the order of their ids; who only changes their id is not told.
    pub changes: Vec<Change>,
}

impl Recorded {
    /// Reads a folder. All of it is held in memory.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read(folder: &Offline) -> Result<Self, QualityError> {
        let mut recorded = Self {
            words: folder.words()?,
            ..Self::default()
        };
        folder.events(|profile, event| {
            recorded.persons.insert(event.id.clone(), profile);
            recorded.events.push(event);
        })?;
        Ok(recorded)
    }

    /// What an engine on a new folder makes of it. Its profiles have the same ids where it has the same secrets.
    ///
    /// # Errors
    /// When the writer takes no more, or the partition cannot be read.
    pub async fn what_if(self, handle: &Handle) -> Result<WhatIf, QualityError> {
        let count = self.events.len();
        let mut events = self.events.into_iter().peekable();
        while events.peek().is_some() {
            let some = events.by_ref().take(BATCH);
            let items = some.map(|event| Submission::Event(Box::new(event))).collect();
            handle.submit(items).await?;
        }
        for word in self.words {
            handle.command(None, Command::Say(Box::new(word))).await?;
        }
        let mut after = HashMap::new();
        handle.query().partition(|profile, event| {
            after.insert(event, profile);
        })?;
        let people = |persons: &HashMap<EventId, ProfileId>| persons.values().collect::<BTreeSet<_>>().len();
        Ok(WhatIf {
            events: count,
            before: people(&self.persons),
            after: people(&after),
            changes: changes(&self.persons, &after),
        })
    }
}

/// The smallest groups of people whose events would be spread otherwise.
fn changes(before: &HashMap<EventId, ProfileId>, after: &HashMap<EventId, ProfileId>) -> Vec<Change> {
    let mut edges: BTreeMap<(ProfileId, ProfileId), u64> = BTreeMap::new();
    for (event, from) in before {
        if let Some(into) = after.get(event) {
            let events = edges.entry((*from, *into)).or_default();
            *events = events.saturating_add(1);
        }
    }
    // Each group is known by the place of its change.
    let (mut groups, mut by_from, mut by_into): (Vec<Change>, BTreeMap<_, usize>, BTreeMap<_, usize>) =
        Default::default();
    for ((from, into), events) in edges {
        let known = [by_from.get(&from).copied(), by_into.get(&into).copied()];
        let mut group = Change {
            from: BTreeSet::from([from]),
            into: BTreeSet::from([into]),
            events,
        };
        for place in known.into_iter().flatten() {
            let other = groups.get_mut(place).map(std::mem::take).unwrap_or_default();
            group.from.extend(other.from);
            group.into.extend(other.into);
            group.events = group.events.saturating_add(other.events);
        }
        let place = groups.len();
        by_from.extend(group.from.iter().map(|id| (*id, place)));
        by_into.extend(group.into.iter().map(|id| (*id, place)));
        groups.push(group);
    }
    groups.retain(|group| group.from.len() > 1 || group.into.len() > 1);
    groups.sort_by(|a, b| a.from.cmp(&b.from));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persons(groups: &[(u8, &[&str])]) -> HashMap<EventId, ProfileId> {
        let mut persons = HashMap::new();
        for (profile, events) in groups {
            for id in *events {
                let id = EventId {
                    source: "s".to_owned(),
                    id: (*id).to_owned(),
                };
                persons.insert(id, ProfileId([*profile; 16]));
            }
        }
        persons
    }

    fn check(before: &[(u8, &[&str])], after: &[(u8, &[&str])], expected: &[(&[u8], &[u8], u64)]) {
        let ids = |bytes: &[u8]| bytes.iter().map(|byte| ProfileId([*byte; 16])).collect();
        let expected: Vec<Change> = expected
            .iter()
            .map(|(from, into, events)| Change {
                from: ids(from),
                into: ids(into),
                events: *events,
            })
            .collect();
        assert_eq!(changes(&persons(before), &persons(after)), expected);
    }

    #[test]
    fn who_joins_parts_or_is_dealt_anew_is_told_and_who_changes_their_id_is_not() {
        check(&[(1, &["a", "b"])], &[(9, &["a", "b"])], &[]);
        check(
            &[(1, &["a"]), (2, &["b"])],
            &[(1, &["a", "b"])],
            &[(&[1, 2], &[1], 2)],
        );
        check(
            &[(1, &["a", "b"])],
            &[(1, &["a"]), (3, &["b"])],
            &[(&[1], &[1, 3], 2)],
        );
        check(
            &[(1, &["a", "b"]), (2, &["c", "d"]), (5, &["e"])],
            &[(1, &["a", "c"]), (2, &["b", "d"]), (5, &["e"])],
            &[(&[1, 2], &[1, 2], 4)],
        );
        check(
            &[(1, &["a"]), (2, &["b", "c"]), (3, &["d"])],
            &[(4, &["a", "b"]), (5, &["c", "d"])],
            &[(&[1, 2, 3], &[4, 5], 4)],
        );
    }
}
