//! Folding anew: an atom that lost events, or is made by other rules, becomes what the events it has make of it.

use std::collections::BTreeSet;

use crate::{
    domain::{
        identity::{Claim, Edition, Word, link},
        time::Timestamp,
    },
    engine::{
        identity::place::Part,
        state::{
            atoms::Atoms,
            batch::{Batch, Departure},
        },
    },
    store::{AtomId, AtomRecord, Error, ForwardRecord, ProfileId, Read, keys},
};

/// Atoms that are kept as takers of one atom's events.
const FORWARDS_MAX: usize = 64;

impl Batch<'_> {
    /// Folds an atom anew that lost events to `takers`; one that lost all of them is dissolved.
    pub(crate) fn refold(&mut self, id: AtomId, takers: BTreeSet<AtomId>) -> Result<(), Error> {
        match self.overlay.atom(id)? {
            Some(old) => self.refold_by(old.edition, id, takers),
            None => Ok(()),
        }
    }

    /// The same; what stays is an atom of `edition` from then on.
    pub(crate) fn refold_by(
        &mut self,
        edition: Edition,
        id: AtomId,
        takers: BTreeSet<AtomId>,
    ) -> Result<(), Error> {
        let Some(old) = self.overlay.atom(id)? else {
            return Ok(());
        };
        let new = self.folded(id, &old, edition)?;
        self.touched.remade.insert(id);
        self.touched.remade.extend(&takers);
        if edition != old.edition {
            self.write_marks(id, &old.claim)?;
        }
        if takers.is_empty()
            && let Some(new) = &new
            && edition != old.edition
            && self.is_as_before(id, &old, new)
        {
            self.touched.linked.insert(id);
            self.touched.folded.insert(id);
            // Another algorithm may look for others in other blocks.
            self.write_index(id, new, true)?;
            self.overlay.put_atom(id, Some(new.clone()));
            return Ok(());
        }
        self.touch(&old)?;
        self.withdraw_alias(id, &old)?;
        if !takers.is_empty() {
            self.forward(id, &takers)?;
        }
        self.write_index(id, &old, false)?;
        let Some(new) = new else {
            self.depart(id, old.profile, takers, true);
            self.overlay.put_atom(id, None);
            self.touched.linked.remove(&id);
            self.touched.folded.remove(&id);
            return Ok(());
        };
        if edition != old.edition {
            self.touch(&new)?;
        }
        self.depart(id, old.profile, takers, false);
        self.write_index(id, &new, true)?;
        self.overlay.put_atom(id, Some(new));
        self.touched.linked.insert(id);
        self.touched.folded.insert(id);
        Ok(())
    }

    /// What the events of an atom make of it; `None` where it has none.
    fn folded(&self, id: AtomId, old: &AtomRecord, edition: Edition) -> Result<Option<AtomRecord>, Error> {
        let events = self.overlay.events_between(id, Timestamp::MIN, Timestamp::MAX)?;
        let mut events = events.into_iter();
        let Some((hash, first)) = events.next() else {
            return Ok(None);
        };
        let mut atom = Part::of(self, hash, &first, &old.claim)?.into_atom(old.claim.clone(), edition);
        for (hash, event) in events {
            let part = Part::of(self, hash, &event, &atom.claim)?;
            atom.aggregate.merge(&part.aggregate, &self.rules.fold);
            // Events of one instant lie in the order of their hashes, not of their ids.
            atom.first = atom.first.min(part.first);
            for (key, link) in part.links {
                link::add(&mut atom.links, key, link);
            }
            atom.named.extend(part.named);
        }
        link::bound(&mut atom.links);
        atom.profile = old.profile;
        Ok(Some(atom))
    }

    /// Whether an atom does for others what it did by the rules of its former edition.
    fn is_as_before(&self, id: AtomId, old: &AtomRecord, new: &AtomRecord) -> bool {
        let (graph, rules) = (self.graph(), &self.rules.identity);
        let (before, now) = (rules.of(old.edition), rules.of(new.edition));
        let (old_claim, new_claim): (&Claim, &Claim) = (&old.claim, &new.claim);
        old.links == new.links
            && old.first == new.first
            && old.named == new.named
            && graph.entries_of(id, old) == graph.entries_of(id, new)
            && graph.face_of(old) == graph.face_of(new)
            && old_claim.anchor(before) == new_claim.anchor(now)
            && old_claim.users(before).eq(new_claim.users(now))
            && old_claim.subject(before) == new_claim.subject(now)
            && old_claim.mentions(before).eq(new_claim.mentions(now))
    }

    /// Leaves word of all that an atom, as it is, does for others: it is about to do something else.
    fn touch(&mut self, atom: &AtomRecord) -> Result<(), Error> {
        let rules = self.rules.identity.of(atom.edition);
        let keys = atom.claim.keys(rules).into_iter().chain(atom.links.keys());
        let lost = keys.chain(atom.claim.mentions(rules));
        self.touched.lost.extend(lost.cloned());
        if let Some(face) = self.graph().face_of(atom) {
            let blocks = self.graph().blocks_of(face, atom);
            self.touched.lost_blocks.extend(blocks.iter());
        }
        if self.has_words {
            for word in self.graph().words_about(atom)? {
                let word = self.graph().word(word)?;
                let references = word.iter().flat_map(Word::references);
                self.touched.said.extend(references.cloned());
            }
        }
        Ok(())
    }

    /// Notes where events of an atom went: whoever knew a profile by this atom is led on.
    fn forward(&mut self, id: AtomId, takers: &BTreeSet<AtomId>) -> Result<(), Error> {
        let before: Option<ForwardRecord> = self.overlay.record(&keys::forward(id))?;
        let mut atoms = takers.clone();
        atoms.extend(before.map(|before| before.atoms).unwrap_or_default());
        let atoms: Vec<AtomId> = atoms.into_iter().take(FORWARDS_MAX).collect();
        self.trace_forward(id, &atoms);
        self.overlay
            .put_record(keys::forward(id), &ForwardRecord { atoms })
    }

    /// Leaves word of events that went elsewhere; of an atom made in this batch nobody knows yet.
    fn depart(&mut self, id: AtomId, profile: Option<ProfileId>, takers: BTreeSet<AtomId>, dissolved: bool) {
        let Some(profile) = profile else { return };
        let departure = self.touched.departed.entry(id).or_insert_with(|| Departure {
            profile,
            takers: BTreeSet::new(),
            dissolved: false,
        });
        departure.takers.extend(takers);
        departure.dissolved |= dissolved;
    }
}
