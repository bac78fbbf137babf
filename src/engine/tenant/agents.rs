//! Who serves customers: what events say of them is kept by the hash of their ids, and told to whoever routes a call.
//!
//! No more agents are kept than a desk has: the one that is silent longest makes room. Never logs or publishes an id.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use crate::{
    decide::routing::{Agent as Served, Desk},
    domain::{agent::Agent, event::Event},
    engine::state::batch::Batch,
    store::{Error, KeyHash, Order, Read, View, keys},
};

/// Agents that are kept.
const AGENTS_MAX: usize = 2_000;

impl Batch<'_> {
    /// Takes in what an `Agent State Changed` says; another event, and one that names nobody, says nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn note_agent(&mut self, event: &Event) -> Result<(), Error> {
        let Some((id, told)) = Agent::told(event) else {
            return Ok(());
        };
        let hash = self.keyring.agent(&id);
        let key = keys::agent(hash);
        let known: Option<Agent> = self.overlay.record(&key)?;
        if known.is_none() && !self.has_room_for(&told)? {
            return Ok(());
        }
        let mut agent = known.clone().unwrap_or_default();
        agent.merge(&told);
        if known.as_ref() != Some(&agent) {
            self.overlay.put_record(key, &agent)?;
        }
        Ok(())
    }

    /// Whether one more agent is kept: where there are as many as are, whoever is silent longest goes.
    fn has_room_for(&mut self, told: &Agent) -> Result<bool, Error> {
        let known = self.known_agents()?;
        if known.len() < AGENTS_MAX {
            return Ok(true);
        }
        let longest = known.iter().min_by_key(|(hash, agent)| (agent.heard(), **hash));
        match longest {
            Some((hash, agent)) if agent.heard() < told.heard() => {
                self.overlay.delete(keys::agent(*hash));
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Everybody who serves customers, as the configuration and events say.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn desk(&self) -> Result<Desk, Error> {
        let told = self.known_agents()?;
        let roster = &self.rules.decide.routing.agents.0;
        let staff = roster.iter().map(|(id, staff)| (self.keyring.agent(id), staff));
        let staff: BTreeMap<KeyHash, _> = staff.collect();
        let all: BTreeSet<&KeyHash> = staff.keys().chain(told.keys()).collect();
        let agents = all
            .into_iter()
            .map(|hash| Served::of(staff.get(hash).copied(), told.get(hash)));
        Ok(Desk {
            agents: agents.collect(),
        })
    }

    fn known_agents(&self) -> Result<BTreeMap<KeyHash, Agent>, Error> {
        let mut known = BTreeMap::new();
        self.overlay
            .scan_prefix(keys::AGENTS, Order::Ascending, &mut |key, value| {
                let agent: Agent = self.overlay.decoded(value)?;
                known.extend(keys::agent_in(key).map(|hash| (hash, agent)));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(known)
    }
}

#[cfg(test)]
mod tests;
