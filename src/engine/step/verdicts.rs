//! What each event of a batch did to the identity graph, as its sender is told.

use std::collections::BTreeSet;

use crate::{
    domain::event::Event,
    engine::{
        api::{Outcome, Resolution},
        combine::Combined,
        error::Error,
        publish::Told,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, ProfileId},
    wire::out::update::NoticeKind,
};

/// What is known after a batch, to say what each of its events did.
pub(super) struct Verdicts<'a> {
    pub(super) batch: &'a Batch<'a>,
    pub(super) combined: &'a Combined,
    pub(super) linked: &'a BTreeSet<AtomId>,
    pub(super) refused: &'a BTreeSet<AtomId>,
}

impl Verdicts<'_> {
    /// What each event did that counts, of these with their places in the input and the atoms they went to: told to its sender,
    /// and to whoever publishes it.
    pub(super) fn told<'e>(
        &self,
        placed: &[(usize, &'e Event, AtomId)],
        outcomes: &mut [Outcome],
    ) -> Result<Vec<Told<'e>>, Error> {
        let mut told = Vec::with_capacity(placed.len());
        let mut created = BTreeSet::new();
        for (index, event, atom) in placed {
            let atom = self.batch.atom_of(event, *atom)?;
            let Some(profile) = self.batch.overlay.atom(atom)?.and_then(|atom| atom.profile) else {
                tracing::error!("an event counts and is shown with nobody: it is not told");
                continue;
            };
            let resolution = self.resolution(atom, profile, &mut created)?;
            if let Some(outcome) = outcomes.get_mut(*index) {
                *outcome = Outcome::Accepted(resolution);
            }
            told.push(Told {
                event,
                profile,
                resolution,
            });
        }
        Ok(told)
    }

    /// What an event in `atom` did that is in `profile` after the batch; `created` are the profiles that were told as new.
    fn resolution(
        &self,
        atom: AtomId,
        profile: ProfileId,
        created: &mut BTreeSet<ProfileId>,
    ) -> Result<Resolution, Error> {
        let overlay = &self.batch.overlay;
        if overlay
            .profile(profile)?
            .is_some_and(|record| record.attributed.binary_search(&atom).is_ok())
        {
            return Ok(Resolution::Attributed);
        }
        if !self.linked.contains(&atom) {
            return Ok(Resolution::Matched);
        }
        let mut notices = self
            .combined
            .notices
            .iter()
            .filter(|notice| notice.into.contains(&profile));
        if let Some(notice) = notices.next() {
            return Ok(match notice.kind {
                NoticeKind::Merged => Resolution::Merged,
                NoticeKind::Split | NoticeKind::Moved | NoticeKind::Erased => Resolution::Split,
            });
        }
        if self.refused.contains(&atom) {
            return Ok(Resolution::Refused);
        }
        if overlay.committed_profile(profile)?.is_none() && created.insert(profile) {
            return Ok(Resolution::Created);
        }
        Ok(Resolution::Matched)
    }
}
