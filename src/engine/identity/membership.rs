//! Membership: which atoms are shown with which profile, what became of ids that lost theirs, and who is told.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::state::{atoms::Atoms, batch::Departure, overlay::Overlay},
    store::{
        AtomId, AtomRecord, Error, FormerRecord, ForwardRecord, ProfileId, ProfileRecord, Read, View, keys,
    },
    wire::out::update::NoticeKind,
};

/// Atoms by which a former id finds each of those that its events went to.
const FORMER_ATOMS_MAX: usize = 64;

/// Atoms that are followed before giving up.
const FOLLOWED_MAX: usize = 1_024;

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

/// What became of persons.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// What happened to them.
    pub kind: NoticeKind,
    /// The ids as they were.
    pub from: BTreeSet<ProfileId>,
    /// The ids as they are.
    pub into: BTreeSet<ProfileId>,
}

/// An id that is no longer live.
#[derive(Debug)]
pub(crate) struct Closed {
    /// Which.
    pub(crate) profile: ProfileId,
    /// The atoms that it leads to.
    pub(crate) leads: Vec<AtomId>,
    /// The ids that it had absorbed.
    pub(crate) absorbed: Vec<ProfileId>,
}

/// The changes of membership of one batch.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    /// Profiles that gained or lost an atom.
    pub(crate) changed: BTreeSet<ProfileId>,
    /// The atoms of each profile that are elsewhere now, by where.
    departures: BTreeMap<ProfileId, BTreeMap<ProfileId, BTreeSet<AtomId>>>,
    /// Atoms that were only shown with the profile that they left.
    strays: BTreeSet<AtomId>,
    /// The atoms that took events of each profile.
    takers: BTreeMap<ProfileId, BTreeSet<AtomId>>,
    /// Ids that are no longer live.
    closed: Vec<Closed>,
    /// Ids that live again, with the atoms that told who survived them.
    revived: BTreeMap<ProfileId, Vec<AtomId>>,
}

impl Membership {
    /// Whether an atom is shown so.
    pub(crate) fn is_shown(
        overlay: &Overlay<'_>,
        (id, atom): (AtomId, &AtomRecord),
        profile: ProfileId,
        shown: Shown,
    ) -> Result<bool, Error> {
        if atom.profile != Some(profile) {
            return Ok(false);
        }
        let record = overlay.profile(profile)?;
        Ok(record.is_some_and(|record| match shown {
            Shown::Member => record.members.binary_search(&id).is_ok(),
            Shown::Attributed => record.attributed.binary_search(&id).is_ok(),
        }))
    }

    /// Shows an atom with `profile`, and no longer where it was.
    pub(crate) fn show(
        &mut self,
        overlay: &mut Overlay<'_>,
        id: AtomId,
        profile: ProfileId,
        shown: Shown,
    ) -> Result<(), Error> {
        let before = overlay
            .change_atom(id, |atom| atom.profile.replace(profile))?
            .flatten();
        if let Some(before) = before {
            self.leave(overlay, id, before)?;
        }
        if let Some(before) = before.filter(|before| *before != profile) {
            let went = self.departures.entry(before).or_default();
            went.entry(profile).or_default().insert(id);
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
        overlay: &mut Overlay<'_>,
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

    fn leave(&mut self, overlay: &mut Overlay<'_>, id: AtomId, profile: ProfileId) -> Result<(), Error> {
        let Some(record) = overlay.profile(profile)? else {
            // It ended in a commit that had no room for who was only shown with it: there is nothing left to leave, and
            // nothing to tell of it again.
            self.strays.insert(id);
            return Ok(());
        };
        let mut record = ProfileRecord::clone(&record);
        // Also who was shown with an id that ended and lives again: it does not list them.
        if !record.members.contains(&id) {
            self.strays.insert(id);
        }
        record.members.retain(|member| *member != id);
        record.attributed.retain(|member| *member != id);
        overlay.put_profile(profile, Some(record));
        self.changed.insert(profile);
        Ok(())
    }

    /// The record of a profile; a revived id goes on from its last version.
    fn profile(&mut self, overlay: &mut Overlay<'_>, id: ProfileId) -> Result<ProfileRecord, Error> {
        if let Some(record) = overlay.profile(id)? {
            return Ok(ProfileRecord::clone(&record));
        }
        let former: Option<FormerRecord> = overlay.record(&keys::former(id))?;
        let Some(former) = former else {
            return Ok(ProfileRecord::default());
        };
        overlay.delete(keys::former(id));
        self.revived.insert(id, former.atoms);
        Ok(ProfileRecord {
            version: former.version,
            ..ProfileRecord::default()
        })
    }

    /// The ids that [`Self::settle`] closed.
    pub(crate) fn closed(&mut self) -> Vec<Closed> {
        std::mem::take(&mut self.closed)
    }

    /// Closes ids that have no atoms left, lists them with who absorbed them, and says who is to be told what.
    pub(crate) fn settle(&mut self, overlay: &mut Overlay<'_>) -> Result<Vec<Notice>, Error> {
        for (profile, takers) in std::mem::take(&mut self.takers) {
            for (taker, now) in follow(overlay, takers)? {
                if now != profile {
                    self.departures
                        .entry(profile)
                        .or_default()
                        .entry(now)
                        .or_default()
                        .insert(taker);
                }
            }
        }
        let (mut absorbed, mut notices) = (BTreeMap::new(), Vec::new());
        for id in self.changed.clone() {
            let Some(record) = overlay.profile(id)? else {
                continue;
            };
            let mut went = self.departures.remove(&id).unwrap_or_default();
            if record.members.is_empty() {
                // Who was only shown here did not take this person along.
                went.values_mut()
                    .for_each(|atoms| atoms.retain(|atom| !self.strays.contains(atom)));
                went.retain(|_, atoms| !atoms.is_empty());
            }
            let mut into: BTreeSet<ProfileId> = went.keys().copied().filter(|into| *into != id).collect();
            if record.members.is_empty() {
                self.closed.push(Closed {
                    profile: id,
                    leads: close(overlay, id, &record, went)?,
                    absorbed: record.absorbed.clone(),
                });
            } else {
                if !into.is_empty() {
                    forget_departed(overlay, id, &record)?;
                }
                into.insert(id);
            }
            match (into.len(), into.first()) {
                (1, Some(survivor)) if *survivor != id => {
                    absorbed
                        .entry(*survivor)
                        .or_insert_with(Vec::new)
                        .push((id, record.absorbed.clone()));
                }
                // Nobody was told of who came and went within one batch.
                (0, _) if overlay.committed_profile(id)?.is_none() => {}
                (1, _) => {}
                _ => notices.push(Notice {
                    kind: parted(overlay, id, &into)?,
                    from: BTreeSet::from([id]),
                    into,
                }),
            }
        }
        self.forget_revived(overlay)?;
        for (survivor, ids) in absorbed {
            let from: BTreeSet<ProfileId> = ids.iter().map(|(id, _)| *id).collect();
            let all = ids
                .into_iter()
                .flat_map(|(id, earlier)| earlier.into_iter().chain([id]));
            self.absorb(overlay, survivor, all)?;
            notices.push(Notice {
                kind: NoticeKind::Merged,
                from,
                into: BTreeSet::from([survivor]),
            });
        }
        Ok(notices)
    }

    /// An id that lives again is no longer absorbed by those who survived it.
    fn forget_revived(&mut self, overlay: &mut Overlay<'_>) -> Result<(), Error> {
        for (id, atoms) in std::mem::take(&mut self.revived) {
            let mut survivors: BTreeSet<ProfileId> = self.changed.clone();
            survivors.extend(follow(overlay, atoms)?.into_iter().map(|(_, profile)| profile));
            for survivor in survivors {
                let Some(record) = overlay.profile(survivor)? else {
                    continue;
                };
                if record.absorbed.contains(&id) {
                    let mut record = ProfileRecord::clone(&record);
                    record.absorbed.retain(|former| *former != id);
                    overlay.put_profile(survivor, Some(record));
                    self.changed.insert(survivor);
                }
            }
        }
        Ok(())
    }

    fn absorb(
        &mut self,
        overlay: &mut Overlay<'_>,
        survivor: ProfileId,
        ids: impl IntoIterator<Item = ProfileId>,
    ) -> Result<(), Error> {
        let mut record = self.profile(overlay, survivor)?;
        let absorbed: BTreeSet<ProfileId> = record.absorbed.iter().copied().chain(ids).collect();
        record.absorbed = absorbed
            .into_iter()
            .filter(|id| *id != survivor)
            .take(ABSORBED_MAX)
            .collect();
        overlay.put_profile(survivor, Some(record));
        Ok(())
    }
}

/// What became of a person whose events are those of `into` now.
fn parted(overlay: &Overlay<'_>, id: ProfileId, into: &BTreeSet<ProfileId>) -> Result<NoticeKind, Error> {
    if into.is_empty() {
        return Ok(NoticeKind::Erased);
    }
    for now in into {
        if overlay.committed_profile(*now)?.is_none() {
            return Ok(NoticeKind::Split);
        }
    }
    Ok(match into.contains(&id) {
        true => NoticeKind::Moved,
        false => NoticeKind::Split,
    })
}

/// Leaves an id without atoms, with word of where those went: the atoms that it leads to.
fn close(
    overlay: &mut Overlay<'_>,
    id: ProfileId,
    record: &ProfileRecord,
    went: BTreeMap<ProfileId, BTreeSet<AtomId>>,
) -> Result<Vec<AtomId>, Error> {
    let beside = match (went.len(), went.first_key_value()) {
        (1, Some((survivor, own))) => beside(overlay, *survivor, own)?,
        _ => Vec::new(),
    };
    let atoms: Vec<AtomId> = went
        .into_values()
        .flat_map(|atoms| atoms.into_iter().take(FORMER_ATOMS_MAX))
        .collect();
    overlay.put_record(
        keys::former(id),
        &FormerRecord {
            version: record.version,
            atoms: atoms.clone(),
            beside,
        },
    )?;
    overlay.put_profile(id, None);
    Ok(atoms)
}

/// The atoms of who absorbs others that are not `own` atoms of those; what came with this batch is of neither.
fn beside(overlay: &Overlay<'_>, survivor: ProfileId, own: &BTreeSet<AtomId>) -> Result<Vec<AtomId>, Error> {
    let mut beside = Vec::new();
    let members = overlay.profile(survivor)?.map(|record| record.members.clone());
    for id in members.unwrap_or_default() {
        if beside.len() < FORMER_ATOMS_MAX
            && !own.contains(&id)
            && overlay.before().get(&keys::atom(id))?.is_some()
        {
            beside.push(id);
        }
    }
    Ok(beside)
}

/// Who lost events no longer lists the absorbed ids that lead to others alone now: should one of them live again, it is
/// found by where it leads.
fn forget_departed(overlay: &mut Overlay<'_>, id: ProfileId, record: &ProfileRecord) -> Result<(), Error> {
    let mut absorbed = Vec::with_capacity(record.absorbed.len());
    for former in &record.absorbed {
        let left: Option<FormerRecord> = overlay.record(&keys::former(*former))?;
        let atoms = left.map(|left| left.atoms).unwrap_or_default();
        if follow(overlay, atoms)?.iter().any(|(_, now)| *now == id) {
            absorbed.push(*former);
        }
    }
    if absorbed.len() < record.absorbed.len() {
        let record = ProfileRecord {
            absorbed,
            ..record.clone()
        };
        overlay.put_profile(id, Some(record));
    }
    Ok(())
}

/// The atoms that hold the events of `atoms` now, each with its profile: an atom's events may have moved on, in part or
/// whole.
pub(crate) fn follow<A: Atoms>(
    view: &A,
    atoms: impl IntoIterator<Item = AtomId>,
) -> Result<Vec<(AtomId, ProfileId)>, Error> {
    let mut queue: Vec<AtomId> = atoms.into_iter().collect();
    let (mut reached, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(id) = queue.pop() {
        if !reached.insert(id) || reached.len() > FOLLOWED_MAX {
            continue;
        }
        found.extend(
            view.atom(id)?
                .and_then(|atom| atom.profile)
                .map(|profile| (id, profile)),
        );
        if let Some(forward) = view.record::<ForwardRecord>(&keys::forward(id))? {
            queue.extend(forward.atoms);
        }
    }
    Ok(found)
}
