//! Departing: all that a partition has of some customers goes out of its store and into a parcel, in one commit where that holds
//! it. That they are gone is told beside it, by some at a time: however many they are, the commit of the move has no message of
//! each.

use std::ops::ControlFlow;

use crate::{
    engine::{
        parting::{
            MoveId, Parcel,
            belongings::Belongings,
            layer::leaving,
            parcel::{Row, at_once},
        },
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, DepartureRecord, Error, KeyHash, Order, ParcelRecord, ProfileId, Read, UntoldRecord, View,
        codec, keys, keys::parting,
    },
    wire::out::update::Subjects,
};

impl Batch<'_> {
    /// Takes customers out. Where nobody is there, an empty parcel tells that.
    pub(super) fn send_off(&mut self, id: MoveId, departure: &DepartureRecord) -> Result<(), Error> {
        let keys = self.leaving(id, departure)?;
        let rows = self.take_along(&keys, departure.to)?;
        self.forget_told_ahead(id)?;
        // Of a try that was to take several commits, and was cut off before it began.
        self.forget_planned(None, usize::MAX)?;
        let parcel = Parcel {
            id,
            record: ParcelRecord { rows },
        };
        let subjects = Subjects::of(&self.rules.tenant);
        self.carried.parcel = parcel.messages(subjects.prefix())?;
        Ok(())
    }

    /// Notes who is to leave with a move that is still to come: more than its own message holds.
    pub(super) fn hear_ahead(
        &mut self,
        id: MoveId,
        number: u32,
        departure: &DepartureRecord,
    ) -> Result<(), Error> {
        let key = parting::one_told_ahead(id.batch, id.index, number);
        self.overlay.put_record(key, departure)
    }

    /// What of it was noted: where that stands, and who.
    fn told_ahead(&self, id: MoveId) -> Result<Vec<(Vec<u8>, DepartureRecord)>, Error> {
        let (mut told, view) = (Vec::new(), &self.overlay);
        let ahead = parting::told_ahead(id.batch, id.index);
        view.scan_prefix(&ahead, Order::Ascending, &mut |key, value| {
            told.push((key.to_vec(), view.decoded(value)?));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(told)
    }

    /// Forgets it: they left.
    pub(super) fn forget_told_ahead(&mut self, id: MoveId) -> Result<(), Error> {
        for (key, _) in self.told_ahead(id)? {
            self.overlay.delete(key);
        }
        Ok(())
    }

    /// The keys of all rows that leave with a move, in the order in which they do; none where nobody is there.
    pub(super) fn leaving(&self, id: MoveId, departure: &DepartureRecord) -> Result<Vec<Vec<u8>>, Error> {
        let ahead = self.told_ahead(id)?;
        let linked = ahead.iter().flat_map(|(_, told)| &told.keys);
        let linked: Vec<KeyHash> = linked.chain(&departure.keys).copied().collect();
        let Belongings { rows, marks, .. } = Belongings::of(self, &linked)?;
        let mut keys: Vec<Vec<u8>> = rows.into_iter().chain(marks).collect();
        if !keys.is_empty() {
            // By which rules atoms were made is a number of this store's own.
            keys.push(keys::RULES.to_vec());
        }
        keys.sort_unstable_by(|one, other| leaving(one).cmp(&leaving(other)));
        Ok(keys)
    }

    /// Takes rows out, for whom they go to: the rows, as a parcel has them; so much of them is too large for any commit, and not
    /// looked at to its end.
    pub(super) fn take_along(&mut self, keys: &[Vec<u8>], to: u32) -> Result<Vec<Row>, Error> {
        let (mut rows, mut bytes) = (Vec::with_capacity(keys.len()), 0_usize);
        for key in keys {
            let value = match key.as_slice() {
                keys::RULES => Some(codec::encode(&self.rules.record(true))?),
                key => self.copied(key)?,
            };
            let value = match (key.first(), keys::pointee(key), value) {
                (Some(b'P'), Some(id), Some(value)) => Some(self.as_untold(ProfileId(id), value)?),
                (_, _, value) => value,
            };
            let Some(value) = value else { continue };
            bytes = bytes.saturating_add(key.len()).saturating_add(value.len());
            at_once(bytes)?;
            rows.push((key.clone(), value));
        }
        for (key, _) in &rows {
            self.take_away(key, to)?;
        }
        Ok(rows)
    }

    /// A row's value, of a receipt that is not a copy that of the erasure.
    fn copied(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let own = self.overlay.get(key)?.map(|value| value.to_vec());
        match (own, parting::receipt_of(key)) {
            (None, Some(erasure)) => {
                let erasure = self.overlay.get(&keys::erasure(erasure))?;
                Ok(erasure.map(|value| value.to_vec()))
            }
            (own, _) => Ok(own),
        }
    }

    /// Deletes a row, and takes off what is counted of it. What a profile adds to what is counted of the experience is taken
    /// off when it is combined next and found to be gone.
    fn take_away(&mut self, key: &[u8], to: u32) -> Result<(), Error> {
        match (key.first(), keys::pointee(key)) {
            // They are copied.
            (Some(b'K' | b'Z'), _) => return Ok(()),
            _ if parting::receipt_of(key).is_some() => return Ok(()),
            (Some(b'A'), Some(id)) => {
                let id = AtomId(id);
                let face = self
                    .overlay
                    .atom(id)?
                    .and_then(|atom| self.graph().face_of(&atom));
                face.iter().for_each(|face| self.memory.forget_person(*face));
                self.overlay.put_atom(id, None);
                return Ok(());
            }
            (Some(b'P'), Some(id)) => {
                let id = ProfileId(id);
                let version = self.overlay.profile(id)?.map_or(0, |record| record.version);
                self.overlay.put_profile(id, None);
                self.touched.reviewed.insert(id);
                return self.leave_untold(id, UntoldRecord::Departed { version, to });
            }
            (Some(b'T'), _) => self.repairs.left = self.repairs.left.saturating_sub(1),
            (Some(b'm'), Some(id)) => self.forget_segments(ProfileId(id))?,
            (Some(b't'), _) => self.tally_timer(false),
            _ => {}
        }
        self.overlay.delete(key.to_vec());
        Ok(())
    }
}
