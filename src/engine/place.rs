//! Placing: puts an event into its atom, folds it there, and moves the events whose owner a late log-in changes.
//!
//! Placing decides nothing about persons: it leaves word in `Touched` for `resolve`.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::Event,
        identifier::IdentifierRules,
        identity::{Anchor, Claim, Key, link},
        profile::Aggregate,
        time::Timestamp,
    },
    engine::{
        atoms::Atoms,
        batch::{Batch, Departure},
    },
    store::{
        AtomId, AtomRecord, Error, EventHash, ForwardRecord, ProfileId, Read, View, fingerprint, keys,
        keys::DeviceRole,
    },
};

/// Where an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// Into this atom.
    In(AtomId),
    /// Nowhere: it was known.
    Known,
    /// Nowhere: its id was known with another content.
    Conflicting,
}

impl Batch<'_> {
    /// Places an event unless its id is known, however late it comes again.
    pub(crate) fn place(&mut self, event: &Event) -> Result<Placed, Error> {
        let hash = self.keyring.event(&event.id);
        let checksum = fingerprint::event_checksum(event)?;
        if let Some(known) = self.overlay.get(&keys::seen(hash))? {
            return Ok(if *known == checksum {
                Placed::Known
            } else {
                Placed::Conflicting
            });
        }
        self.overlay.put(keys::seen(hash), checksum.to_vec());
        let claim = self.claim(event)?;
        let unsettled = self.unsettled(&claim, event.time)?;
        let atom = self.insert(hash, event, claim)?;
        for device in unsettled {
            self.reassign(&device, event.time)?;
        }
        Ok(Placed::In(atom))
    }

    /// The atom that a placed event is in now: a later log-in of the batch may have moved it on.
    pub(crate) fn atom_of(&self, event: &Event, placed: AtomId) -> Result<AtomId, Error> {
        let key = keys::event(placed, event.time, self.keyring.event(&event.id));
        if self.overlay.get(&key)?.is_some() {
            return Ok(placed);
        }
        Ok(self.keyring.atom(&self.claim(event)?))
    }

    fn claim(&self, event: &Event) -> Result<Claim, Error> {
        let graph = self.graph();
        Claim::of(event, &self.rules.identifiers, |device| {
            graph.owner(device, event.time)
        })
    }

    /// The devices on which a log-in or log-out at `time` can change whose other events are: all that it names, but
    /// for those where the same customer was logged in already.
    fn unsettled(&self, claim: &Claim, time: Timestamp) -> Result<Vec<Key>, Error> {
        let Some(user) = marked_user(self, claim) else {
            return Ok(Vec::new());
        };
        let graph = self.graph();
        let mut unsettled = Vec::new();
        for device in claim.devices() {
            let before = graph.mark_until(&graph.marking(device)?, time)?;
            let settled =
                before.is_some_and(|mark| !mark.signs_out && mark.user == *user) && !claim.signs_out;
            if !settled {
                unsettled.push(device.clone());
            }
        }
        Ok(unsettled)
    }

    /// Puts an event into the atom of `claim`, which is made if it is new.
    fn insert(&mut self, hash: EventHash, event: &Event, claim: Claim) -> Result<AtomId, Error> {
        let id = self.keyring.atom(&claim);
        self.overlay
            .put_record(keys::event(id, event.time, hash), event)?;
        self.touched.folded.insert(id);
        let part = Part::of(self, event, &claim);
        if self.overlay.atom(id)?.is_none() {
            let atom = part.into_atom(claim);
            self.write_index(id, &atom, true);
            self.overlay.put_atom(id, Some(atom));
            self.touched.linked.insert(id);
            return Ok(id);
        }
        let (limits, rules) = (self.rules.fold, &self.rules.identifiers);
        let joining = self.overlay.change_atom(id, |atom| {
            let anchored = atom.claim.anchor(rules) != Anchor::None;
            atom.aggregate.merge(&part.aggregate, &limits);
            // Who has no customer id is known by the earliest atom: an earlier event can change that.
            let mut moved = !anchored && part.first < atom.first;
            atom.first = atom.first.clone().min(part.first);
            let mut new = Vec::new();
            for (key, link) in part.links {
                if link::add(&mut atom.links, key.clone(), link) {
                    moved = true;
                    new.push(key);
                }
            }
            (moved, new)
        })?;
        if let Some((moved, new)) = joining {
            for key in new {
                self.overlay
                    .put(keys::holder(self.keyring.key(&key), id), Vec::new());
            }
            if moved {
                self.touched.linked.insert(id);
            }
        }
        Ok(id)
    }

    /// A log-in or log-out at `time` parts the interval it falls into: its events go to whom they belong now.
    fn reassign(&mut self, device: &Key, time: Timestamp) -> Result<(), Error> {
        let graph = self.graph();
        let marking = graph.marking(device)?;
        let just_before = Timestamp::from_micros(time.as_micros().saturating_sub(1));
        let from = graph
            .mark_until(&marking, just_before)?
            .map_or(Timestamp::MIN, |mark| mark.time);
        let to = graph
            .mark_after(&marking, time)?
            .map_or(Timestamp::MAX, |mark| mark.time);
        for id in self
            .overlay
            .atoms(&keys::devices(self.keyring.key(device), DeviceRole::Plain))?
        {
            let mut moved: BTreeSet<AtomId> = BTreeSet::new();
            for (hash, event) in self.overlay.events_between(id, from, to)? {
                let claim = self.claim(&event)?;
                if self.keyring.atom(&claim) != id {
                    self.overlay.delete(keys::event(id, event.time, hash));
                    moved.insert(self.insert(hash, &event, claim)?);
                }
            }
            if !moved.is_empty() {
                self.refold(id, moved)?;
            }
        }
        Ok(())
    }

    /// Folds an atom anew that lost events to `takers`; one that lost all of them is dissolved.
    fn refold(&mut self, id: AtomId, takers: BTreeSet<AtomId>) -> Result<(), Error> {
        let Some(old) = self.overlay.atom(id)? else {
            return Ok(());
        };
        self.touched.lost.extend(
            old.claim
                .keys(&self.rules.identifiers)
                .into_iter()
                .chain(old.links.keys())
                .cloned(),
        );
        self.withdraw_alias(id, &old)?;
        self.write_index(id, &old, false);
        let mut events = self
            .overlay
            .events_between(id, Timestamp::MIN, Timestamp::MAX)?
            .into_iter();
        let Some((_, first)) = events.next() else {
            let atoms = takers.iter().copied().collect();
            self.overlay
                .put_record(keys::forward(id), &ForwardRecord { atoms })?;
            self.depart(id, old.profile, takers, true);
            self.overlay.put_atom(id, None);
            self.touched.linked.remove(&id);
            self.touched.folded.remove(&id);
            return Ok(());
        };
        let mut atom = Part::of(self, &first, &old.claim).into_atom(old.claim.clone());
        for (_, event) in events {
            let part = Part::of(self, &event, &atom.claim);
            atom.aggregate.merge(&part.aggregate, &self.rules.fold);
            for (key, link) in part.links {
                link::add(&mut atom.links, key, link);
            }
        }
        atom.profile = old.profile;
        self.depart(id, old.profile, takers, false);
        self.write_index(id, &atom, true);
        self.overlay.put_atom(id, Some(atom));
        self.touched.linked.insert(id);
        self.touched.folded.insert(id);
        Ok(())
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

    /// Takes back that two user ids are the same, unless another atom declares it too. What they share then joins
    /// nobody, so all that was connected has to be looked at again.
    fn withdraw_alias(&mut self, id: AtomId, atom: &AtomRecord) -> Result<(), Error> {
        let rules = &self.rules.identifiers;
        let Some((former, user)) = alias_of(&atom.claim, rules) else {
            return Ok(());
        };
        let connected = self.graph().component(id)?.atoms;
        let declares = |claim: &Claim| {
            alias_of(claim, rules).is_some_and(|pair| pair == (former, user) || pair == (user, former))
        };
        if connected
            .iter()
            .any(|(other, atom, _)| *other != id && declares(&atom.claim))
        {
            return Ok(());
        }
        self.touched
            .lost
            .extend(connected.into_iter().flat_map(|(_, _, keys)| keys));
        let (former, user) = (self.keyring.key(former), self.keyring.key(user));
        self.overlay.delete(keys::alias(former, user));
        self.overlay.delete(keys::alias(user, former));
        Ok(())
    }

    /// Writes, or deletes, the index entries of an atom; a declared alias has more than one owner and is only written.
    fn write_index(&mut self, id: AtomId, atom: &AtomRecord, there: bool) {
        let mut entries = Vec::new();
        let rules = &self.rules.identifiers;
        let joining = self.graph().keys_of(atom);
        for key in &joining {
            entries.push(keys::holder(self.keyring.key(key), id));
        }
        for key in atom.claim.mentions(rules) {
            entries.push(keys::mention(self.keyring.key(key), id));
        }
        let role = match marked_user(self, &atom.claim) {
            Some(_) => Some(DeviceRole::Mark),
            None if atom.claim.users(rules).next().is_none() => Some(DeviceRole::Plain),
            None => None,
        };
        if let Some(role) = role {
            for device in atom.claim.devices() {
                entries.push(keys::device(self.keyring.key(device), role, id));
            }
        }
        if let Some((former, user)) = alias_of(&atom.claim, rules).filter(|_| there) {
            let (former, user) = (self.keyring.key(former), self.keyring.key(user));
            entries.push(keys::alias(former, user));
            entries.push(keys::alias(user, former));
        }
        for entry in entries {
            match there {
                true => self.overlay.put(entry, Vec::new()),
                false => self.overlay.delete(entry),
            }
        }
    }
}

/// The one customer a claim names by its own word: then its events are marks on its devices.
fn marked_user<'a>(batch: &'a Batch<'_>, claim: &'a Claim) -> Option<&'a Key> {
    let mut users = claim.users(&batch.rules.identifiers);
    users.next().filter(|_| users.next().is_none())
}

/// The two user ids that a claim declares the same, the former one first.
fn alias_of<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> Option<(&'a Key, &'a Key)> {
    match (&claim.alias_of, claim.anchor(rules)) {
        (Some(former), Anchor::One(user)) => Some((former, user)),
        (Some(_), Anchor::None | Anchor::Conflict) | (None, _) => None,
    }
}

/// What one event adds to its atom.
struct Part {
    aggregate: Aggregate,
    first: crate::domain::event::Stamp,
    links: link::Links,
}

impl Part {
    fn of(batch: &Batch<'_>, event: &Event, claim: &Claim) -> Self {
        Self {
            aggregate: Aggregate::of(event, claim.verified(), &batch.rules.fold),
            first: event.stamp(),
            links: link::links_of(event, &batch.rules.identifiers),
        }
    }

    fn into_atom(self, claim: Claim) -> AtomRecord {
        AtomRecord {
            claim,
            links: self.links,
            first: self.first,
            profile: None,
            aggregate: self.aggregate,
        }
    }
}
