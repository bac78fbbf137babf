//! Combination: puts together the profiles a batch changed, gives each its next version and brings the store's
//! fingerprint up to date.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::profile::{FoldLimits, Profile},
    engine::{atoms::Atoms, batch::Batch, membership::Notice, query::Portrait, resolve::Resolved},
    store::{AtomId, AtomRecord, Error, ProfileId, ProfileRecord, fingerprint, fingerprint::Multiset},
};

/// The profiles that a batch changed, as they are after it.
#[derive(Debug, Default)]
pub(crate) struct Combined {
    /// By id.
    pub(crate) portraits: BTreeMap<ProfileId, Portrait>,
    /// Who became one, who became several.
    pub(crate) notices: Vec<Notice>,
    /// The sum over the store.
    pub(crate) fingerprint: Multiset,
}

impl Batch<'_> {
    /// Combines every profile that the batch changed. `before` is the store's fingerprint before it.
    pub(crate) fn combine(&mut self, resolved: &mut Resolved, before: Multiset) -> Result<Combined, Error> {
        let notices = resolved.membership.settle(&mut self.overlay)?;
        let mut changed: BTreeSet<ProfileId> = std::mem::take(&mut resolved.membership.changed);
        for id in std::mem::take(&mut self.touched.folded) {
            changed.extend(self.overlay.atom(id)?.and_then(|atom| atom.profile));
        }
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
            let Some(record) = self.overlay.profile(id)? else {
                if self.touched.erases {
                    self.forget_standings(&[id])?;
                }
                continue;
            };
            let portrait = portrait(&self.overlay, id, &record, &self.rules.fold)?;
            // Looked at again and found as it was: there is nothing to tell.
            if committed.is_some_and(|before| before == record && before.fingerprint == portrait.fingerprint)
            {
                combined.fingerprint = combined.fingerprint.with(portrait.fingerprint);
                continue;
            }
            let portrait = Portrait {
                version: record.version.saturating_add(1),
                value: self.standing(id)?,
                ..portrait
            };
            combined.fingerprint = combined.fingerprint.with(portrait.fingerprint);
            self.bounds.reached(&portrait.profile, &self.rules.fold);
            let record = ProfileRecord {
                version: portrait.version,
                fingerprint: portrait.fingerprint,
                ..ProfileRecord::clone(&record)
            };
            self.overlay.put_profile(id, Some(record));
            combined.portraits.insert(id, portrait);
        }
        Ok(combined)
    }
}

/// A profile as its atoms make it now; its version is the record's.
pub(crate) fn portrait<A: Atoms>(
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
