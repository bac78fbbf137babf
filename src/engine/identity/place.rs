//! Placing: puts an event into its atom, folds it there, and moves the events whose owner a late log-in changes.
//!
//! Placing decides nothing about persons: it leaves word in `Touched` for `resolve`.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::{Event, EventId},
        identity::{
            Anchor, Claim, Edition, Key,
            link::{self, OWN_SOURCE},
        },
        profile::Aggregate,
        time::Timestamp,
    },
    engine::{
        identity::index::marked_user,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, AtomRecord, Error, EventHash, Read, SeenRecord, fingerprint, keys, keys::DeviceRole},
    telemetry::Bound,
};

/// Where an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Into this atom.
    In(AtomId),
    /// Into no atom: it is about the tenant, and in the catalogue.
    Noted,
    /// Nowhere: it was known.
    Known,
    /// Nowhere: its id was known with another content.
    Conflicting,
    /// Nowhere: it is of somebody who was erased since.
    Erased,
}

impl Batch<'_> {
    /// Places an event unless its id is known, however late it comes again. What is placed is new, and counted for reports.
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
        let limits = &self.rules.fold;
        let cut = event
            .traits
            .iter()
            .filter(|(name, value)| !limits.keeps(name, value));
        self.bounds.met(Bound::TraitLetters, cut.count());
        let claim = self.claim(event)?;
        let atom = self.keyring.atom(&claim);
        if self.was_erased(event, hash, atom)? {
            return Ok(Placed::Erased);
        }
        let unsettled = self.unsettled(&claim, event.time)?;
        self.insert(Known { hash, checksum, atom }, event, claim)?;
        if event.id.source == OWN_SOURCE {
            // Nobody is told of it as of what channels send: who is asked what of its customer goes by this.
            self.touched.remade.insert(atom);
        }
        for device in unsettled {
            self.reassign(&device, event.time)?;
        }
        self.count(event)?;
        Ok(Placed::In(atom))
    }

    /// The atom that a placed event is in now: a later log-in of the batch may have moved it on.
    pub(crate) fn atom_of(&self, event: &Event, placed: AtomId) -> Result<AtomId, Error> {
        let now = self.graph().atom_of_event(&event.id)?;
        Ok(now.unwrap_or(placed))
    }

    /// What an event says about identity, by the rules that hold.
    pub(crate) fn claim(&self, event: &Event) -> Result<Claim, Error> {
        let graph = self.graph();
        Claim::of(event, &self.rules.identity, |device| {
            graph.owner(device, event.time)
        })
    }

    /// The devices on which a log-in or log-out at `time` can change whose other events are: all that it names, but
    /// for those where the same customer was logged in already.
    fn unsettled(&self, claim: &Claim, time: Timestamp) -> Result<Vec<Key>, Error> {
        let Some(user) = marked_user(claim, &self.rules.identity.identifiers) else {
            return Ok(Vec::new());
        };
        let graph = self.graph();
        let mut unsettled = Vec::new();
        for device in claim.devices() {
            let before = graph.mark_until(device, time)?;
            let settled =
                before.is_some_and(|mark| !mark.signs_out && mark.user == *user) && !claim.signs_out;
            if !settled {
                unsettled.push(device.clone());
            }
        }
        Ok(unsettled)
    }

    /// Puts an event into the atom of `claim`, which is made if it is new.
    pub(crate) fn insert(&mut self, known: Known, event: &Event, claim: Claim) -> Result<(), Error> {
        let Known {
            hash,
            checksum,
            atom: id,
        } = known;
        self.overlay
            .put_record(keys::event(id, event.time, hash), event)?;
        let place = Some((id, event.time));
        self.overlay
            .put_record(keys::seen(hash), &SeenRecord { checksum, place })?;
        self.touched.folded.insert(id);
        self.write_mark(id, &claim, (event.time, hash));
        let part = Part::of(self, hash, event, &claim)?;
        let Some(before) = self.overlay.atom(id)? else {
            let atom = part.into_atom(claim, self.rules.identity.edition);
            self.write_index(id, &atom, true)?;
            self.overlay.put_atom(id, Some(atom));
            self.touched.linked.insert(id);
            return Ok(());
        };
        // Whoever keeps it has it copied: only where its entries may move.
        let before = (part.first < before.first || !part.links.is_empty()).then_some(before);
        let (limits, rules) = (self.rules.fold, &self.rules.identity);
        let joining = self.overlay.change_atom(id, |atom| {
            let anchored = atom.claim.anchor(rules.of(atom.edition)) != Anchor::None;
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
        let Some(now) = self.overlay.atom(id)? else {
            return Ok(());
        };
        if let Some(before) = before {
            for key in dropped {
                let entry = self.graph().holder_entry(&key, id, &before);
                self.overlay.delete(entry);
                self.touched.lost.insert(key);
            }
            // Where the customer has more claims than count, an earlier event can make this one of those.
            if now.first != before.first || now.links != before.links {
                self.reorder(id, &before, &now);
                self.touched.reordered.insert(id);
            }
        }
        if moved {
            self.write_index(id, &now, true)?;
            self.touched.linked.insert(id);
        }
        Ok(())
    }

    /// A log-in or log-out at `time` parts the interval it falls into: its events go to whom they belong now. Until when
    /// that settles everything.
    pub(crate) fn reassign(&mut self, device: &Key, time: Timestamp) -> Result<Timestamp, Error> {
        let graph = self.graph();
        let just_before = Timestamp::from_micros(time.as_micros().saturating_sub(1));
        let from = graph
            .mark_until(device, just_before)?
            .map_or(Timestamp::MIN, |mark| mark.time);
        let to = graph
            .mark_after(device, time)?
            .map_or(Timestamp::MAX, |mark| mark.time);
        self.reassign_within(device, (from, to), &mut Moving::all())?;
        Ok(to)
    }

    /// The same where log-ins and log-outs from `first` to `last` are gone; whether all went that may.
    pub(crate) fn reassign_between(
        &mut self,
        device: &Key,
        (first, last): (Timestamp, Timestamp),
        moving: &mut Moving<'_>,
    ) -> Result<bool, Error> {
        let graph = self.graph();
        let from = graph.mark_until(device, first)?;
        let to = graph.mark_after(device, last)?;
        self.reassign_within(
            device,
            (
                from.map_or(Timestamp::MIN, |mark| mark.time),
                to.map_or(Timestamp::MAX, |mark| mark.time),
            ),
            moving,
        )
    }

    /// Puts the events on a device with `from <= time < to` where they belong now; whether all went that may.
    fn reassign_within(
        &mut self,
        device: &Key,
        (from, to): (Timestamp, Timestamp),
        moving: &mut Moving<'_>,
    ) -> Result<bool, Error> {
        for id in self
            .overlay
            .atoms(&keys::devices(self.keyring.key(device), DeviceRole::Plain))?
        {
            // One of a former edition is made anew as a whole, by the log-ins that there are then.
            if self.is_former(id)? || !self.has_events_between(id, from, to)? {
                continue;
            }
            let (mut moved, mut are_all) = (BTreeSet::new(), true);
            for (hash, event) in self.overlay.events_between(id, from, to)? {
                let claim = self.claim(&event)?;
                let atom = self.keyring.atom(&claim);
                if atom == id || moving.but.binary_search(&atom).is_ok() {
                    continue;
                }
                if moving.room == 0 {
                    are_all = false;
                    break;
                }
                moving.room = moving.room.saturating_sub(1);
                self.overlay.delete(keys::event(id, event.time, hash));
                self.move_timers(hash, atom)?;
                let checksum = fingerprint::event_checksum(&event)?;
                self.insert(Known { hash, checksum, atom }, &event, claim)?;
                moved.insert(atom);
            }
            if !moved.is_empty() {
                self.touched.remade.extend(&moved);
                self.refold(id, moved)?;
            }
            if !are_all {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Batch<'_> {
    /// Whether an atom may have events with `from <= time < to`: of the many that a kiosk has, few do.
    fn has_events_between(&self, id: AtomId, from: Timestamp, to: Timestamp) -> Result<bool, Error> {
        Ok(self.overlay.atom(id)?.is_some_and(|atom| {
            let Aggregate { first, last, .. } = &atom.aggregate;
            first.is_none_or(|first| first < to) && last.is_none_or(|last| last >= from)
        }))
    }
}

/// Which events may go to whom they belong.
pub(crate) struct Moving<'m> {
    /// How many still.
    pub(crate) room: usize,
    /// Into which atoms none may, sorted.
    pub(crate) but: &'m [AtomId],
}

impl Moving<'_> {
    /// All of them.
    pub(crate) const fn all() -> Self {
        Self {
            room: usize::MAX,
            but: &[],
        }
    }
}

/// What an event is known by, and where it belongs.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) hash: EventHash,
    pub(crate) checksum: [u8; 4],
    /// The atom of its claim.
    pub(crate) atom: AtomId,
}

/// What one event adds to its atom.
pub(crate) struct Part {
    pub(crate) aggregate: Aggregate,
    pub(crate) first: crate::domain::event::Stamp,
    pub(crate) links: link::Links,
    pub(crate) named: BTreeSet<EventId>,
}

impl Part {
    pub(crate) fn of(
        batch: &Batch<'_>,
        hash: EventHash,
        event: &Event,
        claim: &Claim,
    ) -> Result<Self, Error> {
        let named = batch.is_named(hash)?.then(|| event.id.clone());
        Ok(Self {
            aggregate: Aggregate::of(event, claim.verified(), &batch.rules.fold),
            first: event.stamp(),
            links: link::links_of(event, &batch.rules.identity.identifiers),
            named: named.into_iter().collect(),
        })
    }

    pub(crate) fn into_atom(self, claim: Claim, edition: Edition) -> AtomRecord {
        AtomRecord {
            claim,
            links: self.links,
            first: self.first,
            profile: None,
            aggregate: self.aggregate,
            named: self.named,
            edition,
        }
    }
}
