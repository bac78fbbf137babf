//! Erasing: takes a person out, so that from the commit on nobody can read them, and leaves marks by which they are not
//! taken in again.
//!
//! What is left behind says nothing of them but keyed hashes. That the bytes of what was deleted go from the files, too, is
//! the matter of [`crate::engine::expunge`].

mod hasten;
mod refused;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    domain::{
        identity::{
            Anchor, Key,
            link::{self, Links, own_id},
        },
        time::Timestamp,
    },
    engine::{
        api::{Answer, CommandError, Progress, Target},
        atoms::Atoms,
        batch::Batch,
        commands::Outcome,
        erase::refused::Traces,
        index::marked_user,
        query::{Address, Found},
    },
    store::{
        AtomId, AtomRecord, ClearedRecord, ErasedRecord, ErasureId, ErasureRecord, Error, EventHash, KeyHash,
        Order, ProfileId, Read, Removed, View, keys, keys::Erased,
    },
};

/// Which erasure, and when.
#[derive(Clone, Copy)]
pub(crate) struct Erasing {
    pub(crate) id: ErasureId,
    pub(crate) at: Timestamp,
    /// By when no file may hold a byte of the person.
    pub(crate) due: Timestamp,
}

/// Between which instants log-ins and log-outs on a device were taken out.
pub(crate) type Unmarked = BTreeMap<Key, (Timestamp, Timestamp)>;

impl Batch<'_> {
    /// Erases whoever is meant, and who is only shown with them: they hold what this person said. Whoever is erased already
    /// can have the files cleared at once.
    pub(crate) fn erase(&mut self, erasing: Erasing, target: &Target) -> Outcome<Answer> {
        let profile = match self.one_holding(target)? {
            Ok(profile) => profile,
            Err(error) => {
                let hastened = self.hastened(erasing, target)?.map(Box::new);
                return Ok(hastened.map(|erasure| Answer::Erased { erasure }).ok_or(error));
            }
        };
        let erasure = self.planned(erasing, profile)?;
        let erasure = Box::new(self.take_out(erasure)?);
        Ok(Ok(Answer::Erased { erasure }))
    }

    /// Carries an erasure out again, over what came from before it: whoever holds what was theirs alone is taken out as far
    /// as the erasure went.
    pub(crate) fn erase_again(&mut self, erasure: &ErasureRecord) -> Result<Answer, Error> {
        let mut atoms: BTreeSet<AtomId> = erasure.atoms.iter().copied().collect();
        for key in &erasure.keys {
            for index in [keys::holders(*key), keys::all_devices(*key)] {
                atoms.extend(self.overlay.atoms(&index)?);
            }
        }
        let again = ErasureRecord {
            atoms: atoms.into_iter().collect(),
            batch: self.number,
            withdrawn: None,
            gone: None,
            ..erasure.clone()
        };
        let erasure = Box::new(self.take_out(again)?);
        Ok(Answer::Erased { erasure })
    }

    /// Notes how far files are cleared, of those who were erased if somebody was; there is a commit of it in any case.
    pub(crate) fn note(
        &mut self,
        erasures: &[ErasureId],
        progress: Progress,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.overlay
            .put_record(keys::CLEARED.to_vec(), &ClearedRecord { at: now })?;
        for id in erasures {
            let key = keys::erasure(*id);
            if let Some(erasure) = self.overlay.record::<ErasureRecord>(&key)? {
                let noted = match progress {
                    Progress::Clearing => ErasureRecord {
                        clearing: Some(now),
                        ..erasure
                    },
                    Progress::Withdrawn => ErasureRecord {
                        withdrawn: Some(now),
                        ..erasure
                    },
                    Progress::Gone => ErasureRecord {
                        gone: Some(now),
                        ..erasure
                    },
                };
                self.overlay.put_record(key, &noted)?;
                if progress == Progress::Gone {
                    self.overlay.delete(keys::pending(*id));
                }
            }
        }
        Ok(Answer::Noted)
    }

    /// The profile that holds what is named: who only mentions it is somebody else.
    fn one_holding(&self, target: &Target) -> Outcome<ProfileId> {
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            Target::Identifier(key) => Address::Identifier(key.clone()),
        };
        Ok(match self.graph().find_holding(&address)? {
            Found::One(profile) => Ok(profile),
            Found::Many(profiles) => Err(CommandError::Several(profiles)),
            Found::None => Err(match self.graph().find(&address)? {
                Found::None => CommandError::NobodyThere,
                Found::One(profile) => CommandError::OnlyMentioned(vec![profile]),
                Found::Many(profiles) => CommandError::OnlyMentioned(profiles),
            }),
        })
    }

    /// What an erasure is about to take.
    fn planned(&self, erasing: Erasing, profile: ProfileId) -> Result<ErasureRecord, Error> {
        let Erasing { id, at, due } = erasing;
        let record = self.graph().profile(profile)?.unwrap_or_default();
        let shown: BTreeSet<AtomId> = record.members.iter().chain(&record.attributed).copied().collect();
        let atoms = self.with_all_claims(shown)?;
        let (mut keys, mut claims, mut until) = (BTreeMap::new(), BTreeSet::new(), at);
        for id in &atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            // A clock that was ahead wrote events that are yet to come.
            until = until.max(atom.aggregate.last.unwrap_or(at));
            let asserted = atom.claim.asserted.iter().map(|one| &one.key);
            let (mut is_theirs, mut names_anything) = (false, false);
            for key in asserted.chain(atom.links.keys()) {
                names_anything = true;
                is_theirs |= self.is_theirs(key, &atoms, &mut keys)?;
            }
            // Others say the same where a claim names nothing but what they share.
            if is_theirs || !names_anything {
                claims.insert(*id);
            }
        }
        Ok(ErasureRecord {
            id,
            at,
            batch: self.number,
            until,
            due,
            withdrawn: None,
            clearing: None,
            gone: None,
            profile,
            absorbed: record.absorbed,
            keys: keys
                .into_iter()
                .filter_map(|(key, is_theirs)| is_theirs.then_some(key))
                .collect(),
            atoms: atoms.into_iter().collect(),
            claims: claims.into_iter().collect(),
            refused: Vec::new(),
            removed: Removed::default(),
        })
    }

    /// Whether a key is of these atoms alone, as it was judged before or is now: most of their claims name the same.
    fn is_theirs(
        &self,
        key: &Key,
        atoms: &BTreeSet<AtomId>,
        judged: &mut BTreeMap<KeyHash, bool>,
    ) -> Result<bool, Error> {
        let hash = self.keyring.key(key);
        if let Some(is_theirs) = judged.get(&hash) {
            return Ok(*is_theirs);
        }
        let is_theirs = self.graph().is_of_these_alone(key, hash, atoms)?;
        judged.insert(hash, is_theirs);
        Ok(is_theirs)
    }

    /// These, and all claims of their customers: of more than count the rest is shown apart.
    fn with_all_claims(&self, shown: BTreeSet<AtomId>) -> Result<BTreeSet<AtomId>, Error> {
        let mut customers = BTreeSet::new();
        for id in &shown {
            if let Some(atom) = self.overlay.atom(*id)? {
                // Who names two customers is neither of them.
                if let Anchor::One(user) = atom.claim.anchor(self.rules.identity.of(atom.edition)) {
                    customers.insert(self.keyring.key(user));
                }
            }
        }
        let mut atoms = shown;
        for customer in customers {
            atoms.extend(self.overlay.atoms(&keys::holders(customer))?);
        }
        Ok(atoms)
    }

    /// Takes out what an erasure is about, and marks it.
    fn take_out(&mut self, mut erasure: ErasureRecord) -> Result<ErasureRecord, Error> {
        let traces = self.traces(&erasure)?;
        let mut unmarked = Unmarked::new();
        for id in &erasure.atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            let removed = &mut erasure.removed;
            removed.words = removed.words.saturating_add(self.unsay_about(&atom)?);
            removed.codes = removed.codes.saturating_add(self.erase_codes(*id, &atom)?);
            let events = self.erase_events(*id, &atom, erasure.until, &mut unmarked)?;
            removed.events = removed.events.saturating_add(events);
            self.refold(*id, BTreeSet::new())?;
        }
        self.reassign_around(unmarked)?;
        let refused = self.erase_refused(&traces)?;
        let rejections = &mut erasure.removed.rejections;
        *rejections = rejections.saturating_add(refused.count);
        erasure.refused.extend(refused.places);
        self.mark_erased(&erasure)?;
        self.overlay.put_record(keys::erasure(erasure.id), &erasure)?;
        self.overlay.put(keys::pending(erasure.id), Vec::new());
        self.has_erased = true;
        self.touched.erased.insert(erasure.profile, erasure.id);
        self.touched.causes.insert(own_id(erasure.id.to_string()));
        Ok(erasure)
    }

    /// By what refused items are known as theirs: what was theirs alone, and contacts that nobody else mentions. What they are
    /// is asked once of each, before anything is taken out: who holds it still stands in the index.
    fn traces(&self, erasure: &ErasureRecord) -> Result<Traces, Error> {
        let (mut traces, mut judged) = (Traces::default(), BTreeSet::new());
        for id in &erasure.atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            for key in atom.claim.asserted.iter().map(|one| &one.key) {
                let hash = self.keyring.key(key);
                if judged.insert(hash)
                    && (erasure.keys.binary_search(&hash).is_ok() || self.only_mention(key, hash, erasure)?)
                {
                    traces.note(key);
                }
            }
        }
        Ok(traces)
    }

    /// Whether nobody holds a key, and none but those who are erased mention it.
    fn only_mention(&self, key: &Key, hash: KeyHash, erasure: &ErasureRecord) -> Result<bool, Error> {
        if !self.graph().holding(key)?.is_some_and(|held| held.is_empty()) {
            return Ok(false);
        }
        let mentioning = self
            .overlay
            .atoms_up_to(&keys::mentions(hash), erasure.atoms.len())?;
        Ok(mentioning.is_some_and(|all| all.iter().all(|id| erasure.atoms.binary_search(id).is_ok())))
    }

    /// Takes back what stewards said of an atom: it names whom nobody is to read of.
    fn unsay_about(&mut self, atom: &AtomRecord) -> Result<u64, Error> {
        let mut unsaid = 0_u64;
        if self.has_words {
            for word in self.graph().words_about(atom)? {
                if let Some(word) = self.graph().word(word)? {
                    self.unsay(&word)?;
                    unsaid = unsaid.saturating_add(1);
                }
            }
        }
        Ok(unsaid)
    }

    /// Deletes the codes that were minted for an atom: baskets and offers lie there.
    fn erase_codes(&mut self, id: AtomId, atom: &AtomRecord) -> Result<u64, Error> {
        let mut erased = 0_u64;
        for code in self.minted_for(id, atom)? {
            if self.graph().qr(&code)?.is_some() {
                self.overlay.delete(keys::qr(self.keyring.key(&code)));
                erased = erased.saturating_add(1);
            }
        }
        Ok(erased)
    }

    /// The codes that were minted for an atom. Where it has more links than are kept, its events tell.
    fn minted_for(&self, id: AtomId, atom: &AtomRecord) -> Result<BTreeSet<Key>, Error> {
        let minted = |links: &Links| -> Vec<Key> {
            let minted = links.iter().filter(|(_, link)| link.role.is_minted());
            minted.map(|(code, _)| code.clone()).collect()
        };
        let mut codes: BTreeSet<Key> = minted(&atom.links).into_iter().collect();
        if link::is_full(&atom.links) {
            for (_, event) in self.overlay.events_between(id, Timestamp::MIN, Timestamp::MAX)? {
                codes.extend(minted(&link::links_of(&event, &self.rules.identity.identifiers)));
            }
        }
        Ok(codes)
    }

    /// Deletes the events of an atom up to an instant, and marks each by its id.
    fn erase_events(
        &mut self,
        id: AtomId,
        atom: &AtomRecord,
        until: Timestamp,
        unmarked: &mut Unmarked,
    ) -> Result<u64, Error> {
        let mut events: Vec<(Timestamp, EventHash)> = Vec::new();
        let range = (keys::events(id), keys::events_end(id));
        self.overlay
            .scan(&range.0, &range.1, Order::Ascending, &mut |key, _| {
                events.extend(keys::event_place(key).filter(|(time, _)| *time <= until));
                Ok(ControlFlow::Continue(()))
            })?;
        self.remove_events(id, atom, &events, unmarked);
        for (_, hash) in &events {
            self.overlay.put(keys::erased(Erased::Event(*hash)), Vec::new());
        }
        Ok(u64::try_from(events.len()).unwrap_or(u64::MAX))
    }

    /// Deletes events of an atom, which are given in their order; to be folded anew is the caller's.
    pub(crate) fn remove_events(
        &mut self,
        id: AtomId,
        atom: &AtomRecord,
        events: &[(Timestamp, EventHash)],
        unmarked: &mut Unmarked,
    ) {
        let marks = marked_user(&atom.claim, self.rules.identity.of(atom.edition)).is_some();
        let between = events.first().zip(events.last()).filter(|_| marks);
        if let Some(((first, _), (last, _))) = between {
            for device in atom.claim.devices() {
                let (from, to) = unmarked.entry(device.clone()).or_insert((*first, *last));
                (*from, *to) = ((*from).min(*first), (*to).max(*last));
            }
        }
        for (time, hash) in events {
            self.overlay.delete(keys::event(id, *time, *hash));
            self.overlay.delete(keys::seen(*hash));
            self.erase_mark(id, &atom.claim, (*time, *hash));
        }
    }

    /// The interval that a log-in opened belongs to whom it would without it.
    pub(crate) fn reassign_around(&mut self, unmarked: Unmarked) -> Result<(), Error> {
        for (device, (from, to)) in unmarked {
            self.reassign_between(&device, from, to)?;
        }
        Ok(())
    }

    /// Leaves marks of the identifiers and the claims.
    fn mark_erased(&mut self, erasure: &ErasureRecord) -> Result<(), Error> {
        let keys = erasure.keys.iter().copied().map(Erased::Key);
        let atoms = erasure.claims.iter().copied().map(Erased::Atom);
        for mark in keys.chain(atoms) {
            let place = keys::erased(mark);
            let before: Option<ErasedRecord> = self.overlay.record(&place)?;
            let until = before.map_or(erasure.until, |before| before.until.max(erasure.until));
            self.overlay.put_record(place, &ErasedRecord { until })?;
        }
        Ok(())
    }
}
