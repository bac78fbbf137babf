//! Answers to commands go with whom the commands named: a repeat is led to where these are, and finds the first answer there
//! instead of being carried out again.
//!
//! A partition notes beside each answer by what the command named them, as keyed hashes: that is what a repeat names, and what
//! leads to where it is answered. Of a word that is taken back nothing is left by which it could be found, so that answer is
//! noted under whom the word was about, and goes with the note under the word, by which a repeat is led.
//!
//! Answers and notes are kept for good, also of who is erased: they say nothing of them but such hashes, as the marks do that an
//! erasure leaves, and whoever repeats the erasure is told of it and erases nobody who came back since.
//!
//! What stays by intent is answered of nobody who could leave. What names a segment is about whoever is here. What names a
//! value or a code that leads to nobody is answered by whoever is asked then, and nothing is written down of anybody: whether
//! somebody is written to, or who serves them, is decided anew of who has the value by the time it is asked again elsewhere. What
//! the service asks of itself nobody repeats.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::identity::Reference,
    engine::{
        api::{Command, Target, Undo},
        commands::{Ordered, qr::token_key},
        parting::belongings::Belongings,
        state::batch::Batch,
    },
    store::{
        AnswerRecord, ErasureId, ErasureRecord, Error, Order, ProfileId, Read, RequestHash, View, WordHash,
        keys, keys::parting,
    },
};

/// What an answer is about, by hashes.
#[derive(Debug, Default)]
pub(crate) struct About {
    /// What the command named, and for a word who that was about.
    whom: BTreeSet<[u8; 16]>,
    /// The word that it takes back.
    word: Option<WordHash>,
}

impl About {
    fn of(whom: impl IntoIterator<Item = [u8; 16]>) -> Self {
        Self {
            whom: whom.into_iter().collect(),
            word: None,
        }
    }
}

impl Batch<'_> {
    /// What the answer to a command will be about, which is looked at before it is carried out.
    pub(crate) fn about(&self, ordered: &Ordered) -> Result<About, Error> {
        if !self.rules.part.is_partition() || ordered.request.is_none() {
            return Ok(About::default());
        }
        let named = |target: &Target| match target {
            Target::Profile(id) => id.0,
            Target::Identifier(key) => self.keyring.key(key).0,
        };
        Ok(match &ordered.command {
            Command::MintQr(mint) => About::of([named(&mint.target)]),
            Command::RedeemQr { token, .. }
            | Command::SettleQr { token, .. }
            | Command::RevokeQr { token } => About::of([self.keyring.key(&token_key(token)).0]),
            Command::Consent { target, .. }
            | Command::Contact { target, .. }
            | Command::Route { target, .. }
            | Command::Start { target, .. }
            | Command::Erase { target, .. } => About::of([named(target)]),
            Command::Merge { of, .. } | Command::Separate { of, .. } => About::of(of.iter().map(named)),
            Command::Undo { what, .. } => self.about_undone(what)?,
            Command::StartAll { .. }
            | Command::Rank(_)
            | Command::Insights(_)
            | Command::Say(_)
            | Command::EraseAgain(_)
            | Command::EraseOn { .. }
            | Command::Note { .. }
            | Command::Connect { .. }
            | Command::EraseRefused { .. }
            | Command::Carry(_)
            | Command::Deleted { .. } => About::default(),
        })
    }

    fn about_undone(&self, what: &Undo) -> Result<About, Error> {
        let id = match what {
            Undo::Absorbed(ProfileId(id)) => return Ok(About::of([*id])),
            Undo::Event(id) => return Ok(About::of([self.keyring.event(id).0])),
            Undo::Word(id) => self.keyring.word(id),
        };
        let graph = self.graph();
        let mut whom = BTreeSet::new();
        if let Some(word) = graph.word(id)? {
            for reference in word.references() {
                match reference {
                    Reference::Key(key) => whom.extend([self.keyring.key(key).0]),
                    // It may be in another atom by the time they leave: the one it was in leads there.
                    Reference::Event(event) => whom.extend(graph.atom_of_event(event)?.map(|atom| atom.0)),
                }
            }
        }
        Ok(About { whom, word: Some(id) })
    }

    /// Notes what the answer to a request is about.
    pub(crate) fn note_answer(&mut self, request: RequestHash, about: About) {
        let word = about.word.map(|word| word.0);
        if let Some(word) = word {
            self.overlay.put(parting::answer_about(word, request), Vec::new());
        }
        for one in about.whom {
            let word = word.map_or_else(Vec::new, |word| word.to_vec());
            self.overlay.put(parting::answer_about(one, request), word);
        }
    }

    /// The receipt of an erasure, for whoever asks for it again. Where it was carried out elsewhere, what was taken there; how far
    /// files are cleared is of those here.
    pub(crate) fn receipt(&self, id: ErasureId) -> Result<Option<ErasureRecord>, Error> {
        let here: Option<ErasureRecord> = self.overlay.record(&keys::erasure(id))?;
        let there: Option<ErasureRecord> = match self.rules.part.is_partition() {
            true => self.overlay.record(&parting::receipt(id))?,
            false => None,
        };
        let Some(there) = there else {
            return Ok(here);
        };
        Ok(Some(ErasureRecord {
            withdrawn: here.as_ref().and_then(|here| here.withdrawn),
            clearing: here.as_ref().and_then(|here| here.clearing),
            gone: here.as_ref().and_then(|here| here.gone),
            ..there
        }))
    }
}

impl Belongings<'_, '_> {
    /// The answers that are about this, and what they refer to that no index leads to.
    pub(super) fn answers(&mut self, about: [u8; 16]) -> Result<(), Error> {
        let (batch, mut noted) = (self.batch, Vec::new());
        batch.overlay.scan_prefix(
            &parting::answers_about(about),
            Order::Ascending,
            &mut |key, word| {
                noted.push((key.to_vec(), word.to_vec()));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        for (note, word) in noted {
            if let Some(request) = keys::pointee(&note).map(RequestHash) {
                if let Some(word) = word.first_chunk::<16>() {
                    self.row(parting::answer_about(*word, request))?;
                }
                self.answer(request)?;
            }
            self.rows.insert(note);
        }
        Ok(())
    }

    fn answer(&mut self, request: RequestHash) -> Result<(), Error> {
        let (batch, key) = (self.batch, keys::answer(request));
        let answer: Option<AnswerRecord> = batch.overlay.record(&key)?;
        if let Some(AnswerRecord::Erased { erasure }) = answer {
            // The erasure itself stays: who is told of it carries it out where they are, and takes nothing.
            if batch.receipt(erasure)?.is_some() {
                self.marks.insert(parting::receipt(erasure));
            }
        }
        self.row(key)
    }
}
