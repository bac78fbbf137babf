//! Who left or came is told by upkeep, some in each commit: a commit takes so many messages, and a move has no end of profiles.
//!
//! The move notes of whom it is to be told, and of one profile the latest move alone: who left and is back never left, as far as
//! anybody heard. Whoever is told of for another reason meanwhile is known, and the note goes with that commit; so each is told
//! once, and nothing of before a move behind it.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{
    domain::time::Timestamp,
    engine::{experience::Now, parting::Gone, queries::query::Portrait, state::batch::Batch},
    store::{
        Error, MembershipRecord, Order, ProfileId, ProfileRecord, Read, UntoldRecord, View, codec, keys,
        keys::parting,
    },
};

impl Batch<'_> {
    /// Notes that it is to be told of a profile that it moved, instead of any move before.
    pub(super) fn leave_untold(&mut self, id: ProfileId, untold: UntoldRecord) -> Result<(), Error> {
        self.has_untold = true;
        self.overlay.put_record(parting::untold(id), &untold)
    }

    /// Has a profile that is here otherwise than where it was before, and leaves before that is told, be one that is otherwise
    /// there, too.
    pub(super) fn as_untold(&self, id: ProfileId, row: Vec<u8>) -> Result<Vec<u8>, Error> {
        let Some(UntoldRecord::Arrived { otherwise: true }) = self.untold(id)? else {
            return Ok(row);
        };
        let record = ProfileRecord {
            fingerprint: [0; 32],
            ..self.overlay.decoded(&row)?
        };
        codec::encode(&record).map_err(Error::from)
    }

    /// What is still to be told of a profile that moved.
    pub(crate) fn untold(&self, id: ProfileId) -> Result<Option<UntoldRecord>, Error> {
        match self.has_untold || self.carried.introduces(id) {
            true => self.overlay.record(&parting::untold(id)),
            false => Ok(None),
        }
    }

    /// Has nothing be told of the move of a profile any more.
    pub(crate) fn need_not_tell(&mut self, id: ProfileId) {
        self.overlay.delete(parting::untold(id));
    }

    /// Tells of the next so many who left, and of those who came and are here as they came, unless these are passed over. Who
    /// came is looked at by the segments that there are here.
    pub(crate) fn tell_of_moves(&mut self, most: usize, passes_over: bool) -> Result<(), Error> {
        if most == 0 {
            return Ok(());
        }
        let next = self.next_untold(most)?;
        self.has_untold = next.len() >= most;
        for (id, untold) in next {
            if let UntoldRecord::Arrived { .. } = untold
                && !passes_over
            {
                // It is here: where it ended, the note went with it.
                self.carried.introduced.insert(id);
                self.touched.reviewed.insert(id);
                continue;
            }
            if let UntoldRecord::Departed { version, to } = untold
                && !passes_over
            {
                self.carried.gone.push(Gone {
                    profile: id,
                    version,
                    to,
                });
            }
            self.need_not_tell(id);
        }
        Ok(())
    }

    fn next_untold(&self, most: usize) -> Result<Vec<(ProfileId, UntoldRecord)>, Error> {
        let mut next = Vec::new();
        self.overlay
            .scan_prefix(parting::UNTOLD, Order::Ascending, &mut |key, value| {
                if next.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                if let Some(id) = keys::profile_id(key) {
                    next.push((id, self.overlay.decoded(value)?));
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(next)
    }

    /// Has a profile that came stand here as it did there, in the segments that it was in; one that is shown otherwise by what
    /// is here has its next version when it is told of.
    pub(crate) fn settle_in(
        &mut self,
        portrait: &Portrait,
        record: &ProfileRecord,
        now: Timestamp,
    ) -> Result<(), Error> {
        let id = portrait.id;
        let membership: Option<MembershipRecord> = match self.has_segments {
            true => self.overlay.record(&keys::membership(id))?,
            false => None,
        };
        let inside = membership.iter().flat_map(MembershipRecord::inside);
        let segments: BTreeMap<String, Timestamp> =
            inside.map(|(name, since)| (name.to_owned(), since)).collect();
        let person = Now {
            profile: &portrait.profile,
            segments: &segments,
        };
        self.keep_share(id, Some(person), now)?;
        let came = self.carried.arrived(id);
        let is_same = came.is_some_and(|came| came == record && came.fingerprint == portrait.fingerprint);
        if !is_same {
            self.keep_as(record, portrait);
        }
        self.leave_untold(id, UntoldRecord::Arrived { otherwise: !is_same })
    }
}
