//! The steward's words in the store: which there are, which refer to an atom, and what changes with each.
//!
//! Owns how a word is entered and taken out. What it means is [`mod@crate::domain::identity::cluster`]'s; who may be
//! meant by a command is [`crate::engine::identity::steward`]'s.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::EventId,
        identity::{Key, Reference, Word, link::own_id},
        time::Timestamp,
    },
    engine::{
        identity::graph::Graph,
        state::{atoms::Atoms, batch::Batch},
    },
    store::{
        AtomId, AtomRecord, Error, EventHash, Read, SeenRecord, WordHash, WordsRecord, keys, keys::Declared,
    },
};

impl<A: Atoms> Graph<'_, A> {
    /// Whether anybody said anything: most tenants' stewards said nothing yet, and nothing is looked for then.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn has_words(&self) -> Result<bool, Error> {
        Ok(!self.view.first_atoms(keys::WORDS, 1)?.is_empty())
    }

    /// The words that lead to an atom.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn words_about(&self, atom: &AtomRecord) -> Result<BTreeSet<WordHash>, Error> {
        let rules = self.rules.of(atom.edition);
        let keys = atom.claim.keys(rules).into_iter().cloned().map(Reference::Key);
        let events = atom.named.iter().cloned().map(Reference::Event);
        let mut words = BTreeSet::new();
        for reference in keys.chain(events) {
            words.extend(self.words_at(&reference)?);
        }
        Ok(words)
    }

    /// The words that refer to this.
    pub(crate) fn words_at(&self, reference: &Reference) -> Result<Vec<WordHash>, Error> {
        let about = keys::words_about(self.keyring.reference(reference));
        Ok(self.view.pointees(&about)?.into_iter().map(WordHash).collect())
    }

    /// The customers that a word declares to be one, each once.
    fn customers_of(&self, word: &Word) -> BTreeSet<Key> {
        word.same_customers(&self.rules.identifiers).cloned().collect()
    }

    /// A word.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn word(&self, word: WordHash) -> Result<Option<Word>, Error> {
        self.view.record(&keys::word(word))
    }

    /// The atoms that a reference leads to; nobody where a value is so common that it leads to nobody.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn led_to(&self, reference: &Reference) -> Result<Vec<AtomId>, Error> {
        match reference {
            Reference::Key(key) => Ok(self.holding(key)?.unwrap_or_default()),
            Reference::Event(id) => Ok(self.atom_of_event(id)?.into_iter().collect()),
        }
    }

    /// The atom that an event is in.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub(crate) fn atom_of_event(&self, id: &EventId) -> Result<Option<AtomId>, Error> {
        let seen: Option<SeenRecord> = self.view.record(&keys::seen(self.keyring.event(id)))?;
        Ok(seen.and_then(|seen| seen.place).map(|(atom, _)| atom))
    }
}

impl Batch<'_> {
    /// Lets a word hold from now on.
    pub(crate) fn say(&mut self, word: &Word) -> Result<(), Error> {
        let hash = self.keyring.word(&word.id);
        self.overlay.put_record(keys::word(hash), word)?;
        let last = self.last_word()?.max(word.number);
        self.overlay
            .put_record(keys::WORDS_SAID.to_vec(), &WordsRecord { last })?;
        self.has_words = true;
        for reference in word.references() {
            let about = keys::word_about(self.keyring.reference(reference), hash);
            self.overlay.put(about, Vec::new());
            if let Reference::Event(id) = reference {
                self.name_event(id, true)?;
            }
        }
        let customers = self.graph().customers_of(word);
        for pair in pairs(&customers) {
            self.declare_same(pair, Declared::Said(hash))?;
        }
        self.touched.said.extend(word.references().cloned());
        self.touched.causes.insert(cause(word));
        Ok(())
    }

    /// The number of the last word that was said, also if it was taken back since.
    pub(crate) fn last_word(&self) -> Result<u64, Error> {
        let said: Option<WordsRecord> = self.overlay.record(keys::WORDS_SAID)?;
        Ok(said.unwrap_or_default().last)
    }

    /// The number of a word that is said now: behind all that were said or heard of here. A partition goes by its time as well,
    /// so that words that are said at several stand in the order of their times: once those whom they are about are connected,
    /// the later holds, as if both had been said to one engine. Words that were numbered from 1 on are older than all of these.
    ///
    /// Whoever has all customers counts, as exports show it: nobody else says anything of them.
    pub(crate) fn next_word(&self, now: Timestamp) -> Result<u64, Error> {
        let next = self.last_word()?.saturating_add(1);
        Ok(match self.rules.part.is_partition() {
            true => next.max(u64::try_from(now.as_micros()).unwrap_or_default()),
            false => next,
        })
    }

    /// Takes a word back: from now on it is as if it had never been said.
    pub(crate) fn unsay(&mut self, word: &Word) -> Result<(), Error> {
        let hash = self.keyring.word(&word.id);
        self.overlay.delete(keys::word(hash));
        for reference in word.references() {
            let about = keys::word_about(self.keyring.reference(reference), hash);
            self.overlay.delete(about);
            if let Reference::Event(id) = reference
                && self.graph().words_at(reference)?.is_empty()
            {
                self.name_event(id, false)?;
            }
        }
        let customers = self.graph().customers_of(word);
        for pair in pairs(&customers) {
            self.withdraw_same(pair, Declared::Said(hash))?;
        }
        self.touched.said.extend(word.references().cloned());
        self.touched.causes.insert(cause(word));
        Ok(())
    }

    /// Whether a word refers to an event.
    pub(crate) fn is_named(&self, hash: EventHash) -> Result<bool, Error> {
        let about = || keys::words_about(crate::store::KeyHash(hash.0));
        Ok(self.has_words && !self.overlay.first_atoms(&about(), 1)?.is_empty())
    }

    /// Notes in its atom whether an event is referred to.
    fn name_event(&mut self, id: &EventId, named: bool) -> Result<(), Error> {
        let Some(atom) = self.graph().atom_of_event(id)? else {
            return Ok(());
        };
        self.overlay.change_atom(atom, |record| match named {
            true => record.named.insert(id.clone()),
            false => record.named.remove(id),
        })?;
        Ok(())
    }

    /// The atoms that may be joined by others than before by what was said or taken back.
    pub(crate) fn spoken_of(&self) -> Result<BTreeSet<AtomId>, Error> {
        let mut atoms = BTreeSet::new();
        for reference in &self.touched.said {
            atoms.extend(self.graph().led_to(reference)?);
        }
        Ok(atoms)
    }
}

/// A word as the cause of what it changes: an event of our own.
fn cause(word: &Word) -> EventId {
    own_id(word.id.clone())
}

/// The first with each other.
fn pairs(customers: &BTreeSet<Key>) -> impl Iterator<Item = (&Key, &Key)> {
    let first = customers.first();
    let others = customers.iter().skip(1);
    first
        .into_iter()
        .flat_map(move |first| others.clone().map(move |other| (first, other)))
}
