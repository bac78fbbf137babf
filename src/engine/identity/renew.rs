//! Renewal: after a change of the rules every atom is made anew, a few at a time, so that the store ends where these
//! rules had led from the first event on.
//!
//! To renew an atom is to take its events back and let them arrive again: those whose claim the rules read otherwise move
//! to the atom of that claim. In between, atoms of both editions stand side by side, each read as it was made, and the
//! partition is that of what stands; a profile that has an atom of a former edition says that it is pending.

use std::collections::BTreeSet;

use crate::{
    domain::{
        identity::{Claim, Key},
        time::Timestamp,
    },
    engine::{
        identity::{index::marked_user, place::Known},
        state::{atoms::Atoms, batch::Batch},
        writer::input::Renewal,
    },
    store::{AtomId, AtomRecord, Error, Read, fingerprint, keys},
};

/// A log-in or log-out whose meaning may have changed: whose the events around it are has to be asked again.
type Unsettled = BTreeSet<(Key, Timestamp)>;

/// What a step of renewal came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// All atoms up to this one are of the edition that holds.
    UpTo(AtomId),
    /// All are.
    All,
}

impl Batch<'_> {
    /// Makes the next atoms behind `after` anew, and with them some of those that are one person with them.
    pub(crate) fn renew(&mut self, after: AtomId, most: Renewal) -> Result<Renewed, Error> {
        self.touched.renewed = true;
        let next = self.overlay.atoms_behind(after, most.atoms)?;
        let (mut renewed, mut room) = (after, most.atoms);
        for id in &next {
            let is_former = self.is_former(*id)?;
            if is_former && !self.renew_atom(*id, most.events)? {
                return Ok(Renewed::UpTo(renewed));
            }
            renewed = *id;
            if is_former {
                room = room.saturating_sub(1);
                let companions = Renewal { atoms: room, ..most };
                room = room.saturating_sub(self.renew_companions(*id, companions)?);
            }
        }
        Ok(match next.len() < most.atoms {
            true => Renewed::All,
            false => Renewed::UpTo(renewed),
        })
    }

    /// Whether an atom was made by other rules than those that hold.
    pub(crate) fn is_former(&self, id: AtomId) -> Result<bool, Error> {
        let current = self.rules.identity.edition;
        Ok(self.overlay.atom(id)?.is_some_and(|atom| atom.edition != current))
    }

    /// Makes at most so many atoms of the same profile anew, so that most people change once and as a whole. How many
    /// there were.
    fn renew_companions(&mut self, id: AtomId, most: Renewal) -> Result<usize, Error> {
        let Some(profile) = self.overlay.atom(id)?.and_then(|atom| atom.profile) else {
            return Ok(0);
        };
        let record = self.overlay.profile(profile)?;
        let members = record.map(|record| record.members.clone()).unwrap_or_default();
        let mut renewed = 0_usize;
        for member in members.into_iter().filter(|member| *member > id) {
            if renewed >= most.atoms {
                break;
            }
            if self.is_former(member)? {
                self.renew_atom(member, most.events)?;
                renewed = renewed.saturating_add(1);
            }
        }
        Ok(renewed)
    }

    /// Makes an atom anew; whether that is done. Where it is not, so many of its events moved, and the rest is to follow.
    fn renew_atom(&mut self, id: AtomId, events_max: usize) -> Result<bool, Error> {
        let Some(old) = self.overlay.atom(id)? else {
            return Ok(true);
        };
        let current = self.rules.identity.edition;
        let (mut takers, mut unsettled, mut moved) = (BTreeSet::new(), Unsettled::new(), 0_usize);
        let stays_a_mark = self.is_same_mark(&old, &old.claim);
        for (hash, event) in self.overlay.events_between(id, Timestamp::MIN, Timestamp::MAX)? {
            if moved >= events_max {
                break;
            }
            let claim = self.claim(&event)?;
            let atom = self.keyring.atom(&claim);
            let is_moving = atom != id;
            if (is_moving && !self.is_same_mark(&old, &claim)) || (!is_moving && !stays_a_mark) {
                let devices = old.claim.devices().chain(claim.devices());
                unsettled.extend(devices.map(|device| (device.clone(), event.time)));
            }
            if is_moving {
                moved = moved.saturating_add(1);
                self.overlay.delete(keys::event(id, event.time, hash));
                self.erase_mark(id, &old.claim, (event.time, hash));
                self.move_timers(hash, atom)?;
                let checksum = fingerprint::event_checksum(&event)?;
                self.insert(Known { hash, checksum, atom }, &event, claim)?;
                takers.insert(atom);
            }
        }
        let is_done = moved < events_max;
        let edition = if is_done { current } else { old.edition };
        self.refold_by(edition, id, takers)?;
        let mut settled: Option<(Key, Timestamp)> = None;
        for (device, time) in unsettled {
            // Of one interval between two log-ins all is settled at once.
            let is_settled = |(known, until): &(Key, Timestamp)| *known == device && time < *until;
            if !settled.as_ref().is_some_and(is_settled) {
                let until = self.reassign(&device, time)?;
                settled = Some((device, until));
            }
        }
        Ok(is_done)
    }

    /// Whether an event does the same for its devices under `claim`, by the rules that hold, as in the atom it was in.
    fn is_same_mark(&self, old: &AtomRecord, claim: &Claim) -> bool {
        let rules = &self.rules.identity;
        let before = marked_user(&old.claim, rules.of(old.edition));
        before == marked_user(claim, &rules.identifiers)
            && old.claim.signs_out == claim.signs_out
            && old.claim.devices().eq(claim.devices())
    }
}
