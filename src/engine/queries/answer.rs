//! The handle that answers questions.

mod rejections;
mod several;
mod whereabouts;
mod whole;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use tokio::sync::watch;

pub use self::several::Numbered;
use crate::{
    domain::{
        context::{Context, View as ContextView},
        identity::{Evidence, Key},
        profile::FoldLimits,
        qr,
        time::Timestamp,
    },
    engine::{
        api::QrAnswer,
        combine::portrait,
        commands::qr::token_key,
        deciding::RuleHealth,
        erasing::withdrawn::Remembered,
        experience::positions,
        identity::graph::Graph,
        parting::Seats,
        queries::query::{Address, EvidenceView, Found, IdentityView, MemberView, Portrait},
        state::{atoms::Atoms, batch::Rules},
        surroundings::{Shelf, Whose},
    },
    journal::{self, Position, ReadJournal},
    store::{
        AtomRecord, Error, Keyring, Order, ProfileId, ProfileRecord, Read, Store, View,
        fingerprint::Multiset, keys,
    },
};

/// Reads of a profile that every commit changes: commits are milliseconds apart, a read is far less.
const READS_MAX: usize = 100;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The cursor of a page is none that was given out.
    #[error("read a page: expected the cursor that `next` of the page before gave")]
    BadCursor,
    /// The journal no longer reaches back to the cursor.
    #[error("read updates: the journal begins at position {first}")]
    Gone {
        /// The first position that is kept.
        first: Position,
    },
    /// The store could not be read.
    #[error("answer from the store")]
    Store(#[from] Error),
    /// The journal could not be read.
    #[error("answer from the journal")]
    Journal(#[source] journal::Error),
}

/// Answers questions from committed state. Cheap to clone; every method may block on the disk.
#[derive(Clone)]
pub struct Query {
    store: Store,
    keyring: Arc<Keyring>,
    rules: Arc<Rules>,
    journal: Arc<dyn ReadJournal>,
    applied: watch::Receiver<Position>,
    remembered: Arc<Remembered>,
    failing: RuleHealth,
    /// Who has the customers, where another has: of a resolver that is asked for all of them.
    parts: Arc<[Self]>,
    /// Where those are answered for in this process, once that is known.
    seats: Arc<OnceLock<Seats>>,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Query(at {})", self.applied())
    }
}

impl Query {
    pub(crate) fn new(
        store: Store,
        keyring: Arc<Keyring>,
        rules: Arc<Rules>,
        journal: Arc<dyn ReadJournal>,
        applied: watch::Receiver<Position>,
    ) -> Self {
        Self {
            store,
            keyring,
            rules,
            journal,
            applied,
            remembered: Arc::default(),
            failing: RuleHealth::default(),
            parts: Arc::default(),
            seats: Arc::default(),
        }
    }

    /// The position that answers are from, or a later one.
    pub fn applied(&self) -> Position {
        *self.applied.borrow()
    }

    pub(crate) fn journal(&self) -> &dyn ReadJournal {
        &*self.journal
    }

    /// Who was erased, as it was read last; whoever changes that says so.
    pub(crate) fn remembered(&self) -> &Arc<Remembered> {
        &self.remembered
    }

    /// Which rules of the tenant fail.
    pub(crate) const fn failing(&self) -> &RuleHealth {
        &self.failing
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn graph(&self) -> Graph<'_, Store> {
        Graph {
            view: &self.store,
            keyring: &self.keyring,
            rules: &self.rules.identity,
            memory: None,
        }
    }

    /// Who is at `address`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find(&self, address: &Address) -> Result<Found, QueryError> {
        Ok(self.graph().find(address)?)
    }

    /// Who is at `address`, and not only mentions what stands there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn find_holding(&self, address: &Address) -> Result<Found, QueryError> {
        Ok(self.graph().find_holding(address)?)
    }

    /// A live profile as it stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn portrait(&self, id: ProfileId) -> Result<Option<Portrait>, QueryError> {
        self.settled(id, |record| self.portrayed(id, record))
    }

    /// What `view` tells of a profile at `now`, to somebody in `store`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn context(
        &self,
        view: &ContextView,
        portrait: &Portrait,
        store: Option<&str>,
        now: Timestamp,
    ) -> Result<Context, QueryError> {
        let whose = Whose {
            profile: &portrait.profile,
            segments: &portrait.segments,
            standing: portrait.value.as_ref(),
            store,
        };
        let around = Shelf::new(
            &self.store,
            &self.rules,
            (self.rules.decide.book.current(), &self.failing),
        )
        .around(whose, view, now)?;
        let id = portrait.id.to_string();
        Ok(Context::of(
            &portrait.profile,
            (&id, portrait.version),
            view,
            &around,
            now,
        ))
    }

    /// The profile that `record` is of.
    pub(crate) fn portrayed(&self, id: ProfileId, record: &ProfileRecord) -> Result<Portrait, QueryError> {
        let portrait = portrait(&self.store, id, record, &self.rules.fold)?;
        let pending = self.is_pending(record)?;
        let value = self.standing(id)?;
        let book = self.rules.decide.book.current();
        Ok(Portrait {
            journeys: positions(&book, &portrait.profile, &portrait.segments),
            pending,
            value,
            ..portrait
        })
    }

    /// A profile as it stands, which was live a moment ago: if it was absorbed since, its survivor.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn portrait_or_survivor(&self, id: ProfileId) -> Result<Option<Portrait>, QueryError> {
        self.of_survivor(id, |id| self.portrait(id))
    }

    /// What `read` finds of a profile which was live a moment ago: if it was absorbed since, of its survivor.
    pub(crate) fn of_survivor<T>(
        &self,
        id: ProfileId,
        read: impl Fn(ProfileId) -> Result<Option<T>, QueryError>,
    ) -> Result<Option<T>, QueryError> {
        let mut id = id;
        for _ in 0..READS_MAX {
            let answer = read(id)?;
            if answer.is_some() {
                return Ok(answer);
            }
            match self.find(&Address::Id(id))? {
                // The same where it lives again.
                Found::One(now) => id = now,
                Found::None | Found::Many(_) => break,
            }
        }
        Ok(None)
    }

    /// Reads what a profile's record leads to, again if a commit changed the profile meanwhile: each commit that does
    /// raises its version, so what was read under one version is of one commit.
    pub(crate) fn settled<T>(
        &self,
        id: ProfileId,
        read: impl Fn(&ProfileRecord) -> Result<T, QueryError>,
    ) -> Result<Option<T>, QueryError> {
        let mut answer = None;
        for _ in 0..READS_MAX {
            let Some(record) = self.graph().profile(id)? else {
                return Ok(None);
            };
            answer = Some(read(&record)?);
            if self
                .graph()
                .profile(id)?
                .is_some_and(|after| after.version == record.version)
            {
                break;
            }
        }
        Ok(answer)
    }

    /// Why a profile is one person: its atoms, and each decision that joined or parted them.
    ///
    /// Nothing is stored for it: what made the profile is computed again.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn identity(&self, id: ProfileId) -> Result<IdentityView, QueryError> {
        Ok(self
            .settled(id, |record| self.explain(record))?
            .unwrap_or_default())
    }

    fn explain(&self, record: &ProfileRecord) -> Result<IdentityView, QueryError> {
        let (mut view, mut places) = (IdentityView::default(), BTreeMap::new());
        for (atoms, attributed) in [(&record.members, false), (&record.attributed, true)] {
            for id in atoms {
                let Some(atom) = self.store.atom(*id)? else {
                    continue;
                };
                places.insert(*id, view.members.len());
                view.members.push(member(&atom, attributed));
            }
        }
        let Some(first) = record.members.first() else {
            return Ok(view);
        };
        let component = self.graph().component(*first)?;
        // Others of the component hold keys too; those are not this person's to be told.
        let own = component
            .atoms
            .iter()
            .filter(|vertex| places.contains_key(&vertex.id));
        let held: BTreeSet<Key> = own
            .flat_map(|vertex| self.graph().keys_of(&vertex.atom))
            .collect();
        view.shared = component.shared.intersection(&held).cloned().collect();
        view.generic = component.generic.intersection(&held).cloned().collect();
        let place = |index: usize| {
            let vertex = component.atoms.get(index)?;
            places.get(&vertex.id).copied()
        };
        for Evidence {
            link,
            center,
            other,
            verdict,
        } in component.cluster(&self.rules.identity).evidence
        {
            let (center, other) = (place(center), place(other));
            if center.is_some() || other.is_some() {
                view.evidence.push(EvidenceView {
                    link,
                    center,
                    other,
                    verdict,
                });
            }
        }
        Ok(view)
    }

    /// What a QR code is good for at `store_id` now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn qr(&self, token: &str, store_id: Option<&str>, now: Timestamp) -> Result<QrAnswer, QueryError> {
        let Some(record) = self.graph().qr(&token_key(token))? else {
            return Ok(QrAnswer::of(qr::QrOutcome::Unknown));
        };
        let outcome = qr::judge(
            &record.state,
            record.expires,
            record.store_id.as_deref(),
            store_id,
            now,
        );
        Ok(self.graph().qr_answer(outcome, token)?)
    }

    /// The fingerprint of every live profile, computed anew from its atoms, in the order of the ids; and their sum.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn fingerprints(&self, visit: impl FnMut(ProfileId, [u8; 32])) -> Result<Multiset, QueryError> {
        fingerprints(&self.store, &self.rules.fold, visit)
    }
}

/// The same of a store by itself.
pub(crate) fn fingerprints(
    store: &Store,
    fold: &FoldLimits,
    mut visit: impl FnMut(ProfileId, [u8; 32]),
) -> Result<Multiset, QueryError> {
    let mut sum = Multiset::default();
    store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |key, value| {
        if let Some(id) = keys::profile_id(key) {
            let record: ProfileRecord = store.decoded(value)?;
            let fingerprint = portrait(store, id, &record, fold)?.fingerprint;
            sum = sum.with(fingerprint);
            visit(id, fingerprint);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

/// An atom as it is told.
pub(crate) fn member(atom: &Arc<AtomRecord>, attributed: bool) -> MemberView {
    MemberView {
        claim: Arc::new(atom.claim.clone()),
        events: atom.aggregate.events,
        first: atom.first.clone(),
        attributed,
    }
}

#[cfg(test)]
mod tests;
