//! Editions: which rules the store is kept by, and which held before.
//!
//! A service that starts with other rules than the store was kept by begins a new edition. Atoms of the former ones are
//! read as they were made until [`renew`](crate::engine::identity::renew) has made each of them anew.

use std::collections::BTreeMap;

use crate::{
    domain::{
        identifier::{IdentifierRules, Kind, KindRule},
        identity::{Edition, cluster},
    },
    engine::{
        queries::answer::{Query, QueryError},
        state::{atoms::Atoms, batch::Rules},
        step::Renewing,
    },
    store::{AtomId, Error, ProfileRecord, Read, RenewalRecord, RulesMark, RulesRecord, View, keys},
};

impl Rules {
    /// What decides, of these, what a store holds.
    fn mark(&self) -> RulesMark {
        let (identifiers, similarity) = (&self.identity.identifiers, &self.identity.similarity);
        RulesMark {
            algorithm: cluster::ALGORITHM,
            kinds: identifiers.kinds.clone(),
            atoms_max: identifiers.atoms_max,
            claims_max: identifiers.claims_max,
            weights: similarity.weights.version,
            auto: similarity.thresholds.auto,
            block_faces_max: similarity.block_faces_max,
            component_atoms_max: similarity.component_atoms_max,
            fold: self.fold,
        }
    }

    /// Which edition of a store's rules these are, and what of it has to be renewed.
    pub(crate) fn adopt(&mut self, noted: Noted) -> Renewing {
        let Some(kept) = noted.rules else {
            return Renewing::default();
        };
        let mut former = kept.former;
        let is_same = kept.mark == self.mark();
        self.identity.edition = kept.edition;
        if !is_same {
            former.insert(kept.edition, kept.mark.kinds);
            self.identity.edition = kept.edition.next();
        }
        self.identity.former = former.into_iter().map(read_by).collect();
        Renewing {
            written: is_same.then_some(kept.edition),
            after: match is_same {
                true => noted.renewal.map(|renewed| renewed.after),
                false => Some(AtomId::FIRST),
            },
        }
    }

    /// What the store notes of these rules; of the former ones only while there is something to renew.
    pub(crate) fn record(&self, is_renewed: bool) -> RulesRecord {
        let former: BTreeMap<Edition, BTreeMap<Kind, KindRule>> = match is_renewed {
            true => BTreeMap::new(),
            false => {
                let former = self.identity.former.iter();
                former
                    .map(|(edition, rules)| (*edition, rules.kinds.clone()))
                    .collect()
            }
        };
        RulesRecord {
            edition: self.identity.edition,
            mark: self.mark(),
            former,
        }
    }
}

/// What a store notes of the rules it is kept by.
#[derive(Debug)]
pub(crate) struct Noted {
    rules: Option<RulesRecord>,
    renewal: Option<RenewalRecord>,
}

impl Noted {
    /// Reads what `store` notes.
    pub(crate) fn of(store: &impl Read) -> Result<Self, Error> {
        Ok(Self {
            rules: store.record(keys::RULES)?,
            renewal: store.record(keys::RENEWAL)?,
        })
    }
}

/// By which rules a store is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptBy {
    /// How many it was kept by before these.
    pub edition: Edition,
    /// Whether all of it is as these rules want it; else that is under way.
    pub settled: bool,
    /// How much of it is, about: ids of atoms are spread evenly.
    pub percent: u8,
}

impl KeptBy {
    /// Of two stores together: as far as the one is that is less far.
    fn and(self, other: Self) -> Self {
        Self {
            edition: self.edition.max(other.edition),
            settled: self.settled && other.settled,
            percent: self.percent.min(other.percent),
        }
    }
}

impl Query {
    /// By which rules the store is kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept_by(&self) -> Result<KeptBy, QueryError> {
        let mut all: Option<KeptBy> = None;
        for part in self.parts() {
            let here = part.kept_by_here()?;
            all = Some(all.map_or(here, |all| all.and(here)));
        }
        all.map_or_else(|| self.kept_by_here(), Ok)
    }

    fn kept_by_here(&self) -> Result<KeptBy, QueryError> {
        let edition = self.rules().identity.edition;
        let noted: Option<RulesRecord> = self.store().record(keys::RULES)?;
        let is_noted = noted.as_ref().is_none_or(|noted| noted.edition == edition);
        let is_renewed = is_noted && noted.is_none_or(|noted| noted.former.is_empty());
        let settled = is_renewed && self.store().first_atoms(keys::REPAIRS, 1)?.is_empty();
        let renewal: Option<RenewalRecord> = match is_noted {
            true => self.store().record(keys::RENEWAL)?,
            false => None,
        };
        let [first, ..] = renewal.map_or(AtomId::FIRST, |renewal| renewal.after).0;
        let share = u16::from(first).saturating_mul(100) / 256;
        Ok(KeptBy {
            edition,
            settled,
            percent: if is_renewed {
                100
            } else {
                u8::try_from(share).unwrap_or(100)
            },
        })
    }

    /// Whether an atom of a profile is still to be looked at again, or is as former rules made it.
    pub(crate) fn is_pending(&self, record: &ProfileRecord) -> Result<bool, Error> {
        let rules = &self.rules().identity;
        let repairs = !self.store().first_atoms(keys::REPAIRS, 1)?.is_empty();
        if !repairs && rules.former.is_empty() {
            return Ok(false);
        }
        for id in record.members.iter().chain(&record.attributed) {
            if repairs && self.store().get(&keys::repair(*id))?.is_some() {
                return Ok(true);
            }
            let atom = self.store().atom(*id)?;
            if atom.is_some_and(|atom| atom.edition != rules.edition) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Rules by which claims are read, but not made.
fn read_by((edition, kinds): (Edition, BTreeMap<Kind, KindRule>)) -> (Edition, IdentifierRules) {
    let rules = IdentifierRules {
        kinds,
        ..IdentifierRules::standard()
    };
    (edition, rules)
}
