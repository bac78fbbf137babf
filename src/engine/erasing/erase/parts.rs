//! An erasure in parts: of somebody who is larger than one commit may be.
//!
//! Its commits follow one another with nothing else in between, and nobody is answered before the last. The first notes
//! whom and what it is about; from then on it is gone on with by the next start where the process ends. Those that follow
//! delete what is of no use to anybody by itself: marks are left and events are deleted, while the atoms stay as they were
//! folded, so that nothing is told of somebody who is half there. The last takes the atoms out, as an erasure in one commit
//! does, and so it ends as such a one.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::{event::Event, identity::link, time::Timestamp},
    engine::{
        api::Answer,
        erasing::erase::dissolve::{Unmarked, minted, widen},
        identity::place::Moving,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AnswerRecord, AtomId, ErasingRecord, ErasureId, ErasureRecord, Error, EventHash, Order, ProfileId,
        Read, Removed, UnmarkedRecord, View, keys, keys::DeviceRole,
    },
};

impl Batch<'_> {
    /// Begins an erasure that takes several commits. The refused items are few, and go with this one.
    pub(super) fn begin(&mut self, mut erasure: ErasureRecord) -> Result<ErasureRecord, Error> {
        self.erase_refused(&mut erasure)?;
        self.overlay.put_record(keys::erasure(erasure.id), &erasure)?;
        let begun = ErasingRecord {
            emptied: AtomId::FIRST,
            is_parted: false,
            unmarked: Vec::new(),
            removed: Removed::default(),
        };
        self.overlay.put_record(keys::erasing(erasure.id), &begun)?;
        Ok(erasure)
    }

    /// Whether a command was answered first by an erasure that was begun and is not done.
    pub(crate) fn is_unfinished(&self, first: &AnswerRecord) -> Result<bool, Error> {
        match first {
            AnswerRecord::Erased { erasure } if !self.in_parts => {
                Ok(self.overlay.get(&keys::erasing(*erasure))?.is_some())
            }
            _ => Ok(false),
        }
    }

    /// Goes on with an erasure: about so many events and atoms of it. Its receipt where that was the last of it.
    pub(crate) fn erase_on(&mut self, id: ErasureId, most: usize) -> Result<Answer, Error> {
        let erasure: Option<ErasureRecord> = self.overlay.record(&keys::erasure(id))?;
        let mut erasure = erasure.ok_or(Error::Missing { record: "erasure" })?;
        if let Some(mut erasing) = self.overlay.record::<ErasingRecord>(&keys::erasing(id))? {
            if !self.erase_part(&mut erasure, &mut erasing, most)? {
                self.overlay.put_record(keys::erasing(id), &erasing)?;
                return Ok(Answer::Noted);
            }
            self.overlay.delete(keys::erasing(id));
            erasure.batch = self.number;
            erasure.removed = erasure.removed.and(erasing.removed);
            self.end(&erasure)?;
        }
        Ok(Answer::Erased {
            erasure: Box::new(erasure),
        })
    }

    /// Whether this was the last part.
    ///
    /// ORDER: all events are gone before any goes to whom it belongs without their log-ins, so that none of theirs goes to
    /// somebody else.
    fn erase_part(
        &mut self,
        erasure: &mut ErasureRecord,
        erasing: &mut ErasingRecord,
        most: usize,
    ) -> Result<bool, Error> {
        let is_emptied = self.mark_erased(erasure, most)? && self.empty(erasure, erasing, most)?;
        if !is_emptied || !self.hand_over(erasure, erasing, most)? {
            return Ok(false);
        }
        if erasing.is_parted {
            self.note_shown(erasure)?;
        }
        let left = self.left(erasure)?;
        let is_last = left.len() <= most;
        let removed = match left.get(..most).filter(|_| !is_last) {
            Some(first) => {
                self.note_unmarked(erasure, erasing, first)?;
                self.dissolve(erasure, first, Unmarked::new())?
            }
            None => {
                let unmarked = self.all_unmarked(erasure, erasing)?;
                self.dissolve(erasure, &erasure.atoms, unmarked)?
            }
        };
        erasing.removed = erasing.removed.and(removed);
        erasing.is_parted |= !is_last;
        Ok(is_last)
    }

    /// Deletes so many of the events that an erasure is about, and the codes that they minted; whether none is left.
    fn empty(
        &mut self,
        erasure: &ErasureRecord,
        erasing: &mut ErasingRecord,
        most: usize,
    ) -> Result<bool, Error> {
        let (mut room, rules) = (most, self.rules);
        let emptied = erasing.emptied;
        let from = erasure.atoms.partition_point(|id| *id <= emptied);
        for id in erasure.atoms.iter().skip(from) {
            if let Some(atom) = self.overlay.atom(*id)? {
                let events = self.first_events(*id, erasure.until, room)?;
                let links = events
                    .iter()
                    .map(|(_, event)| link::links_of(event, &rules.identity.identifiers));
                let codes = links.flat_map(|links| minted(&links).collect::<Vec<_>>());
                let codes = self.erase_codes(codes.collect(), erasure.until)?;
                let places: Vec<(Timestamp, EventHash)> =
                    events.iter().map(|(hash, event)| (event.time, *hash)).collect();
                let events = self.erase_events((*id, &atom), &places, &mut Unmarked::new())?;
                erasing.removed = erasing.removed.and(Removed {
                    events,
                    codes,
                    ..Removed::default()
                });
                if places.len() >= room {
                    return Ok(false);
                }
                room = room.saturating_sub(places.len());
            }
            erasing.emptied = *id;
        }
        Ok(true)
    }

    /// The first events of an atom up to an instant, so many at most.
    fn first_events(
        &self,
        id: AtomId,
        until: Timestamp,
        most: usize,
    ) -> Result<Vec<(EventHash, Event)>, Error> {
        let mut events = Vec::new();
        let range = (keys::events(id), keys::events_end(id));
        self.overlay
            .scan(&range.0, &range.1, Order::Ascending, &mut |key, value| {
                let place = keys::event_place(key).filter(|(time, _)| *time <= until);
                let Some((_, hash)) = place.filter(|_| events.len() < most) else {
                    return Ok(ControlFlow::Break(()));
                };
                events.push((hash, self.overlay.decoded(value)?));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(events)
    }

    /// Has so many events of others go to whom they belong without the log-ins that are gone; whether none is left that is
    /// to. What would go to an atom that is taken out follows with the last part, when that is gone.
    fn hand_over(
        &mut self,
        erasure: &ErasureRecord,
        erasing: &ErasingRecord,
        most: usize,
    ) -> Result<bool, Error> {
        self.is_caused_by(erasure.id);
        let mut moving = Moving {
            room: most,
            but: &erasure.atoms,
        };
        for (device, between) in self.all_unmarked(erasure, erasing)? {
            if !self.reassign_between(&device, between, &mut moving)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Between which instants those who are erased had log-ins and log-outs on each device.
    fn all_unmarked(&self, erasure: &ErasureRecord, erasing: &ErasingRecord) -> Result<Unmarked, Error> {
        let mut unmarked = self.unmarked_by(&erasure.atoms)?;
        for one in &erasing.unmarked {
            widen(&mut unmarked, &one.device, (one.first, one.last));
        }
        Ok(unmarked)
    }

    /// The same of atoms that are there still, by what they were folded of.
    fn unmarked_by(&self, atoms: &[AtomId]) -> Result<Unmarked, Error> {
        let mut unmarked = Unmarked::new();
        for id in atoms {
            if let Some(atom) = self.overlay.atom(*id)?
                && let Some(between) = atom.aggregate.first.zip(atom.aggregate.last)
            {
                self.unmark(&atom, between, &mut unmarked);
            }
        }
        Ok(unmarked)
    }

    /// Notes it of atoms that are about to be taken out before the last part, as far as others have events on a device.
    fn note_unmarked(
        &self,
        erasure: &ErasureRecord,
        erasing: &mut ErasingRecord,
        atoms: &[AtomId],
    ) -> Result<(), Error> {
        for (device, (first, last)) in self.unmarked_by(atoms)? {
            let plain = keys::devices(self.keyring.key(&device), DeviceRole::Plain);
            // Of one more than they are one is another's.
            let most = erasure.atoms.len().saturating_add(1);
            let mut there = self.overlay.first_atoms(&plain, most)?.into_iter();
            if there.any(|id| erasure.atoms.binary_search(&id).is_err()) {
                erasing.unmarked.push(UnmarkedRecord { device, first, last });
            }
        }
        Ok(())
    }

    /// The atoms that are still to be taken out. Those first that are shown apart: so long as the others fit into one
    /// commit, nobody is parted before the end.
    fn left(&self, erasure: &ErasureRecord) -> Result<Vec<AtomId>, Error> {
        let mut left = Vec::new();
        for id in &erasure.atoms {
            if let Some(atom) = self.overlay.atom(*id)?
                && atom.aggregate.first.is_some_and(|first| first <= erasure.until)
            {
                left.push((atom.profile == Some(erasure.profile), *id));
            }
        }
        left.sort_unstable();
        Ok(left.into_iter().map(|(_, id)| id).collect())
    }

    /// Notes under which other ids they are shown since some of them were taken out: what was published of these is to be
    /// told to nobody either.
    fn note_shown(&mut self, erasure: &mut ErasureRecord) -> Result<(), Error> {
        let mut shown: BTreeSet<ProfileId> = erasure.absorbed.iter().copied().collect();
        for id in &erasure.atoms {
            shown.extend(self.overlay.atom(*id)?.and_then(|atom| atom.profile));
        }
        shown.remove(&erasure.profile);
        erasure.absorbed = shown.into_iter().collect();
        self.overlay.put_record(keys::erasure(erasure.id), &*erasure)
    }
}
