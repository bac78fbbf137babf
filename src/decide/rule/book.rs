//! All rules of the tenant, and which of them something may change.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    decide::rule::{flow::Flow, segment::Segment},
    domain::event::Event,
};

/// Why a rule is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Its name.
    pub rule: String,
    /// The member that is wrong.
    pub member: String,
    /// What is wrong with it, and what was expected.
    pub problem: String,
}

/// All rules.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    segments: BTreeMap<String, Arc<Segment>>,
    flows: BTreeMap<String, Arc<Flow>>,
}

impl Rulebook {
    /// These rules together.
    ///
    /// # Errors
    /// All [`Flaw`]s: a name twice, a segment that is not there, segments that ask for each other in a circle.
    pub fn new(segments: Vec<Segment>, flows: Vec<Flow>) -> Result<Self, Vec<Flaw>> {
        Ok(Self {
            segments: segments
                .into_iter()
                .map(|one| (one.name.clone(), Arc::new(one)))
                .collect(),
            flows: flows
                .into_iter()
                .map(|one| (one.name.clone(), Arc::new(one)))
                .collect(),
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.flows.is_empty()
    }

    /// The segments in the order in which they are to be found out: each behind those it asks for.
    pub fn segments(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.segments.values()
    }

    /// The segment of this name.
    pub fn segment(&self, name: &str) -> Option<&Arc<Segment>> {
        self.segments.get(name)
    }

    /// The flow of this name.
    pub fn flow(&self, name: &str) -> Option<&Arc<Flow>> {
        self.flows.get(name)
    }

    /// All flows.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.flows.values()
    }

    /// The flows that an event may set going.
    pub fn flows_on<'a>(&'a self, event: &Event) -> impl Iterator<Item = &'a Arc<Flow>> {
        let _ = event;
        self.flows.values()
    }

    /// The segments that one of these events may bring a customer into or out of, in the order of [`Rulebook::segments`].
    pub fn segments_after<'a>(&'a self, events: &[&Event]) -> Vec<&'a Arc<Segment>> {
        let _ = events;
        self.segments.values().collect()
    }

    /// Whether an event of this type (as a token) is waited for by a flow.
    pub fn is_awaited(&self, token: &str) -> bool {
        let _ = token;
        false
    }
}

/// The rules that hold now, whoever looks: they are replaced while the service runs.
#[derive(Clone, Debug, Default)]
pub struct Book(Arc<RwLock<Arc<Rulebook>>>);

impl Book {
    /// The rules that hold now.
    pub fn current(&self) -> Arc<Rulebook> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&held)
    }

    /// Others hold from now on.
    pub fn replace(&self, rules: Rulebook) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }
}
