//! What a partition notes beside what every store has, so that all that it has of somebody is found when they leave: what no
//! index leads to otherwise. What is no more is noted under all that linked it when it was routed, so that it leaves with those
//! whom it was connected with, also where nothing but facts did that, and under nothing that links nobody.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::{
        event::Event,
        identity::{Claim, Key, claim::Alone},
        time::Timestamp,
    },
    engine::{
        identity::membership::Closed,
        resolver::{links_of, links_of_atom},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, Error, EventHash, KeyHash, Order, Read, View,
        keys::{self, Erased, parting},
    },
};

/// The values that a claim names.
fn named_by(claim: &Claim) -> impl Iterator<Item = &Key> {
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

    /// Notes that something was taken back or erased of whoever an event is connected with. What is connected with nothing is
    /// known by itself.
    fn trace(&mut self, event: &Event, what: Erased) {
        for link in links_of(event, &self.rules.identity, self.keyring) {
            self.overlay.put(parting::trace(link, what), Vec::new());
        }
    }

    /// Notes it of an event that was taken back or erased.
    pub(crate) fn trace_event(&mut self, event: &Event, hash: EventHash) {
        if self.rules.part.is_partition() {
            self.trace(event, Erased::Event(hash));
        }
    }

    /// Notes it of events of an atom that are erased, which are there still.
    pub(crate) fn trace_events(
        &mut self,
        id: AtomId,
        events: &[(Timestamp, EventHash)],
    ) -> Result<(), Error> {
        if !self.rules.part.is_partition() {
            return Ok(());
        }
        for (time, hash) in events {
            let event: Option<Event> = self.overlay.record(&keys::event(id, *time, *hash))?;
            if let Some(event) = event {
                self.trace(&event, Erased::Event(*hash));
            }
        }
        Ok(())
    }

    /// Notes it of a claim that is marked as erased, while its events are there still. All of them are in one component: the
    /// first tells in which.
    pub(crate) fn trace_claim(&mut self, mark: Erased) -> Result<(), Error> {
        if self.rules.part.is_partition()
            && let Erased::Atom(id) = mark
            && let Some((_, event)) = first_event(&self.overlay, id)?
        {
            self.trace(&event, mark);
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

    /// Notes which atoms ids lead to that are no longer live. One that leads nowhere is found by an atom that it had.
    pub(crate) fn trace_formers(&mut self, closed: Vec<Closed>) -> Result<(), Error> {
        if !self.rules.part.is_partition() {
            return Ok(());
        }
        for one in closed {
            if one.leads.is_empty() {
                self.trace_last(&one)?;
            }
            for atom in one.leads {
                self.overlay
                    .put(parting::former_of(atom, one.profile), Vec::new());
            }
        }
        Ok(())
    }

    /// Notes what linked the atoms of an id that has none left. All of them were in one component: any tells in which.
    fn trace_last(&mut self, closed: &Closed) -> Result<(), Error> {
        let Some(record) = self.overlay.committed_profile(closed.profile)? else {
            return Ok(());
        };
        let Some(last) = record.members.iter().chain(&record.attributed).next() else {
            return Ok(());
        };
        let before = self.overlay.before();
        let links = match (first_event(before, *last)?, before.atom(*last)?) {
            (Some((hash, event)), _) => self.links_or_itself(&event, hash),
            (None, Some(atom)) => {
                let rules = self.rules.identity.of(atom.edition);
                links_of_atom(&atom, rules, self.keyring)
            }
            (None, None) => BTreeSet::new(),
        };
        for link in links {
            self.overlay.put(parting::was_last(link, *last), Vec::new());
        }
        for former in closed.absorbed.iter().chain([&closed.profile]) {
            self.overlay.put(parting::former_of(*last, *former), Vec::new());
        }
        Ok(())
    }

    /// What an event is routed by.
    fn links_or_itself(&self, event: &Event, hash: EventHash) -> BTreeSet<KeyHash> {
        let mut links = links_of(event, &self.rules.identity, self.keyring);
        if links.is_empty() {
            links.insert(KeyHash(hash.0));
        }
        links
    }
}

/// The first event of an atom.
pub(super) fn first_event(view: &impl View, id: AtomId) -> Result<Option<(EventHash, Event)>, Error> {
    let mut first = None;
    view.scan_prefix(&keys::events(id), Order::Ascending, &mut |key, value| {
        if let Some((_, hash)) = keys::event_place(key) {
            first = Some((hash, view.decoded(value)?));
        }
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first)
}
