//! All that a partition has of a component: the rows of its store, by their keys, found from the values that connect it.
//!
//! Owns where something of a customer may lie. Whatever kind of row is added about customers is added here, too; else it stays
//! behind when they leave.
//!
//! What stays by intent: refused items, which are of nobody by their keys; erasures, which are of whoever carried them out; what
//! is counted of all. Marks of what was erased are copied, and stay as well, and so are the receipts that answers tell. Which
//! answers to commands go is the matter of `answered`.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::identity::{Reference, Word},
    engine::{
        parting::traces::first_event,
        resolver::{links_of, links_of_atom},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, AtomRecord, Error, EventHash, FaceHash, FormerRecord, ForwardRecord, KeyHash,
        MembershipRecord, Order, ProfileId, Read, SeenRecord, TimerHash, TimerRecord, View, WordHash, keys,
        keys::{Declared, Erased, parting},
    },
};

/// The keys of rows of a store: of a large component they are a fraction of what lies there.
type Rows = BTreeSet<Vec<u8>>;

/// What a row leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    Atom(AtomId),
    Profile(ProfileId),
    Face(FaceHash),
    Word(WordHash),
}

/// What is found of a component.
pub(super) struct Belongings<'b, 'a> {
    pub(super) batch: &'b Batch<'a>,
    /// The values that connect it.
    keys: BTreeSet<KeyHash>,
    /// What goes with them.
    pub(super) rows: Rows,
    /// What goes and stays.
    pub(super) marks: Rows,
    known: BTreeSet<Lead>,
    open: Vec<Lead>,
}

impl<'b, 'a> Belongings<'b, 'a> {
    /// All that is there of those whom these values connect.
    pub(super) fn of(batch: &'b Batch<'a>, keys: &[KeyHash]) -> Result<Self, Error> {
        let mut found = Self {
            batch,
            keys: keys.iter().copied().collect(),
            rows: Rows::new(),
            marks: Rows::new(),
            known: BTreeSet::new(),
            open: Vec::new(),
        };
        for key in keys {
            found.value(*key)?;
        }
        while let Some(lead) = found.open.pop() {
            match lead {
                Lead::Atom(id) => found.atom(id)?,
                Lead::Profile(id) => found.profile(id)?,
                Lead::Face(face) => found.below(&keys::face(face), atom_in)?,
                Lead::Word(word) => found.word(word)?,
            }
        }
        Ok(found)
    }

    fn lead(&mut self, lead: Lead) {
        if self.known.insert(lead) {
            self.open.push(lead);
        }
    }

    fn atoms(&mut self, ids: impl IntoIterator<Item = AtomId>) {
        ids.into_iter().for_each(|id| self.lead(Lead::Atom(id)));
    }

    /// A row, where it is there.
    pub(super) fn row(&mut self, key: Vec<u8>) -> Result<(), Error> {
        if self.batch.overlay.get(&key)?.is_some() {
            self.rows.insert(key);
        }
        Ok(())
    }

    /// A mark of what was erased.
    fn mark(&mut self, what: Erased) -> Result<(), Error> {
        let key = keys::erased(what);
        if self.batch.has_erased && self.batch.overlay.get(&key)?.is_some() {
            self.marks.insert(key);
        }
        Ok(())
    }

    /// All rows below a prefix, and what they lead to.
    fn below(&mut self, prefix: &[u8], leads: fn(&[u8]) -> Option<Lead>) -> Result<(), Error> {
        let (batch, mut found) = (self.batch, Vec::new());
        let rows = &mut self.rows;
        batch
            .overlay
            .scan_prefix(prefix, Order::Ascending, &mut |key, _| {
                found.extend(leads(key));
                rows.insert(key.to_vec());
                Ok(ControlFlow::Continue(()))
            })?;
        found.into_iter().for_each(|lead| self.lead(lead));
        Ok(())
    }

    /// What lies under a value, or under a block.
    fn value(&mut self, key: KeyHash) -> Result<(), Error> {
        for index in [
            keys::holders(key),
            keys::mentions(key),
            keys::all_devices(key),
            keys::marks(key),
            parting::last_of(key),
        ] {
            self.below(&index, atom_in)?;
        }
        self.named(key)?;
        self.below(&keys::aliases(key), declarer_in)?;
        self.below(&keys::block(key), face_in)?;
        self.below(&keys::words_about(key), word_in)?;
        self.row(keys::qr(key))?;
        self.mark(Erased::Key(key))?;
        // What is connected with nothing else is known by itself: an event that names nobody, or all that state the same. Answers
        // that are about the value are found with it, by the same hash.
        self.mark(Erased::Event(EventHash(key.0)))?;
        self.known_event(EventHash(key.0))?;
        self.lead(Lead::Atom(AtomId(key.0)));
        self.traces(key)
    }

    /// The atoms that name a value and that no other index has. They name what connects nobody as well, as a till's device:
    /// by that they are found here and belong where what does connect them is.
    fn named(&mut self, key: KeyHash) -> Result<(), Error> {
        let (batch, mut named) = (self.batch, Vec::new());
        let naming = parting::naming(key);
        batch
            .overlay
            .scan_prefix(&naming, Order::Ascending, &mut |key, _| {
                named.push(key.to_vec());
                Ok(ControlFlow::Continue(()))
            })?;
        for row in named {
            if let Some(id) = keys::pointee(&row).map(AtomId)
                && self.is_connected(id)?
            {
                self.rows.insert(row);
                self.lead(Lead::Atom(id));
            }
        }
        Ok(())
    }

    /// Whether an atom is connected by one of these values. All of its events are in one component: the first tells in which.
    fn is_connected(&self, id: AtomId) -> Result<bool, Error> {
        let batch = self.batch;
        let (identity, keyring) = (&batch.rules.identity, batch.keyring);
        if let Some((_, event)) = first_event(&batch.overlay, id)? {
            return Ok(!links_of(&event, identity, keyring).is_disjoint(&self.keys));
        }
        let Some(atom) = batch.overlay.atom(id)? else {
            return Ok(true);
        };
        // Of events that are kept no longer it is not known whether they were on a device of many.
        let links = links_of_atom(&atom, identity.of(atom.edition), keyring);
        Ok(links.is_empty() || !links.is_disjoint(&self.keys))
    }

    /// That an event is known, where it is, and who was answered that it was taken back.
    fn known_event(&mut self, event: EventHash) -> Result<(), Error> {
        self.answers(event.0)?;
        self.row(keys::seen(event))?;
        let seen: Option<SeenRecord> = self.batch.overlay.record(&keys::seen(event))?;
        self.atoms(seen.and_then(|seen| seen.place).map(|(atom, _)| atom));
        Ok(())
    }

    /// What was taken back or erased of whoever is named so.
    fn traces(&mut self, key: KeyHash) -> Result<(), Error> {
        let (batch, mut traced) = (self.batch, Vec::new());
        let traces = parting::traces(key);
        batch
            .overlay
            .scan_prefix(&traces, Order::Ascending, &mut |key, _| {
                traced.extend(parting::traced(key));
                Ok(ControlFlow::Continue(()))
            })?;
        self.below(&traces, |_| None)?;
        for what in traced {
            self.mark(what)?;
            if let Erased::Event(event) = what {
                self.known_event(event)?;
            }
        }
        Ok(())
    }

    /// An atom, or where the events went of one that is no more.
    fn atom(&mut self, id: AtomId) -> Result<(), Error> {
        let batch = self.batch;
        let forward: Option<ForwardRecord> = batch.overlay.record(&keys::forward(id))?;
        self.atoms(forward.into_iter().flat_map(|forward| forward.atoms));
        for key in [keys::forward(id), keys::repair(id), keys::atom(id)] {
            self.row(key)?;
        }
        self.below(&parting::formers_of(id), profile_in)?;
        self.below(&parting::taken_from(id), atom_in)?;
        self.mark(Erased::Atom(id))?;
        self.answers(id.0)?;
        self.timers(&keys::awaiting(id))?;
        self.events(id)?;
        match batch.overlay.atom(id)? {
            Some(atom) => self.claim(id, &atom),
            None => Ok(()),
        }
    }

    /// What an atom is found by, and what leads on from it.
    fn claim(&mut self, id: AtomId, atom: &AtomRecord) -> Result<(), Error> {
        let batch = self.batch;
        let (graph, keyring) = (batch.graph(), batch.keyring);
        for entry in batch.index_entries(id, atom) {
            self.row(entry)?;
        }
        if let Some(face) = graph.face_of(atom) {
            self.lead(Lead::Face(face));
            for block in graph.blocks_of(face, atom).iter() {
                self.row(keys::in_block(*block, face))?;
            }
        }
        for code in batch.minted_for(id, atom)? {
            let code = keyring.key(&code);
            self.row(keys::qr(code))?;
            self.answers(code.0)?;
        }
        let users = atom.claim.users(batch.rules.identity.of(atom.edition));
        let profiles = users.map(|user| keyring.profile_of_user(user));
        let profiles: Vec<ProfileId> = profiles
            .chain([keyring.profile_of_atom(&atom.claim)])
            .chain(atom.profile)
            .collect();
        profiles
            .into_iter()
            .for_each(|profile| self.lead(Lead::Profile(profile)));
        Ok(())
    }

    /// The events of an atom, that they are known, and what is to be done for them.
    fn events(&mut self, id: AtomId) -> Result<(), Error> {
        let (batch, mut events): (_, Vec<EventHash>) = (self.batch, Vec::new());
        batch
            .overlay
            .scan_prefix(&keys::events(id), Order::Ascending, &mut |key, _| {
                events.extend(keys::event_place(key).map(|(_, event)| event));
                Ok(ControlFlow::Continue(()))
            })?;
        self.below(&keys::events(id), |_| None)?;
        for event in events {
            self.row(keys::seen(event))?;
            self.timers(&keys::timers_of(event))?;
            if batch.has_words {
                self.below(&keys::words_about(KeyHash(event.0)), word_in)?;
            }
        }
        Ok(())
    }

    /// The timers that index entries point to.
    fn timers(&mut self, prefix: &[u8]) -> Result<(), Error> {
        let batch = self.batch;
        for id in batch.overlay.pointees(prefix)? {
            let id = TimerHash(id);
            if let Some(timer) = batch.overlay.record::<TimerRecord>(&keys::timer(id))? {
                for key in [
                    keys::timer(id),
                    keys::due(timer.due, id),
                    keys::timer_of(timer.event, id),
                    keys::awaits(timer.atom, id),
                ] {
                    self.row(key)?;
                }
            }
        }
        Ok(())
    }

    /// A profile, live or former.
    fn profile(&mut self, id: ProfileId) -> Result<(), Error> {
        let batch = self.batch;
        self.answers(id.0)?;
        if let Some(record) = batch.overlay.profile(id)? {
            self.atoms(record.members.iter().chain(&record.attributed).copied());
            for absorbed in &record.absorbed {
                self.lead(Lead::Profile(*absorbed));
            }
        }
        if let Some(former) = batch.overlay.record::<FormerRecord>(&keys::former(id))? {
            self.atoms(former.atoms.into_iter().chain(former.beside));
        }
        let membership: Option<MembershipRecord> = batch.overlay.record(&keys::membership(id))?;
        if let Some(due) = membership.and_then(|membership| membership.due) {
            self.row(keys::aging(due, id))?;
        }
        for key in [
            keys::profile(id),
            keys::former(id),
            keys::membership(id),
            keys::value::standing(id),
        ] {
            self.row(key)?;
        }
        Ok(())
    }

    /// A word, and what it refers to.
    fn word(&mut self, id: WordHash) -> Result<(), Error> {
        let batch = self.batch;
        self.row(keys::word(id))?;
        let Some(word) = batch.overlay.record::<Word>(&keys::word(id))? else {
            return Ok(());
        };
        for reference in word.references() {
            self.row(keys::word_about(batch.keyring.reference(reference), id))?;
            if let Reference::Event(event) = reference {
                self.atoms(batch.graph().atom_of_event(event)?);
            }
        }
        Ok(())
    }
}

fn atom_in(key: &[u8]) -> Option<Lead> {
    keys::pointee(key).map(|id| Lead::Atom(AtomId(id)))
}

fn profile_in(key: &[u8]) -> Option<Lead> {
    keys::pointee(key).map(|id| Lead::Profile(ProfileId(id)))
}

fn face_in(key: &[u8]) -> Option<Lead> {
    keys::pointee(key).map(|id| Lead::Face(FaceHash(id)))
}

fn word_in(key: &[u8]) -> Option<Lead> {
    keys::pointee(key).map(|id| Lead::Word(WordHash(id)))
}

fn declarer_in(key: &[u8]) -> Option<Lead> {
    Some(match keys::declared_by(key)? {
        Declared::Said(word) => Lead::Word(word),
        Declared::Claimed(atom) => Lead::Atom(atom),
    })
}
