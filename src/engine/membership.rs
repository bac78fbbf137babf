//! Membership: which atoms are shown with which profile, what became of ids that lost theirs, and who is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::{batch::Departure, find::follow, overlay::Overlay},
    store::{AtomId, Error, FormerRecord, ProfileId, ProfileRecord, Read, keys},
};

/// Ids that a profile lists as absorbed, the smallest first.
const ABSORBED_MAX: usize = 100;

/// How an atom is shown with a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is that person.
    Member,
    /// It joins nobody and mentions what that person holds.
    Attributed,
}

/// Persons who became one, or one who became several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The ids as they were.
    pub from: BTreeSet<ProfileId>,
    /// The ids as they are.
    pub into: BTreeSet<ProfileId>,
}

impl Notice {
    /// Whether one person became several.
    pub fn is_split(&self) -> bool {
        self.into.len() > 1
    }
}

/// The changes of membership of one batch.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    /// Profiles that gained or lost an atom.
    pub(crate) changed: BTreeSet<ProfileId>,
    /// Where the atoms of each profile went, one atom standing for each destination.
    departures: BTreeMap<ProfileId, BTreeMap<ProfileId, AtomId>>,
    /// The atoms that took events of each profile.
    takers: BTreeMap<ProfileId, BTreeSet<AtomId>>,
}

impl Membership {
    /// Shows an atom with `profile`, and no longer where it was.
    pub(crate) fn show(
        &mut self,
        overlay: &mut Overlay,
        id: AtomId,
        profile: ProfileId,
        shown: Shown,
    ) -> Result<(), Error> {
        let before = overlay
            .change_atom(id, |atom| atom.profile.replace(profile))?
            .flatten();
        if let Some(before) = before {
            self.leave(overlay, id, before)?;
            self.departures.entry(before).or_default().insert(profile, id);
        }
        let mut record = self.profile(overlay, profile)?;
        let list = match shown {
            Shown::Member => &mut record.members,
            Shown::Attributed => &mut record.attributed,
        };
        if let Err(place) = list.binary_search(&id) {
            list.insert(place, id);
        }
        overlay.put_profile(profile, Some(record));
        self.changed.insert(profile);
        Ok(())
    }

    /// Notes where an atom's events went, and takes it out if it has none left.
    pub(crate) fn depart(
        &mut self,
        overlay: &mut Overlay,
        id: AtomId,
        departure: Departure,
    ) -> Result<(), Error> {
        if departure.dissolved {
            self.leave(overlay, id, departure.profile)?;
        }
        self.changed.insert(departure.profile);
        self.takers
            .entry(departure.profile)
            .or_default()
            .extend(departure.takers);
        Ok(())
    }

    fn leave(&mut self, overlay: &mut Overlay, id: AtomId, profile: ProfileId) -> Result<(), Error> {
        let mut record = self.profile(overlay, profile)?;
        record.members.retain(|member| *member != id);
        record.attributed.retain(|member| *member != id);
        overlay.put_profile(profile, Some(record));
        self.changed.insert(profile);
        Ok(())
    }

    /// The record of a profile; a revived id goes on from its last version.
    fn profile(&self, overlay: &mut Overlay, id: ProfileId) -> Result<ProfileRecord, Error> {
        if let Some(record) = overlay.profile(id)? {
            return Ok(ProfileRecord::clone(&record));
        }
        let former: Option<FormerRecord> = overlay.record(&keys::former(id))?;
        let Some(former) = former else {
            return Ok(ProfileRecord::default());
        };
        overlay.delete(keys::former(id));
        Ok(ProfileRecord {
            version: former.version,
            ..ProfileRecord::default()
        })
    }

    /// Closes ids that have no atoms left, lists them with who absorbed them, and says who is to be told what.
    pub(crate) fn settle(&mut self, overlay: &mut Overlay) -> Result<Vec<Notice>, Error> {
        for (profile, takers) in std::mem::take(&mut self.takers) {
            // A taker may have lost the events again to a later event of the batch.
            let mut now = BTreeMap::new();
            for taker in takers {
                follow(overlay, taker, &mut now)?;
            }
            now.remove(&profile);
            let departures = self.departures.entry(profile).or_default();
            for (into, taker) in now {
                departures.entry(into).or_insert(taker);
            }
        }
        let mut merged: BTreeMap<ProfileId, BTreeSet<ProfileId>> = BTreeMap::new();
        let mut notices = Vec::new();
        for id in self.changed.clone() {
            let Some(record) = overlay.profile(id)? else {
                continue;
            };
            let went = self.departures.remove(&id).unwrap_or_default();
            let mut into: BTreeSet<ProfileId> = went.keys().copied().collect();
            into.remove(&id);
            if record.members.is_empty() {
                self.close(overlay, id, &record, went)?;
            } else {
                into.insert(id);
            }
            match into.len() {
                0 => {}
                1 if into.contains(&id) => {}
                1 => merged
                    .entry(into.into_iter().next().unwrap_or(id))
                    .or_default()
                    .extend([id]),
                _ => notices.push(Notice {
                    from: BTreeSet::from([id]),
                    into,
                }),
            }
        }
        self.forget_revived(overlay)?;
        for (survivor, from) in merged {
            self.absorb(overlay, survivor, &from)?;
            notices.push(Notice {
                from,
                into: BTreeSet::from([survivor]),
            });
        }
        Ok(notices)
    }

    fn close(
        &self,
        overlay: &mut Overlay,
        id: ProfileId,
        record: &ProfileRecord,
        went: BTreeMap<ProfileId, AtomId>,
    ) -> Result<(), Error> {
        let atoms = went.into_values().collect();
        overlay.put_record(
            keys::former(id),
            &FormerRecord {
                version: record.version,
                atoms,
            },
        )?;
        overlay.put_profile(id, None);
        Ok(())
    }

    /// An id that lives again is no longer absorbed by anybody.
    fn forget_revived(&self, overlay: &mut Overlay) -> Result<(), Error> {
        for id in &self.changed {
            let Some(record) = overlay.profile(*id)? else {
                continue;
            };
            let mut absorbed = record.absorbed.clone();
            absorbed.retain(|former| {
                !self.changed.contains(former) || overlay.profile(*former).is_ok_and(|p| p.is_none())
            });
            if absorbed != record.absorbed {
                overlay.put_profile(
                    *id,
                    Some(ProfileRecord {
                        absorbed,
                        ..ProfileRecord::clone(&record)
                    }),
                );
            }
        }
        Ok(())
    }

    fn absorb(
        &self,
        overlay: &mut Overlay,
        survivor: ProfileId,
        from: &BTreeSet<ProfileId>,
    ) -> Result<(), Error> {
        let mut record = self.profile(overlay, survivor)?;
        let absorbed: BTreeSet<ProfileId> = record.absorbed.iter().chain(from).copied().collect();
        record.absorbed = absorbed
            .into_iter()
            .filter(|id| *id != survivor)
            .take(ABSORBED_MAX)
            .collect();
        overlay.put_profile(survivor, Some(record));
        Ok(())
    }
}
