//! Placing: puts an event into its atom, folds it there, and moves the events whose owner a late log-in changes.
//!
//! Placing decides nothing about persons: it leaves word in `Touched` for `resolve`.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::{Anchor, Claim, Key, Word, link},
        profile::Aggregate,
        time::Timestamp,
    },
    engine::{
        atoms::Atoms,
        batch::{Batch, Departure},
        index::marked_user,
    },
    store::{
        AtomId, AtomRecord, Error, EventHash, ForwardRecord, ProfileId, Read, SeenRecord, fingerprint, keys,
        keys::DeviceRole,
    },
};

/// Atoms that are kept as takers of one atom's events.
const FORWARDS_MAX: usize = 64;

/// Where an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Into this atom.
    In(AtomId),
    /// Nowhere: it was known.
    Known,
    /// Nowhere: its id was known with another content.
    Conflicting,
}

impl Batch<'_> {
    /// Places an event unless its id is known, however late it comes again.
    pub(crate) fn place(&mut self, event: &Event) -> Result<Placed, Error> {
        let hash = self.keyring.event(&event.id);
        let checksum = fingerprint::event_checksum(event)?;
        if let Some(known) = self.overlay.record::<SeenRecord>(&keys::seen(hash))? {
            return Ok(if known.checksum == checksum {
                Placed::Known
            } else {
                Placed::Conflicting
            });
        }
        let claim = self.claim(event)?;
        let unsettled = self.unsettled(&claim, event.time)?;
        let atom = self.insert(Known { hash, checksum }, event, claim)?;
        for device in unsettled {
            self.reassign(&device, event.time)?;
        }
        Ok(Placed::In(atom))
    }

    /// The atom that a placed event is in now: a later log-in of the batch may have moved it on.
    pub(crate) fn atom_of(&self, event: &Event, placed: AtomId) -> Result<AtomId, Error> {
        let now = self.graph().atom_of_event(&event.id)?;
        Ok(now.unwrap_or(placed))
    }

    fn claim(&self, event: &Event) -> Result<Claim, Error> {
        let graph = self.graph();
        Claim::of(event, &self.rules.identity, |device| {
            graph.owner(device, event.time)
        })
    }

    /// The devices on which a log-in or log-out at `time` can change whose other events are: all that it names, but
    /// for those where the same customer was logged in already.
    fn unsettled(&self, claim: &Claim, time: Timestamp) -> Result<Vec<Key>, Error> {
        let Some(user) = marked_user(self, claim) else {
            return Ok(Vec::new());
        };
        let graph = self.graph();
        let mut unsettled = Vec::new();
        for device in claim.devices() {
            let before = graph.mark_until(&graph.marking(device)?, time)?;
            let settled =
                before.is_some_and(|mark| !mark.signs_out && mark.user == *user) && !claim.signs_out;
            if !settled {
                unsettled.push(device.clone());
            }
        }
        Ok(unsettled)
    }

    /// Puts an event into the atom of `claim`, which is made if it is new.
    fn insert(&mut self, known: Known, event: &Event, claim: Claim) -> Result<AtomId, Error> {
        let Known { hash, checksum } = known;
        let id = self.keyring.atom(&claim);
        self.overlay
            .put_record(keys::event(id, event.time, hash), event)?;
        let place = Some((id, event.time));
        self.overlay
            .put_record(keys::seen(hash), &SeenRecord { checksum, place })?;
        self.touched.folded.insert(id);
        let part = Part::of(self, hash, event, &claim)?;
        if self.overlay.atom(id)?.is_none() {
            let atom = part.into_atom(claim);
            self.write_index(id, &atom, true)?;
            self.overlay.put_atom(id, Some(atom));
            self.touched.linked.insert(id);
            return Ok(id);
        }
        let (limits, rules) = (self.rules.fold, &self.rules.identity.identifiers);
        let joining = self.overlay.change_atom(id, |atom| {
            let anchored = atom.claim.anchor(rules) != Anchor::None;
            atom.aggregate.merge(&part.aggregate, &limits);
            // Who has no customer id is known by the earliest atom: an earlier event can change that.
            let mut moved = !anchored && part.first < atom.first;
            atom.first = atom.first.clone().min(part.first);
            for (key, link) in part.links {
                moved |= link::add(&mut atom.links, key, link);
            }
            for event in part.named {
                moved |= atom.named.insert(event);
            }
            (moved, link::bound(&mut atom.links))
        })?;
        let (moved, dropped) = joining.unwrap_or_default();
        for key in dropped {
            self.overlay.delete(keys::holder(self.keyring.key(&key), id));
            self.touched.lost.insert(key);
        }
        if moved && let Some(atom) = self.overlay.atom(id)? {
            self.write_index(id, &atom, true)?;
            self.touched.linked.insert(id);
        }
        Ok(id)
    }

    /// A log-in or log-out at `time` parts the interval it falls into: its events go to whom they belong now.
    pub(crate) fn reassign(&mut self, device: &Key, time: Timestamp) -> Result<(), Error> {
        let graph = self.graph();
        let marking = graph.marking(device)?;
        let just_before = Timestamp::from_micros(time.as_micros().saturating_sub(1));
        let from = graph
            .mark_until(&marking, just_before)?
            .map_or(Timestamp::MIN, |mark| mark.time);
        let to = graph
            .mark_after(&marking, time)?
            .map_or(Timestamp::MAX, |mark| mark.time);
        for id in self
            .overlay
            .atoms(&keys::devices(self.keyring.key(device), DeviceRole::Plain))?
        {
            let mut moved: BTreeSet<AtomId> = BTreeSet::new();
            for (hash, event) in self.overlay.events_between(id, from, to)? {
                let claim = self.claim(&event)?;
                if self.keyring.atom(&claim) != id {
                    self.overlay.delete(keys::event(id, event.time, hash));
                    let checksum = fingerprint::event_checksum(&event)?;
                    moved.insert(self.insert(Known { hash, checksum }, &event, claim)?);
                }
            }
            if !moved.is_empty() {
                self.refold(id, moved)?;
            }
        }
        Ok(())
    }

    /// Folds an atom anew that lost events to `takers`; one that lost all of them is dissolved.
    pub(crate) fn refold(&mut self, id: AtomId, takers: BTreeSet<AtomId>) -> Result<(), Error> {
        let Some(old) = self.overlay.atom(id)? else {
            return Ok(());
        };
        self.touched.lost.extend(
            old.claim
                .keys(&self.rules.identity.identifiers)
                .into_iter()
                .chain(old.links.keys())
                .chain(old.claim.mentions(&self.rules.identity.identifiers))
                .cloned(),
        );
        if let Some(face) = self.graph().face_of(&old) {
            let blocks = self.graph().blocks_of(face, &old);
            self.touched.lost_blocks.extend(blocks.iter());
        }
        if self.has_words {
            for word in self.graph().words_about(&old)? {
                let word = self.graph().word(word)?;
                self.touched
                    .said
                    .extend(word.iter().flat_map(Word::references).cloned());
            }
        }
        self.withdraw_alias(id, &old)?;
        if !takers.is_empty() {
            self.forward(id, &takers)?;
        }
        self.write_index(id, &old, false)?;
        let mut events = self
            .overlay
            .events_between(id, Timestamp::MIN, Timestamp::MAX)?
            .into_iter();
        let Some((hash, first)) = events.next() else {
            self.depart(id, old.profile, takers, true);
            self.overlay.put_atom(id, None);
            self.touched.linked.remove(&id);
            self.touched.folded.remove(&id);
            return Ok(());
        };
        let mut atom = Part::of(self, hash, &first, &old.claim)?.into_atom(old.claim.clone());
        for (hash, event) in events {
            let part = Part::of(self, hash, &event, &atom.claim)?;
            atom.aggregate.merge(&part.aggregate, &self.rules.fold);
            // Events of one instant lie in the order of their hashes, not of their ids.
            atom.first = atom.first.min(part.first);
            for (key, link) in part.links {
                link::add(&mut atom.links, key, link);
            }
            atom.named.extend(part.named);
        }
        link::bound(&mut atom.links);
        atom.profile = old.profile;
        self.depart(id, old.profile, takers, false);
        self.write_index(id, &atom, true)?;
        self.overlay.put_atom(id, Some(atom));
        self.touched.linked.insert(id);
        self.touched.folded.insert(id);
        Ok(())
    }

    /// Notes where events of an atom went: whoever knew a profile by this atom is led on.
    fn forward(&mut self, id: AtomId, takers: &BTreeSet<AtomId>) -> Result<(), Error> {
        let before: Option<ForwardRecord> = self.overlay.record(&keys::forward(id))?;
        let mut atoms = takers.clone();
        atoms.extend(before.map(|before| before.atoms).unwrap_or_default());
        let atoms = atoms.into_iter().take(FORWARDS_MAX).collect();
        self.overlay
            .put_record(keys::forward(id), &ForwardRecord { atoms })
    }

    /// Leaves word of events that went elsewhere; of an atom made in this batch nobody knows yet.
    fn depart(&mut self, id: AtomId, profile: Option<ProfileId>, takers: BTreeSet<AtomId>, dissolved: bool) {
        let Some(profile) = profile else { return };
        let departure = self.touched.departed.entry(id).or_insert_with(|| Departure {
            profile,
            takers: BTreeSet::new(),
            dissolved: false,
        });
        departure.takers.extend(takers);
        departure.dissolved |= dissolved;
    }
}

/// What an event is known by.
#[derive(Clone, Copy)]
struct Known {
    hash: EventHash,
    checksum: [u8; 4],
}

/// What one event adds to its atom.
struct Part {
    aggregate: Aggregate,
    first: crate::domain::event::Stamp,
    links: link::Links,
    named: BTreeSet<EventId>,
}

impl Part {
    fn of(batch: &Batch<'_>, hash: EventHash, event: &Event, claim: &Claim) -> Result<Self, Error> {
        let named = batch.is_named(hash)?.then(|| event.id.clone());
        Ok(Self {
            aggregate: Aggregate::of(event, claim.verified(), &batch.rules.fold),
            first: event.stamp(),
            links: link::links_of(event, &batch.rules.identity.identifiers),
            named: named.into_iter().collect(),
        })
    }

    fn into_atom(self, claim: Claim) -> AtomRecord {
        AtomRecord {
            claim,
            links: self.links,
            first: self.first,
            profile: None,
            aggregate: self.aggregate,
            named: self.named,
        }
    }
}
