//! The other engines of a tenant with partitions: those who read the journal, and those who have other customers.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    app::broker::{Broker, unless_stopped},
    engine::{
        ErasureId, ErasureRecord,
        erasing::{
            elsewhere::Elsewhere,
            expunge::BeyondError,
            forgetting::{Consumed, Readers},
            withdrawn::Withdrawn,
        },
    },
};

/// What is asked of nobody: who has no partitions is not asked for them.
const NOBODY: &str = "ask the other engines of the tenant: it has no partitions";

impl Readers for Broker {
    fn look_every(&self) -> Duration {
        self.partitions
            .as_ref()
            .map_or(Duration::MAX, |partitions| partitions.look_every())
    }

    fn is_time(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<bool, BeyondError> {
        let partitions = self.partitions.as_ref().ok_or(NOBODY)?;
        unless_stopped(&self.runtime, partitions.is_time(), goes_on)
    }

    fn consumed(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<Consumed, BeyondError> {
        let partitions = self.partitions.as_ref().ok_or(NOBODY)?;
        unless_stopped(&self.runtime, partitions.consumed(), goes_on)
    }
}

impl Elsewhere for Broker {
    fn look_every(&self) -> Duration {
        self.erasures
            .as_ref()
            .map_or(Duration::MAX, |erasures| erasures.look_every)
    }

    fn tell(&self, erased: &[&ErasureRecord], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let erasures = self.erasures.as_ref().ok_or(NOBODY)?;
        unless_stopped(&self.runtime, erasures.tell(erased), goes_on)
    }

    fn told(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<Vec<ErasureRecord>, BeyondError> {
        let erasures = self.erasures.as_ref().ok_or(NOBODY)?;
        unless_stopped(&self.runtime, erasures.told(), goes_on)
    }

    fn heard(&self, heard: &[ErasureId], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let erasures = self.erasures.as_ref().ok_or(NOBODY)?;
        unless_stopped(&self.runtime, erasures.heard(heard), goes_on)
    }
}

impl Broker {
    /// Whether another engine of the tenant had this one told of all of these.
    pub(super) async fn is_told(&self, withdrawn: &Withdrawn) -> Result<bool, BeyondError> {
        let told = match &self.erasures {
            Some(erasures) => erasures.foreign().await?,
            None => BTreeSet::new(),
        };
        Ok(withdrawn.erasures().all(|one| told.contains(&one.id)))
    }
}
