//! Resolution: brings the partition into persons up to date with what the batch touched.
//!
//! Only the components around touched atoms are computed again ([`seeds`](crate::engine::identity::seeds)). The answer for each is
//! the pure function [`crate::domain::identity::cluster()`] of its claims, so the partition after any batch is the one
//! that a computation from scratch would give.

use std::collections::BTreeSet;

use crate::{
    domain::identity::{Anchor, Evidence, Key, Verdict},
    engine::{
        identity::{
            component::{Component, Vertex},
            membership::{Membership, Shown},
            seeds::Seeds,
        },
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, AtomRecord, Error, ProfileId},
    telemetry::Bound,
};

/// What resolving a batch changed.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// Who is shown with whom now.
    pub(crate) membership: Membership,
    /// Atoms that a rule kept apart from others they share a key with.
    pub(crate) refused: BTreeSet<AtomId>,
}

/// What one round of resolution leaves to be done.
#[derive(Debug, Default)]
struct Open {
    /// Atoms whose component is known.
    reached: BTreeSet<AtomId>,
    /// Keys whose holders are shown elsewhere now: attribution has to be asked again for whoever mentions one.
    asked: BTreeSet<Key>,
    /// Persons who hold nothing that joins.
    apart: Vec<Vec<AtomId>>,
    /// Atoms that may still be looked at for what others did.
    room: usize,
}

impl Batch<'_> {
    /// Brings the partition up to date, as far as there is room for it in one commit; `due` is who earlier ones had no room
    /// for.
    pub(crate) fn resolve(&mut self, due: &BTreeSet<AtomId>) -> Result<Resolved, Error> {
        let mut resolved = Resolved::default();
        for (id, departure) in std::mem::take(&mut self.touched.departed) {
            resolved.membership.depart(&mut self.overlay, id, departure)?;
        }
        let Seeds { own, around } = self.seeds()?;
        let mut open = Open {
            asked: std::mem::take(&mut self.touched.lost),
            room: if self.postpones { 0 } else { self.rules.repairs_max },
            ..Open::default()
        };
        self.touched.linked.clear();
        self.touched.reordered.clear();
        self.touched.said.clear();
        self.touched.lost_blocks.clear();
        for start in own.union(due) {
            self.look_around(*start, &mut open, &mut resolved)?;
        }
        for start in around {
            self.look_again(start, &mut open, &mut resolved)?;
        }
        self.ask_again(&mut open, &mut resolved)?;
        loop {
            let left = self.left_behind(&open)?;
            if left.is_empty() {
                break;
            }
            for start in left {
                self.look_around(start, &mut open, &mut resolved)?;
            }
            self.ask_again(&mut open, &mut resolved)?;
        }
        for person in std::mem::take(&mut open.apart) {
            self.attribute(&person, &mut resolved)?;
        }
        self.done(&open.reached)?;
        Ok(resolved)
    }

    /// Looks again at all who mention what is held elsewhere now.
    fn ask_again(&mut self, open: &mut Open, resolved: &mut Resolved) -> Result<(), Error> {
        // Who is met on the way may be somebody whom an earlier commit left for later, and go elsewhere too.
        while let Some(key) = open.asked.pop_first() {
            for id in self.graph().mentioning(&key)?.unwrap_or_default() {
                // Who holds something that joins is never attributed.
                let atom = self.overlay.atom(id)?;
                if atom.is_some_and(|atom| self.graph().keys_of(&atom).is_empty()) {
                    self.look_again(id, open, resolved)?;
                }
            }
        }
        Ok(())
    }

    /// Atoms with events of this batch that are left for later and were only shown with somebody who ended or is about to. What they
    /// say is told by this commit, and so whose it is has to be found by this commit, room or not.
    fn left_behind(&self, open: &Open) -> Result<Vec<AtomId>, Error> {
        let mut left = Vec::new();
        if self.repairs.left == 0 {
            return Ok(left);
        }
        let about_to_go: BTreeSet<&AtomId> = open.apart.iter().flatten().collect();
        for id in self.touched.folded.difference(&open.reached) {
            let shown = self.overlay.atom(*id)?.and_then(|atom| atom.profile);
            let record = shown.map(|profile| self.overlay.profile(profile)).transpose()?;
            // An id that lives again does not know of whom it had shown.
            let is_with_somebody = record.flatten().is_some_and(|record| {
                record.lists(*id) && record.members.iter().any(|member| !about_to_go.contains(member))
            });
            if !is_with_somebody {
                left.push(*id);
            }
        }
        Ok(left)
    }

    /// Parts the component of an atom for what others did, or leaves it for later where there is no room.
    fn look_again(&mut self, start: AtomId, open: &mut Open, resolved: &mut Resolved) -> Result<(), Error> {
        if open.reached.contains(&start) {
            return Ok(());
        }
        if open.room == 0 {
            return self.postpone(start);
        }
        let reached = open.reached.len();
        self.look_around(start, open, resolved)?;
        let looked_at = open.reached.len().saturating_sub(reached);
        open.room = open.room.saturating_sub(looked_at);
        Ok(())
    }

    /// Parts the component of an atom, unless that was done.
    fn look_around(&mut self, start: AtomId, open: &mut Open, resolved: &mut Resolved) -> Result<(), Error> {
        if !open.reached.insert(start) {
            return Ok(());
        }
        let Some(atom) = self.overlay.atom(start)? else {
            return Ok(());
        };
        if self.finds_nobody(&atom)? {
            open.apart.push(vec![start]);
            return Ok(());
        }
        let component = self.graph().component(start)?;
        open.reached
            .extend(component.atoms.iter().map(|vertex| vertex.id));
        self.part(&component, open, resolved)
    }

    /// Whether an atom has neither keys nor facts by which it could join others, and no steward speaks of it.
    fn finds_nobody(&self, atom: &AtomRecord) -> Result<bool, Error> {
        let by_itself = self.graph().keys_of(atom).is_empty()
            && !atom.claim.is_likened(self.rules.identity.of(atom.edition));
        Ok(by_itself && (!self.has_words || self.graph().words_about(atom)?.is_empty()))
    }

    /// Parts a component into persons and moves the atoms that are somebody else's now.
    fn part(&mut self, component: &Component, open: &mut Open, resolved: &mut Resolved) -> Result<(), Error> {
        let clustering = component.cluster(&self.rules.identity);
        for person in &clustering.persons {
            let person: Vec<&Vertex> = person
                .iter()
                .filter_map(|index| component.atoms.get(*index))
                .collect();
            let is_keyless = |vertex: &&Vertex| self.graph().keys_of(&vertex.atom).is_empty();
            if person.iter().all(is_keyless) {
                open.apart.push(person.iter().map(|vertex| vertex.id).collect());
                continue;
            }
            let profile = self.profile_of(
                person
                    .iter()
                    .map(|vertex| (&*vertex.atom, vertex.keys.as_slice())),
            );
            for Vertex { id, atom, .. } in person {
                if Membership::is_shown(&self.overlay, (*id, atom), profile, Shown::Member)? {
                    continue;
                }
                open.asked.extend(self.graph().keys_of(atom));
                let membership = &mut resolved.membership;
                membership.show(&mut self.overlay, *id, profile, Shown::Member)?;
            }
        }
        let refusals = clustering
            .evidence
            .iter()
            .filter(|one| matches!(one.verdict, Verdict::Refused(_)));
        for Evidence { center, other, .. } in refusals {
            let both = [*center, *other]
                .into_iter()
                .filter_map(|index| component.atoms.get(index));
            resolved.refused.extend(both.map(|vertex| vertex.id));
        }
        for key in component.shared.iter().chain(&component.generic) {
            let holds = |vertex: &&Vertex| self.graph().keys_of(&vertex.atom).contains(key);
            let holders = component.atoms.iter().filter(holds);
            resolved.refused.extend(holders.map(|vertex| vertex.id));
        }
        for key in &component.generic {
            let bound = self.graph().bounded_by(key)?;
            self.bounds.met(bound, 1);
        }
        self.bounds.met(Bound::BlockFaces, component.full_blocks);
        self.bounds
            .met(Bound::ComponentAtoms, usize::from(clustering.is_crowded));
        Ok(())
    }

    /// The id of a person: of their customer id, of several declared the same the smallest; else of the earliest atom.
    /// `atoms` come with the keys by which they join: of whom nothing joins to the customer is not that customer.
    fn profile_of<'r>(&self, atoms: impl Iterator<Item = (&'r AtomRecord, &'r [Key])> + Clone) -> ProfileId {
        let rules = &self.rules.identity;
        let anchor = |atom: &'r AtomRecord| match atom.claim.anchor(rules.of(atom.edition)) {
            Anchor::One(user) => Some(user),
            Anchor::None | Anchor::Conflict => None,
        };
        let users = atoms
            .clone()
            .filter_map(|(atom, keys)| anchor(atom).filter(|user| keys.contains(user)));
        if let Some(user) = users.min() {
            return self.keyring.profile_of_user(user);
        }
        let earliest = atoms
            .map(|(atom, _)| atom)
            .min_by(|a, b| a.first.cmp(&b.first).then_with(|| a.claim.cmp(&b.claim)));
        earliest.map_or(ProfileId([0; 16]), |atom| {
            self.keyring.profile_of_atom(&atom.claim)
        })
    }

    /// Shows a person that holds nothing which joins with the one profile that holds what they mention, else by itself.
    fn attribute(&mut self, person: &[AtomId], resolved: &mut Resolved) -> Result<(), Error> {
        let mut atoms = Vec::with_capacity(person.len());
        for id in person {
            atoms.extend(self.overlay.atom(*id)?.map(|atom| (*id, atom)));
        }
        let mut holding = BTreeSet::new();
        for (_, atom) in &atoms {
            holding.extend(self.mentioned_by(atom)?);
        }
        let mut holding = holding.into_iter();
        let (profile, shown) = match (holding.next(), holding.next()) {
            (Some(profile), None) => (profile, Shown::Attributed),
            _ => (
                self.profile_of(atoms.iter().map(|(_, atom)| (&**atom, [].as_slice()))),
                Shown::Member,
            ),
        };
        for (id, atom) in atoms {
            if !Membership::is_shown(&self.overlay, (id, &atom), profile, shown)? {
                let membership = &mut resolved.membership;
                membership.show(&mut self.overlay, id, profile, shown)?;
            }
        }
        Ok(())
    }

    /// The profiles that hold what an atom mentions.
    fn mentioned_by(&self, atom: &AtomRecord) -> Result<BTreeSet<ProfileId>, Error> {
        let rules = self.rules.identity.of(atom.edition);
        let mut holding = BTreeSet::new();
        if atom.claim.anchor(rules) != Anchor::None {
            return Ok(holding);
        }
        for key in atom.claim.mentions(rules) {
            // What too many hold, or too many mention, leads to nobody.
            if self.graph().mentioning(key)?.is_none() {
                continue;
            }
            for holder in self.graph().holding(key)?.unwrap_or_default() {
                holding.extend(self.overlay.atom(holder)?.and_then(|holder| holder.profile));
            }
        }
        Ok(holding)
    }
}
