//! The simulation: time goes from event to event and stops wherever something is due. Owns in what order that is.

use crate::{
    domain::{event::Event, time::Timestamp},
    engine::{
        EngineConfig, Rules,
        trial::{Told, Trial},
    },
    tryout::{
        error::TryError,
        seen::{Seen, seen},
    },
};

/// A service without its ends: what comes to it comes at a time, and time goes on as it is told.
#[derive(Debug)]
pub struct Simulation {
    trial: Trial,
    now: Timestamp,
}

impl Simulation {
    /// A new one, in a folder that is new but for its secrets; with the same secrets people have the same ids, and what is
    /// due at one time is done in the same order.
    ///
    /// # Errors
    /// [`TryError`].
    pub fn start(config: &EngineConfig, rules: Rules) -> Result<Self, TryError> {
        Ok(Self {
            trial: Trial::open(config, rules)?,
            now: Timestamp::MIN,
        })
    }

    /// What came of it and can be asked.
    pub const fn trial(&self) -> &Trial {
        &self.trial
    }

    /// Lets the time go on to a point and does what is due on the way; no further back than it is.
    ///
    /// # Errors
    /// [`TryError`], of `visit` too.
    pub fn run_until(
        &mut self,
        until: Timestamp,
        visit: &mut impl FnMut(&Trial, Seen) -> Result<(), TryError>,
    ) -> Result<(), TryError> {
        while let Some(due) = self.trial.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            let told = self.trial.settle(self.now)?;
            self.tell(&told, visit)?;
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Takes events that come at a time, behind what is due before: the told outcomes are in their order.
    ///
    /// # Errors
    /// As [`Simulation::run_until`].
    pub fn take(
        &mut self,
        events: Vec<Event>,
        at: Timestamp,
        visit: &mut impl FnMut(&Trial, Seen) -> Result<(), TryError>,
    ) -> Result<Told, TryError> {
        self.at(at, |trial, now| Ok(trial.take(events, now)?), visit)
    }

    /// Does something at a time, behind what is due before.
    ///
    /// # Errors
    /// As [`Simulation::run_until`].
    pub fn at(
        &mut self,
        at: Timestamp,
        does: impl FnOnce(&mut Trial, Timestamp) -> Result<Told, TryError>,
        visit: &mut impl FnMut(&Trial, Seen) -> Result<(), TryError>,
    ) -> Result<Told, TryError> {
        self.run_until(at, visit)?;
        let told = does(&mut self.trial, self.now)?;
        self.tell(&told, visit)?;
        Ok(told)
    }

    fn tell(
        &self,
        told: &Told,
        visit: &mut impl FnMut(&Trial, Seen) -> Result<(), TryError>,
    ) -> Result<(), TryError> {
        for one in seen(told, self.now)? {
            visit(&self.trial, one)?;
        }
        Ok(())
    }
}
