//! Who was found: owns the partition of the records that were run, as the engine's committed state has it.
//!
//! A record that was refused is nobody's, and stands alone: what a service refuses it does not recognise. Called by
//! [`crate::quality::evaluate()`].

use std::collections::{HashMap, HashSet};

use crate::{
    domain::event::EventId,
    engine::{ProfileId, Query},
    quality::{error::QualityError, feed::Fate, scores::Cell, truth::Truth},
};

/// Where a record was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The record, or the event.
    pub id: String,
    /// The first record, in the order of the files, of the person it was found to be: the same in every run.
    pub person: String,
    /// The profile that holds it; `None` where it was refused.
    pub profile: Option<ProfileId>,
}

/// Where all records are that were run so far; `fates` in the order of the files.
///
/// # Errors
/// [`QualityError::Query`] when the store cannot be read, [`QualityError::Unheld`].
pub(crate) fn placed(query: &Query, fates: &[(usize, Fate)]) -> Result<Vec<Placed>, QualityError> {
    let mut profiles: HashMap<EventId, ProfileId> = HashMap::new();
    query.partition(|profile, event| {
        profiles.insert(event, profile);
    })?;
    let (mut placed, mut first, mut missing) = (Vec::with_capacity(fates.len()), HashMap::new(), 0_usize);
    for (_, fate) in fates {
        let (id, profile) = match fate {
            Fate::Held(event) => match profiles.get(event) {
                Some(profile) => (event.id.clone(), Some(*profile)),
                None => {
                    missing = missing.saturating_add(1);
                    continue;
                }
            },
            Fate::Refused { id: Some(id), .. } => (id.clone(), None),
            Fate::Refused { id: None, .. } | Fate::Duplicate | Fate::Conflicting => continue,
        };
        let person = match profile {
            None => id.clone(),
            Some(profile) => first.entry(profile).or_insert_with(|| id.clone()).clone(),
        };
        placed.push(Placed { id, person, profile });
    }
    if missing > 0 {
        return Err(QualityError::Unheld { missing });
    }
    Ok(placed)
}

/// The places of the records that the truth names, in both partitions; and how many there are on one side alone.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) cells: Vec<Cell>,
    /// Records that were run and that the truth does not name.
    pub(crate) unnamed: usize,
    /// Records that the truth names and that were not run.
    pub(crate) absent: usize,
}

/// Sets what was found beside the truth.
pub(crate) fn compare(placed: &[Placed], truth: &Truth) -> Compared {
    let (mut compared, mut found, mut people) = (Compared::default(), HashMap::new(), HashMap::new());
    for (place, record) in placed.iter().enumerate() {
        let Some(person) = truth.of(&record.id) else {
            compared.unnamed = compared.unnamed.saturating_add(1);
            continue;
        };
        let next = found.len();
        let found = match record.profile {
            Some(profile) => *found.entry(Ok(profile)).or_insert(next),
            None => *found.entry(Err(place)).or_insert(next),
        };
        let next = people.len();
        let truth = *people.entry(person).or_insert(next);
        compared.cells.push(Cell { found, truth });
    }
    let run: HashSet<&str> = placed.iter().map(|record| record.id.as_str()).collect();
    compared.absent = truth.others(&run);
    compared
}
