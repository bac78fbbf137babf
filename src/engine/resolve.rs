//! Resolution: brings the partition into persons up to date with what the batch touched.
//!
//! Only the components around touched atoms are computed again. The answer for each is the pure function
//! [`crate::domain::identity::cluster()`] of its claims, so the partition after any batch is the one that a computation
//! from scratch would give.

use std::collections::BTreeSet;

use crate::{
    domain::identity::{Anchor, Evidence, Key, Verdict},
    engine::{
        atoms::Atoms,
        batch::Batch,
        graph::Component,
        membership::{Membership, Shown},
    },
    store::{AtomId, Error, ProfileId, Read, keys},
};

/// What resolving a batch changed.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// Who is shown with whom now.
    pub(crate) membership: Membership,
    /// Atoms that a rule kept apart from others they share a key with.
    pub(crate) refused: BTreeSet<AtomId>,
}

impl Batch<'_> {
    /// Brings the partition up to date.
    pub(crate) fn resolve(&mut self) -> Result<Resolved, Error> {
        let mut resolved = Resolved::default();
        let touched = std::mem::take(&mut self.touched.linked);
        for (id, departure) in std::mem::take(&mut self.touched.departed) {
            resolved.membership.depart(&mut self.overlay, id, departure)?;
        }
        // Attribution has to be asked again for whoever mentions one of these.
        let mut asked: BTreeSet<Key> = std::mem::take(&mut self.touched.lost);
        let mut apart = BTreeSet::new();
        let mut reached = BTreeSet::new();
        for start in self.seeds(&touched, &asked)? {
            if !reached.insert(start) {
                continue;
            }
            let Some(atom) = self.overlay.atom(start)? else {
                continue;
            };
            if self.graph().keys_of(&atom).is_empty() {
                apart.insert(start);
                continue;
            }
            let component = self.graph().component(start)?;
            reached.extend(component.atoms.iter().map(|(id, _, _)| *id));
            self.part(&component, &mut resolved, &mut asked)?;
        }
        for key in &asked {
            apart.extend(self.overlay.atoms(&keys::mentions(self.keyring.key(key)))?);
        }
        for id in apart {
            self.attribute(id, &mut resolved)?;
        }
        Ok(resolved)
    }

    /// The touched atoms and all who hold one of their keys, joined by it or not: a key that two customers came to share
    /// parts all its holders.
    fn seeds(&self, touched: &BTreeSet<AtomId>, lost: &BTreeSet<Key>) -> Result<BTreeSet<AtomId>, Error> {
        let mut keys: BTreeSet<Key> = lost.clone();
        let mut seeds = touched.clone();
        for id in touched {
            if let Some(atom) = self.overlay.atom(*id)? {
                keys.extend(self.graph().keys_of(&atom));
            }
        }
        for key in keys {
            seeds.extend(self.overlay.atoms(&keys::holders(self.keyring.key(&key)))?);
        }
        Ok(seeds)
    }

    /// Parts a component into persons and moves the atoms that are somebody else's now.
    fn part(
        &mut self,
        component: &Component,
        resolved: &mut Resolved,
        asked: &mut BTreeSet<Key>,
    ) -> Result<(), Error> {
        let clustering = component.cluster(&self.rules.identifiers);
        for person in &clustering.persons {
            let profile = self.profile_of(component, person);
            for (id, atom, _) in person.iter().filter_map(|index| component.atoms.get(*index)) {
                if atom.profile != Some(profile) {
                    asked.extend(self.graph().keys_of(atom));
                    resolved
                        .membership
                        .show(&mut self.overlay, *id, profile, Shown::Member)?;
                }
            }
        }
        let refusals = clustering
            .evidence
            .iter()
            .filter(|one| matches!(one.verdict, Verdict::Refused(_)));
        for Evidence { center, other, .. } in refusals {
            for index in [*center, *other] {
                resolved
                    .refused
                    .extend(component.atoms.get(index).map(|(id, _, _)| *id));
            }
        }
        for key in &component.shared {
            let holders = component
                .atoms
                .iter()
                .filter(|(_, atom, _)| self.graph().keys_of(atom).contains(key));
            resolved.refused.extend(holders.map(|(id, _, _)| *id));
        }
        Ok(())
    }

    /// The id of a person: of their customer id, of several declared the same the smallest; else of the earliest atom.
    fn profile_of(&self, component: &Component, person: &[usize]) -> ProfileId {
        let atoms = || {
            person
                .iter()
                .filter_map(|index| component.atoms.get(*index))
                .map(|(_, atom, _)| atom)
        };
        let users = atoms().filter_map(|atom| match atom.claim.anchor(&self.rules.identifiers) {
            Anchor::One(user) => Some(user),
            Anchor::None | Anchor::Conflict => None,
        });
        if let Some(user) = users.min() {
            return self.keyring.profile_of_user(user);
        }
        let earliest = atoms().min_by(|a, b| a.first.cmp(&b.first).then_with(|| a.claim.cmp(&b.claim)));
        earliest.map_or(ProfileId([0; 16]), |atom| {
            self.keyring.profile_of_atom(&atom.claim)
        })
    }

    /// Shows an atom, if it joins nobody, with the one profile that holds what it mentions, else by itself.
    fn attribute(&mut self, id: AtomId, resolved: &mut Resolved) -> Result<(), Error> {
        let Some(atom) = self
            .overlay
            .atom(id)?
            .filter(|atom| self.graph().keys_of(atom).is_empty())
        else {
            return Ok(());
        };
        let mut holding = BTreeSet::new();
        if atom.claim.anchor(&self.rules.identifiers) == Anchor::None {
            for key in atom.claim.mentions(&self.rules.identifiers) {
                for holder in self.overlay.atoms(&keys::holders(self.keyring.key(key)))? {
                    holding.extend(self.overlay.atom(holder)?.and_then(|holder| holder.profile));
                }
            }
        }
        let mut holding = holding.into_iter();
        let (profile, shown) = match (holding.next(), holding.next()) {
            (Some(profile), None) => (profile, Shown::Attributed),
            _ => (self.keyring.profile_of_atom(&atom.claim), Shown::Member),
        };
        if atom.profile != Some(profile) {
            resolved.membership.show(&mut self.overlay, id, profile, shown)?;
        }
        Ok(())
    }
}
