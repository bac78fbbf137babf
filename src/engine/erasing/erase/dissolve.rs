//! Taking atoms out: what was said of them, what was minted for them, and their events, each of which leaves a mark.
//!
//! Owns what goes with an atom. What is left is what would be there had these events never come.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    domain::{
        identity::{
            Key, Word,
            link::{self, Links, own_id},
        },
        time::Timestamp,
    },
    engine::{
        identity::{index::marked_user, place::Moving},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, AtomRecord, ErasureId, ErasureRecord, Error, EventHash, Order, Read, Removed, View, keys,
        keys::Erased,
    },
};

/// Between which instants log-ins and log-outs on a device were taken out.
pub(crate) type Unmarked = BTreeMap<Key, (Timestamp, Timestamp)>;

impl Batch<'_> {
    /// Takes some of the atoms out that an erasure is about, as far as it goes. What belonged to others by log-ins that are
    /// gone, with them or before (`unmarked`), goes to whom it belongs now.
    pub(super) fn dissolve(
        &mut self,
        erasure: &ErasureRecord,
        atoms: &[AtomId],
        mut unmarked: Unmarked,
    ) -> Result<Removed, Error> {
        let mut removed = Removed::default();
        for id in atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            let words = self.unsay_about(&atom, erasure.until)?;
            let codes = self.minted_for(*id, &atom)?;
            let codes = self.erase_codes(codes, erasure.until)?;
            let events = self.events_until(*id, erasure.until)?;
            removed = removed.and(Removed {
                events: self.erase_events((*id, &atom), &events, &mut unmarked)?,
                codes,
                words,
                rejections: 0,
            });
            self.refold(*id, BTreeSet::new())?;
        }
        self.reassign_around(unmarked)?;
        self.is_caused_by(erasure.id);
        Ok(removed)
    }

    /// Has what this commit changes be told as what an erasure did.
    pub(super) fn is_caused_by(&mut self, erasure: ErasureId) {
        self.touched.erases = true;
        self.touched.causes.insert(own_id(erasure.to_string()));
    }

    /// Takes back what stewards said of an atom until an instant: it names whom nobody is to read of. What was said later is of
    /// whoever came back.
    fn unsay_about(&mut self, atom: &AtomRecord, until: Timestamp) -> Result<u64, Error> {
        let mut unsaid = 0_u64;
        for word in self.said_about(atom)? {
            if word.at <= until {
                self.unsay(&word)?;
                unsaid = unsaid.saturating_add(1);
            }
        }
        Ok(unsaid)
    }

    /// What stewards said of an atom.
    pub(super) fn said_about(&self, atom: &AtomRecord) -> Result<Vec<Word>, Error> {
        let mut said = Vec::new();
        if self.has_words {
            for word in self.graph().words_about(atom)? {
                said.extend(self.graph().word(word)?);
            }
        }
        Ok(said)
    }

    /// The codes that were minted for an atom. Where it has more links than are kept, its events tell.
    pub(crate) fn minted_for(&self, id: AtomId, atom: &AtomRecord) -> Result<BTreeSet<Key>, Error> {
        let mut codes: BTreeSet<Key> = minted(&atom.links).collect();
        if link::is_full(&atom.links) {
            for (_, event) in self.overlay.events_between(id, Timestamp::MIN, Timestamp::MAX)? {
                let links = link::links_of(&event, &self.rules.identity.identifiers);
                codes.extend(minted(&links));
            }
        }
        Ok(codes)
    }

    /// Deletes codes that were minted until an instant: baskets and offers lie there. How many there were.
    pub(super) fn erase_codes(&mut self, codes: BTreeSet<Key>, until: Timestamp) -> Result<u64, Error> {
        let mut erased = 0_u64;
        for code in codes {
            let record = self.graph().qr(&code)?;
            if record.is_some_and(|record| record.minted <= until) {
                self.overlay.delete(keys::qr(self.keyring.key(&code)));
                erased = erased.saturating_add(1);
            }
        }
        Ok(erased)
    }

    /// Where the events of an atom up to an instant stand.
    fn events_until(&self, id: AtomId, until: Timestamp) -> Result<Vec<(Timestamp, EventHash)>, Error> {
        let mut events = Vec::new();
        let range = (keys::events(id), keys::events_end(id));
        self.overlay
            .scan(&range.0, &range.1, Order::Ascending, &mut |key, _| {
                events.extend(keys::event_place(key).filter(|(time, _)| *time <= until));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(events)
    }

    /// Deletes events of an atom, which are given in their order, and marks each by its id; how many there are.
    pub(super) fn erase_events(
        &mut self,
        (id, atom): (AtomId, &AtomRecord),
        events: &[(Timestamp, EventHash)],
        unmarked: &mut Unmarked,
    ) -> Result<u64, Error> {
        self.trace_events(id, events)?;
        self.remove_events(id, atom, events, unmarked)?;
        for (_, hash) in events {
            self.overlay.put(keys::erased(Erased::Event(*hash)), Vec::new());
        }
        Ok(u64::try_from(events.len()).unwrap_or(u64::MAX))
    }

    /// Deletes events of an atom, which are given in their order; to be folded anew is the caller's.
    pub(crate) fn remove_events(
        &mut self,
        id: AtomId,
        atom: &AtomRecord,
        events: &[(Timestamp, EventHash)],
        unmarked: &mut Unmarked,
    ) -> Result<(), Error> {
        if let Some(((first, _), (last, _))) = events.first().zip(events.last()) {
            self.unmark(atom, (*first, *last), unmarked);
        }
        for (time, hash) in events {
            self.overlay.delete(keys::event(id, *time, *hash));
            self.overlay.delete(keys::seen(*hash));
            self.erase_mark(id, &atom.claim, (*time, *hash));
            self.stop_timers_of(*hash)?;
        }
        Ok(())
    }

    /// Notes that events of an atom between two instants are gone, if they are log-ins or log-outs.
    pub(super) fn unmark(
        &self,
        atom: &AtomRecord,
        (first, last): (Timestamp, Timestamp),
        unmarked: &mut Unmarked,
    ) {
        if marked_user(&atom.claim, self.rules.identity.of(atom.edition)).is_none() {
            return;
        }
        for device in atom.claim.devices() {
            widen(unmarked, device, (first, last));
        }
    }

    /// The interval that a log-in opened belongs to whom it would without it.
    pub(crate) fn reassign_around(&mut self, unmarked: Unmarked) -> Result<(), Error> {
        for (device, between) in unmarked {
            self.reassign_between(&device, between, &mut Moving::all())?;
        }
        Ok(())
    }
}

/// Has the log-ins and log-outs of a device that are gone reach to these two instants.
pub(super) fn widen(unmarked: &mut Unmarked, device: &Key, (first, last): (Timestamp, Timestamp)) {
    let (from, to) = unmarked.entry(device.clone()).or_insert((first, last));
    (*from, *to) = ((*from).min(first), (*to).max(last));
}

/// The codes that these links say were minted.
pub(super) fn minted(links: &Links) -> impl Iterator<Item = Key> + '_ {
    let minted = links.iter().filter(|(_, link)| link.role.is_minted());
    minted.map(|(code, _)| code.clone())
}
