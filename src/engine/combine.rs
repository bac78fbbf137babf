//! Combination: puts together the profiles a batch changed, gives each its next version and brings the store's
//! fingerprint up to date.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::{
        event::Event,
        profile::{FoldLimits, Profile},
        time::Timestamp,
    },
    engine::{
        deciding::{Looked, Segmented},
        experience::{Now, positions},
        identity::{membership::Notice, resolve::Resolved},
        queries::query::Portrait,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, AtomRecord, Error, MembershipRecord, ProfileId, ProfileRecord, UntoldRecord, fingerprint,
        fingerprint::Multiset, keys,
    },
};

/// The profiles that a batch changed, as they are after it.
#[derive(Debug, Default)]
pub(crate) struct Combined {
    /// By id.
    pub(crate) portraits: BTreeMap<ProfileId, Portrait>,
    /// Those that came from another partition and are as they were there.
    pub(crate) arrived: Vec<Portrait>,
    /// Who became one, who became several.
    pub(crate) notices: Vec<Notice>,
    /// Those that are in other segments than before.
    pub(crate) segmented: BTreeMap<ProfileId, Segmented>,
    /// The sum over the store.
    pub(crate) fingerprint: Multiset,
}

impl Batch<'_> {
    /// Combines every profile that the batch changed, by these events and otherwise. `before` is the store's fingerprint
    /// before it.
    pub(crate) fn combine(
        &mut self,
        resolved: &mut Resolved,
        before: Multiset,
        placed: &[(usize, &Event, AtomId)],
        now: Timestamp,
    ) -> Result<Combined, Error> {
        let notices = resolved.membership.settle(&mut self.overlay)?;
        self.trace_formers(resolved.membership.closed())?;
        let changed: BTreeSet<ProfileId> = std::mem::take(&mut resolved.membership.changed);
        self.review_valued();
        let asked = self.asked(&changed, placed)?;
        let changed = self.changed(changed)?;
        let mut combined = Combined {
            notices,
            fingerprint: before,
            ..Combined::default()
        };
        for id in changed {
            let committed = self.overlay.committed_profile(id)?;
            if let Some(committed) = &committed {
                combined.fingerprint = combined.fingerprint.without(committed.fingerprint);
            }
            let current = self.overlay.profile(id)?;
            self.tally(id, committed.is_some(), current.is_some());
            let Some(record) = current else {
                self.forget_profile(id, now)?;
                continue;
            };
            let portrait = Portrait {
                value: self.standing(id)?,
                ..without_segments(&self.overlay, id, &record, &self.rules.fold)?
            };
            if self.carried.arrived(id).is_some() {
                combined.fingerprint = combined.fingerprint.with(portrait.fingerprint);
                self.settle_in(&portrait, &record, now)?;
                continue;
            }
            let untold = self.untold(id)?;
            let looked = if untold.is_some() {
                Looked::All
            } else {
                asked.of(id)
            };
            let segmented = self.count_in(&portrait, looked, now)?;
            combined.fingerprint = combined.fingerprint.with(portrait.fingerprint);
            let before = committed.as_deref();
            // Looked at again and found as it was: there is nothing to tell, but of who came from elsewhere.
            let is_same =
                before.is_some_and(|before| *before == *record && before.fingerprint == portrait.fingerprint);
            let is_changed =
                segmented.is_change() || untold == Some(UntoldRecord::Arrived { otherwise: true });
            // Of two events that are told alike one may go as the other comes.
            let is_unchanged = is_same && !is_changed && !self.is_said(id, placed)?;
            if is_unchanged && !self.carried.introduces(id) {
                continue;
            }
            if untold.is_some() {
                self.need_not_tell(id);
            }
            let portrait = Portrait {
                version: record.version.saturating_add(u64::from(!is_unchanged)),
                journeys: positions(&self.book, &portrait.profile, &segmented.inside),
                segments: segmented.inside.clone(),
                ..portrait
            };
            if is_unchanged {
                combined.arrived.push(portrait);
                continue;
            }
            if segmented.is_change() {
                combined.segmented.insert(id, segmented);
            }
            self.bounds.reached(&portrait.profile, &self.rules.fold);
            self.keep_as(&record, &portrait);
            combined.portraits.insert(id, portrait);
        }
        Ok(combined)
    }

    /// Whether any of these events is a profile's.
    fn is_said(&self, profile: ProfileId, placed: &[(usize, &Event, AtomId)]) -> Result<bool, Error> {
        for (_, event, atom) in placed {
            let atom = self.overlay.atom(self.atom_of(event, *atom)?)?;
            if atom.is_some_and(|atom| atom.profile == Some(profile)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has a profile be in the segments that it is in, and counted in what is counted of the experience.
    fn count_in(
        &mut self,
        portrait: &Portrait,
        looked: Looked<'_>,
        now: Timestamp,
    ) -> Result<Segmented, Error> {
        let segmented = match self.has_segments {
            true => self.segment(portrait, looked, now)?,
            false => Segmented::default(),
        };
        let person = Now {
            profile: &portrait.profile,
            segments: &segmented.inside,
        };
        self.keep_share(portrait.id, Some(person), now)?;
        Ok(segmented)
    }

    /// Keeps a profile's record with the version and the fingerprint of what it is now.
    pub(crate) fn keep_as(&mut self, record: &ProfileRecord, portrait: &Portrait) {
        let record = ProfileRecord {
            version: portrait.version,
            fingerprint: portrait.fingerprint,
            ..record.clone()
        };
        self.overlay.put_profile(portrait.id, Some(record));
    }

    /// The profiles that are to be combined, with those that are shown otherwise.
    fn changed(&mut self, mut changed: BTreeSet<ProfileId>) -> Result<BTreeSet<ProfileId>, Error> {
        for id in std::mem::take(&mut self.touched.folded) {
            changed.extend(self.overlay.atom(id)?.and_then(|atom| atom.profile));
        }
        self.touched.reviews = !(self.touched.reviewed.is_empty() && self.touched.aged.is_empty());
        changed.extend(std::mem::take(&mut self.touched.reviewed));
        changed.extend(std::mem::take(&mut self.touched.aged));
        Ok(changed)
    }

    /// Has nothing be counted or kept of a profile that is no more.
    fn forget_profile(&mut self, id: ProfileId, now: Timestamp) -> Result<(), Error> {
        self.forget_segments(id)?;
        if let Some(UntoldRecord::Arrived { .. }) = self.untold(id)? {
            self.need_not_tell(id);
        }
        self.keep_share(id, None, now)?;
        match self.touched.erases {
            true => self.forget_standings(&[id]),
            false => Ok(()),
        }
    }

    /// Which segments are asked of each profile: those that its events may change, where nothing but these did, or time; else
    /// all.
    fn asked<'e>(
        &self,
        shown_otherwise: &BTreeSet<ProfileId>,
        placed: &[(usize, &'e Event, AtomId)],
    ) -> Result<Asked<'e>, Error> {
        let mut asked = Asked::default();
        if !self.has_segments {
            return Ok(asked);
        }
        let (mut atoms, touched) = (BTreeSet::new(), &self.touched);
        for (_, event, atom) in placed {
            let atom = self.atom_of(event, *atom)?;
            atoms.insert(atom);
            if let Some(profile) = self.overlay.atom(atom)?.and_then(|atom| atom.profile) {
                asked.after.entry(profile).or_default().push(event);
            }
        }
        let otherwise = touched.folded.difference(&atoms).chain(&touched.remade);
        for id in otherwise {
            asked
                .of_all
                .extend(self.overlay.atom(*id)?.and_then(|atom| atom.profile));
        }
        asked.of_all.extend(&touched.reviewed);
        for id in &touched.aged {
            asked.after.entry(*id).or_default();
        }
        for id in shown_otherwise {
            match self.gained(*id)? {
                Gained::NewAtoms => {}
                Gained::All => drop(asked.new.insert(*id)),
                Gained::Else => drop(asked.of_all.insert(*id)),
            }
        }
        Ok(asked)
    }

    /// By what a profile is shown otherwise than before the batch.
    fn gained(&self, id: ProfileId) -> Result<Gained, Error> {
        let Some(record) = self.overlay.profile(id)? else {
            return Ok(Gained::Else);
        };
        let committed = self.overlay.committed_profile(id)?;
        let (members, attributed) = match &committed {
            Some(before) => (before.members.as_slice(), before.attributed.as_slice()),
            None => (&[][..], &[][..]),
        };
        let is_lost = |before: &[AtomId], now: &[AtomId]| before.iter().any(|atom| !now.contains(atom));
        if is_lost(members, &record.members) || is_lost(attributed, &record.attributed) {
            return Ok(Gained::Else);
        }
        for atom in record.members.iter().chain(&record.attributed) {
            let is_kept = members.contains(atom) || attributed.contains(atom);
            let shows = || Ok::<_, Error>(self.overlay.atom(*atom)?.and_then(|atom| atom.profile));
            if !is_kept && (shows()? != Some(id) || self.overlay.before().atom(*atom)?.is_some()) {
                return Ok(Gained::Else);
            }
        }
        Ok(match committed {
            Some(_) => Gained::NewAtoms,
            None => Gained::All,
        })
    }
}

/// By what a profile is shown otherwise.
enum Gained {
    /// By atoms that the batch made: what it has more is what their events say.
    NewAtoms,
    /// By all that it has, which the batch made.
    All,
    /// By anything else.
    Else,
}

/// Which segments are asked of whom.
#[derive(Default)]
struct Asked<'e> {
    /// The events of each profile.
    after: BTreeMap<ProfileId, Vec<&'e Event>>,
    /// Profiles of which nothing was known before these.
    new: BTreeSet<ProfileId>,
    /// Profiles that more than these may have changed.
    of_all: BTreeSet<ProfileId>,
}

impl Asked<'_> {
    fn of(&self, id: ProfileId) -> Looked<'_> {
        match self.after.get(&id).filter(|_| !self.of_all.contains(&id)) {
            Some(events) if self.new.contains(&id) => Looked::New(events),
            Some(events) => Looked::After(events),
            None => Looked::All,
        }
    }
}

/// A profile as its atoms make it now; its version is the record's.
pub(crate) fn portrait<A: Atoms>(
    view: &A,
    id: ProfileId,
    record: &ProfileRecord,
    limits: &FoldLimits,
) -> Result<Portrait, Error> {
    let membership: Option<MembershipRecord> = view.record(&keys::membership(id))?;
    let inside = membership.iter().flat_map(MembershipRecord::inside);
    Ok(Portrait {
        segments: inside.map(|(name, since)| (name.to_owned(), since)).collect(),
        ..without_segments(view, id, record, limits)?
    })
}

fn without_segments<A: Atoms>(
    view: &A,
    id: ProfileId,
    record: &ProfileRecord,
    limits: &FoldLimits,
) -> Result<Portrait, Error> {
    let members = atoms(view, &record.members)?;
    let attributed = atoms(view, &record.attributed)?;
    let all = members
        .iter()
        .chain(&attributed)
        .map(|atom| (&atom.claim, &atom.aggregate));
    let profile = Profile::combine(all, limits);
    let claims = |atoms: &'_ [Arc<AtomRecord>]| atoms.iter().map(|atom| atom.claim.canonical()).collect();
    let fingerprint = fingerprint::of_profile(claims(&members), claims(&attributed), &profile)?;
    let absorbed = record.absorbed.clone();
    Ok(Portrait {
        id,
        version: record.version,
        fingerprint,
        absorbed,
        segments: BTreeMap::new(),
        journeys: Vec::new(),
        pending: false,
        value: None,
        profile,
    })
}

fn atoms<A: Atoms>(view: &A, ids: &[AtomId]) -> Result<Vec<Arc<AtomRecord>>, Error> {
    let mut atoms = Vec::with_capacity(ids.len());
    for id in ids {
        atoms.extend(view.atom(*id)?);
    }
    Ok(atoms)
}
