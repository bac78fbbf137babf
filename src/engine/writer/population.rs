//! How many profiles there are, for whoever watches: told with each commit, and counted once.
//!
//! Where a sweep has counted them the store says how many there are. Elsewhere a thread counts those that it finds, some at a
//! time and beside the writer; what commits change of what was not counted yet holds whatever the thread found of it.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, TryRecvError},
    },
};

use crate::{
    engine::error::chain,
    store::{Error, Order, PopulationRecord, ProfileId, Read as _, Store, View as _, keys},
    telemetry::EngineMetrics,
};

/// Profiles that are looked for at once, between two looks at whether to stop.
const CHUNK: usize = 4_096;

/// How many there are, as far as that is known.
#[derive(Debug)]
pub(crate) struct Population {
    state: Mutex<State>,
    metrics: EngineMetrics,
}

#[derive(Debug, Default)]
struct State {
    /// Those that are counted.
    profiles: u64,
    /// What is not; `None`: all are.
    counting: Option<Counting>,
}

#[derive(Debug, Default)]
struct Counting {
    /// Up to which profile they are counted.
    after: Option<ProfileId>,
    /// Those behind it that commits since the start made (true) or ended.
    changed: BTreeMap<ProfileId, bool>,
}

/// Some of those that a store has.
#[derive(Debug)]
struct Seen {
    ids: Vec<ProfileId>,
    /// The last of them; `None`: there are no others behind them.
    last: Option<ProfileId>,
}

impl Population {
    /// As the store knows it, of which nobody else writes yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn of(store: &Store, metrics: &EngineMetrics) -> Result<Self, Error> {
        let counted: Option<PopulationRecord> = store.record(keys::POPULATION)?;
        let state = match counted {
            Some(PopulationRecord {
                profiles,
                until: None,
            }) => State {
                profiles,
                counting: None,
            },
            _ => State {
                profiles: 0,
                counting: Some(Counting::default()),
            },
        };
        state.tell(metrics);
        Ok(Self {
            state: Mutex::new(state),
            metrics: metrics.clone(),
        })
    }

    /// Notes which profiles a commit makes (true) or ends.
    ///
    /// ORDER: before the store has it, so that whoever finds it there knows of it.
    pub(crate) fn change(&self, changes: &[(ProfileId, bool)]) {
        if changes.is_empty() {
            return;
        }
        let mut state = self.lock();
        for (id, is_there) in changes {
            state.change(*id, *is_there);
        }
        state.tell(&self.metrics);
    }

    /// Counts all that are not counted, unless `stop` closes before.
    pub(crate) fn count(&self, store: &Store, stop: &Receiver<()>) {
        while stop.try_recv() != Err(TryRecvError::Disconnected) {
            match self.next(store, CHUNK) {
                Ok(Some(seen)) => self.take(&seen),
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(error = %chain(&error), "could not count the profiles");
                    return;
                }
            }
        }
    }

    /// Those that the store has behind the ones that are counted, so many at most; `None` where all are counted.
    fn next(&self, store: &Store, most: usize) -> Result<Option<Seen>, Error> {
        let after = match &self.lock().counting {
            Some(counting) => counting.after,
            None => return Ok(None),
        };
        let (mut ids, mut last) = (Vec::new(), None);
        let from = after.map_or(keys::PROFILES.to_vec(), keys::profile);
        store.scan(&from, keys::PROFILES_END, Order::Ascending, &mut |key, _| {
            if ids.len() >= most {
                last = ids.last().copied();
                return Ok(ControlFlow::Break(()));
            }
            ids.extend(keys::profile_id(key).filter(|id| after.is_none_or(|after| *id > after)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some(Seen { ids, last }))
    }

    /// Counts them, but for those that commits changed: the store may have had these before or behind that.
    fn take(&self, seen: &Seen) {
        let mut state = self.lock();
        let Some(counting) = &mut state.counting else {
            return;
        };
        let mut changed = std::mem::take(&mut counting.changed);
        if let Some(last) = seen.last {
            counting.after = Some(last);
            counting.changed = changed.split_off(&last);
            changed.extend(counting.changed.remove_entry(&last));
        }
        let unchanged = seen.ids.iter().filter(|id| !changed.contains_key(id));
        let there = changed.values().filter(|is_there| **is_there);
        let found = unchanged.count().saturating_add(there.count());
        let found = u64::try_from(found).unwrap_or(u64::MAX);
        state.profiles = state.profiles.saturating_add(found);
        if seen.last.is_none() {
            state.counting = None;
        }
        state.tell(&self.metrics);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn change(&mut self, id: ProfileId, is_there: bool) {
        match &mut self.counting {
            Some(counting) if counting.after.is_none_or(|after| id > after) => {
                counting.changed.insert(id, is_there);
            }
            _ if is_there => self.profiles = self.profiles.saturating_add(1),
            _ => self.profiles = self.profiles.saturating_sub(1),
        }
    }

    /// Tells how many there are, once that is known.
    fn tell(&self, metrics: &EngineMetrics) {
        if self.counting.is_none() {
            metrics.profiles(self.profiles);
        }
    }
}

#[cfg(test)]
mod tests;
