//! The dossier of a person: all that is kept about them, gathered for whoever has to tell it to them.
//!
//! Owns which records are about a person. What was refused is about nobody, and what is derived of the events is told by
//! the profile.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    domain::{
        event::Event,
        identity::{
            Reference,
            link::{OWN_SOURCE, links_of},
        },
        time::Timestamp,
    },
    engine::{
        deciding::waiting,
        queries::{
            answer::{Query, QueryError, member},
            query::{CodeView, Dossier, SegmentView, TimerView, WordView},
        },
        state::atoms::Atoms,
    },
    store::{
        AtomId, AtomRecord, Error, Member, MembershipRecord, Order, ProfileId, ProfileRecord, Read, Store,
        TimerHash, TimerRecord, View, WordHash, keys,
    },
};

impl Query {
    /// All that is kept about a person whose profile was live a moment ago: if it was absorbed since, of its survivor.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn dossier(&self, id: ProfileId) -> Result<Option<Dossier>, QueryError> {
        self.of_survivor(id, |id| self.settled(id, |record| self.gathered(id, record)))
    }

    fn gathered(&self, id: ProfileId, record: &ProfileRecord) -> Result<Dossier, QueryError> {
        let portrait = self.portrayed(id, record)?;
        let (mut atoms, mut events, mut references) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (ids, attributed) in [(&record.members, false), (&record.attributed, true)] {
            for id in ids {
                let Some(atom) = self.store().atom(*id)? else {
                    continue;
                };
                add_events(self.store(), *id, &mut events)?;
                references.extend(self.references_to(&atom));
                atoms.push(member(&atom, attributed));
            }
        }
        events.sort_by(|one, other| place(one).cmp(&place(other)));
        let codes = self.codes_of(&events)?;
        let words = self.words_by(&references)?;
        let timers = self.timers_of(&events)?;
        Ok(Dossier {
            portrait,
            atoms,
            events,
            codes,
            words,
            segments: self.segments_of(id)?,
            timers,
        })
    }

    /// What is kept of how a profile is to segments, also of those that it is not in.
    fn segments_of(&self, id: ProfileId) -> Result<Vec<SegmentView>, Error> {
        let membership: Option<MembershipRecord> = self.store().record(&keys::membership(id))?;
        let segments = membership.unwrap_or_default().segments.into_iter();
        let told = segments.map(|(name, Member { since, until })| SegmentView { name, since, until });
        Ok(told.collect())
    }

    /// What is to be done at a time that goes with one of `events`.
    fn timers_of(&self, events: &[Event]) -> Result<Vec<TimerView>, Error> {
        let mut timers = Vec::new();
        if waiting(self.store())? == 0 {
            return Ok(timers);
        }
        for event in events {
            let of = keys::timers_of(self.keyring().event(&event.id));
            for id in self.store().pointees(&of)? {
                let record: Option<TimerRecord> = self.store().record(&keys::timer(TimerHash(id)))?;
                timers.extend(record.map(|timer| TimerView {
                    due: timer.due,
                    event: event.id.clone(),
                    task: timer.task,
                }));
            }
        }
        timers.sort_by_key(|timer| timer.due);
        Ok(timers)
    }

    /// All by which a steward's word may lead to an atom.
    fn references_to(&self, atom: &AtomRecord) -> BTreeSet<Reference> {
        let rules = self.rules().identity.of(atom.edition);
        let keys = atom.claim.keys(rules).into_iter().cloned().map(Reference::Key);
        let events = atom.named.iter().cloned().map(Reference::Event);
        keys.chain(events).collect()
    }

    /// The codes that `events` minted. An atom's links are bounded, its events are not.
    fn codes_of(&self, events: &[Event]) -> Result<Vec<CodeView>, Error> {
        let graph = self.graph();
        let mut codes = Vec::new();
        for event in events.iter().filter(|event| event.id.source == OWN_SOURCE) {
            for (key, link) in links_of(event, &graph.rules.identifiers) {
                if link.role.is_minted()
                    && let Some(record) = graph.qr(&key)?
                {
                    codes.push(CodeView::of(event.id.clone(), record));
                }
            }
        }
        Ok(codes)
    }

    /// The words that refer to the person by one of `references`.
    fn words_by(&self, references: &BTreeSet<Reference>) -> Result<Vec<WordView>, Error> {
        let graph = self.graph();
        if !graph.has_words()? {
            return Ok(Vec::new());
        }
        let mut about: BTreeMap<WordHash, Vec<Reference>> = BTreeMap::new();
        for reference in references {
            for word in graph.words_at(reference)? {
                about.entry(word).or_default().push(reference.clone());
            }
        }
        let mut words = Vec::with_capacity(about.len());
        for (hash, about) in about {
            words.extend(graph.word(hash)?.map(|word| WordView { word, about }));
        }
        words.sort_by_key(|one| one.word.number);
        Ok(words)
    }
}

fn add_events(store: &Store, atom: AtomId, events: &mut Vec<Event>) -> Result<(), Error> {
    store.scan_prefix(&keys::events(atom), Order::Ascending, &mut |_, value| {
        events.push(store.decoded(value)?);
        Ok(ControlFlow::Continue(()))
    })
}

/// Where an event stands among all of a person's.
fn place(event: &Event) -> (Timestamp, &str, &str) {
    (event.time, &event.id.id, &event.id.source)
}
