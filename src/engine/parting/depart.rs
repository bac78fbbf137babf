//! Departing: all that a partition has of some customers goes out of its store and into a parcel, in one commit. That they are
//! gone is told beside it, by some at a time: however many they are, the commit of the move has no message of each.

use crate::{
    engine::{
        atoms::Atoms,
        batch::Batch,
        parting::{MoveId, Parcel, belongings::Belongings},
    },
    store::{AtomId, DepartureRecord, Error, ParcelRecord, ProfileId, UntoldRecord, codec, keys},
    wire::out::update::Subjects,
};

impl Batch<'_> {
    /// Takes customers out. Where nobody is there, an empty parcel tells that.
    pub(super) fn send_off(&mut self, id: MoveId, departure: &DepartureRecord) -> Result<(), Error> {
        let Belongings {
            mut rows,
            marks,
            profiles,
            ..
        } = Belongings::of(self, &departure.keys)?;
        for key in rows.keys() {
            self.take_away(key)?;
        }
        rows.extend(marks);
        if !rows.is_empty() {
            // By which rules atoms were made is a number of this store's own.
            let rules = codec::encode(&self.rules.record(true))?;
            rows.insert(keys::RULES.to_vec(), rules);
        }
        for (profile, version) in &profiles {
            self.send_as_untold(*profile, &mut rows)?;
            let (version, to) = (*version, departure.to);
            self.leave_untold(*profile, UntoldRecord::Departed { version, to })?;
        }
        let parcel = Parcel {
            id,
            record: ParcelRecord {
                profiles: profiles.into_keys().collect(),
                rows: rows.into_iter().collect(),
            },
        };
        let subjects = Subjects::of(&self.rules.tenant);
        self.carried.parcel = parcel.messages(subjects.prefix())?;
        Ok(())
    }

    /// Deletes a row, and takes off what is counted of it. What a profile adds to what is counted of the experience is taken
    /// off when it is combined next and found to be gone.
    fn take_away(&mut self, key: &[u8]) -> Result<(), Error> {
        match (key.first(), keys::pointee(key)) {
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
                self.overlay.put_profile(id, None);
                self.touched.reviewed.insert(id);
                return Ok(());
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
