//! What a partition notes beside what every store has, so that all that it has of somebody is found when they leave: what no
//! index leads to otherwise. Any value that is named leads there, as all that an event names is in one component.

use crate::{
    domain::{
        event::Event,
        identity::{Claim, Key, claim::Alone},
    },
    engine::{atoms::Atoms, batch::Batch},
    store::{
        AtomId, Error, EventHash, ProfileId,
        keys::{Erased, parting},
    },
};

/// The values that a claim names.
pub(crate) fn named_by(claim: &Claim) -> impl Iterator<Item = &Key> {
    let alone = match &claim.alone {
        Some(Alone::Link(key)) => Some(key),
        Some(Alone::Event(_)) | None => None,
    };
    let asserted = claim.asserted.iter().map(|one| &one.key);
    asserted.chain(&claim.alias_of).chain(alone)
}

impl Batch<'_> {
    /// The entries of an atom that joins nobody and mentions nobody by what its claim names, as of one that names two customers.
    pub(crate) fn naming_entries(&self, id: AtomId, claim: &Claim) -> Vec<Vec<u8>> {
        match self.rules.part.is_partition() {
            true => named_by(claim)
                .map(|key| parting::names(self.keyring.key(key), id))
                .collect(),
            false => Vec::new(),
        }
    }

    /// Notes that something was taken back or erased of whoever is named so.
    pub(crate) fn trace<'k>(&mut self, named: impl Iterator<Item = &'k Key>, what: Erased) {
        if !self.rules.part.is_partition() {
            return;
        }
        for key in named {
            let trace = parting::trace(self.keyring.key(key), what);
            self.overlay.put(trace, Vec::new());
        }
    }

    /// Notes it of an event that was taken back.
    pub(crate) fn trace_event(&mut self, event: &Event, hash: EventHash) {
        let named = event.identifiers.iter().chain(&event.alias_of);
        let named: Vec<Key> = named
            .map(|identifier| Key {
                kind: identifier.kind().clone(),
                value: identifier.value().to_owned(),
            })
            .collect();
        self.trace(named.iter(), Erased::Event(hash));
    }

    /// Notes it of a claim that is marked as erased.
    pub(crate) fn trace_claim(&mut self, mark: Erased) -> Result<(), Error> {
        if let Erased::Atom(id) = mark
            && let Some(atom) = self.overlay.atom(id)?
        {
            self.trace(named_by(&atom.claim), mark);
        }
        Ok(())
    }

    /// Notes which atoms took events of one.
    pub(crate) fn trace_forward(&mut self, from: AtomId, takers: &[AtomId]) {
        if self.rules.part.is_partition() {
            for taker in takers {
                self.overlay.put(parting::took_from(*taker, from), Vec::new());
            }
        }
    }

    /// Notes which atoms ids lead to that are no longer live.
    pub(crate) fn trace_formers(&mut self, closed: Vec<(ProfileId, Vec<AtomId>)>) {
        if !self.rules.part.is_partition() {
            return;
        }
        for (profile, atoms) in closed {
            for atom in atoms {
                self.overlay.put(parting::former_of(atom, profile), Vec::new());
            }
        }
    }
}
