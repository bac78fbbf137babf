//! All rules of the tenant, and which of them something may change.

mod check;
mod index;
#[cfg(test)]
mod narrowed;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    decide::{
        experience::Journey,
        rule::{
            book::index::Index,
            facts::{Facts, History},
            flow::{Flow, Step},
            layout::Layout,
            segment::Segment,
        },
    },
    domain::{
        event::{Event, token},
        profile::Profile,
        time::Timestamp,
    },
};

/// Why a rule is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The rule as files name it, as `segments.champions` or `flows.wish_list`.
    pub rule: String,
    /// The member that is wrong, as `when` or `steps.2.for`.
    pub member: String,
    /// What is wrong with it, and what was expected.
    pub problem: String,
}

/// All rules.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    /// Each behind those it asks for.
    segments: Vec<Arc<Segment>>,
    /// Which of them somebody may be in of whom nothing is known.
    of_nobody: Vec<bool>,
    index: Index,
    flows: BTreeMap<String, Arc<Flow>>,
    /// The flows that a type of events sets going, by its token.
    flows_on: BTreeMap<String, Vec<Arc<Flow>>>,
    /// The types of events that a flow waits for, or ends with, as tokens.
    awaited: BTreeSet<String>,
    layouts: Vec<Layout>,
    journeys: Vec<Journey>,
    /// The segments of those who leave without a complaint.
    silent: BTreeSet<String>,
    experience: u64,
}

impl Rulebook {
    /// These rules together.
    ///
    /// # Errors
    /// All [`Flaw`]s: a name that is none or is there twice, a segment that is not there, segments that ask for each other
    /// in a circle, conditions that ask for an event where there is none, and flows that do nothing.
    pub fn new(segments: Vec<Segment>, flows: Vec<Flow>) -> Result<Self, Vec<Flaw>> {
        let mut flaws = check::segments(&segments);
        flaws.extend(check::flows(&flows, &segments));
        let segments = match index::in_order(segments) {
            Ok(segments) => segments,
            Err(circle) => {
                flaws.push(circle);
                Vec::new()
            }
        };
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let mut book = Self {
            index: Index::of(&segments),
            of_nobody: segments
                .iter()
                .map(|segment| may_hold_of_nobody(segment))
                .collect(),
            segments,
            ..Self::default()
        };
        let silent = book.segments.iter().filter(|segment| segment.silent);
        book.silent = silent.map(|segment| segment.name.clone()).collect();
        for flow in flows {
            book.add(Arc::new(flow));
        }
        Ok(book)
    }

    fn add(&mut self, flow: Arc<Flow>) {
        for on in &flow.on {
            let flows = self.flows_on.entry(on.clone()).or_default();
            // A type may be named twice.
            if flows.last().is_none_or(|last| last.name != flow.name) {
                flows.push(Arc::clone(&flow));
            }
        }
        let steps = flow.steps.iter().filter_map(|step| match step {
            Step::For { signals, .. } => Some(signals),
            Step::Wait(_) | Step::Until { .. } | Step::Check(_) | Step::Act(_) => None,
        });
        let signals = steps.chain([&flow.unless]).flatten();
        self.awaited.extend(signals.map(|signal| signal.on.clone()));
        self.flows.insert(flow.name.clone(), flow);
    }

    /// The same with these layouts.
    ///
    /// # Errors
    /// All [`Flaw`]s: a name that is none or is there twice, a segment that is not there, a condition that asks for an event.
    pub fn with_layouts(mut self, mut layouts: Vec<Layout>) -> Result<Self, Vec<Flaw>> {
        let segments: BTreeSet<&str> = self.segments.iter().map(|one| one.name.as_str()).collect();
        let flaws = check::layouts(&layouts, &segments);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        layouts.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        self.layouts = layouts;
        Ok(self)
    }

    /// The same with these journeys.
    ///
    /// # Errors
    /// All [`Flaw`]s: a name that is none or is there twice, a segment that is not there, a stage or a touchpoint without
    /// anything, a number that is not out of a hundred.
    pub fn with_journeys(mut self, journeys: Vec<Journey>) -> Result<Self, Vec<Flaw>> {
        let segments: BTreeSet<&str> = self.segments.iter().map(|one| one.name.as_str()).collect();
        let flaws = check::journeys(&journeys, &segments);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        self.journeys = journeys;
        let mut hasher = DefaultHasher::new();
        format!("{:?}{:?}", self.journeys, self.silent).hash(&mut hasher);
        self.experience = hasher.finish();
        Ok(self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let none_of_people = self.segments.is_empty() && self.journeys.is_empty();
        none_of_people && self.flows.is_empty() && self.layouts.is_empty()
    }

    /// The journeys that customers go on, in the order of their names.
    pub fn journeys(&self) -> impl Iterator<Item = &Journey> {
        self.journeys.iter()
    }

    /// What tells these journeys and silent segments from others.
    pub const fn experience(&self) -> u64 {
        self.experience
    }

    /// The segments of those who leave without a complaint, by their names.
    pub const fn silent(&self) -> &BTreeSet<String> {
        &self.silent
    }

    /// The segments in the order in which they are to be found out: each behind those it asks for.
    pub fn segments(&self) -> impl Iterator<Item = &Arc<Segment>> {
        self.segments.iter()
    }

    /// The segment of this name.
    pub fn segment(&self, name: &str) -> Option<&Arc<Segment>> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// The flow of this name.
    pub fn flow(&self, name: &str) -> Option<&Arc<Flow>> {
        self.flows.get(name)
    }

    /// All flows.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.flows.values()
    }

    /// The layouts: the first whose condition holds is shown.
    pub fn layouts(&self) -> impl Iterator<Item = &Layout> {
        self.layouts.iter()
    }

    /// The flows that an event may set going.
    pub fn flows_on<'a>(&'a self, event: &Event) -> impl Iterator<Item = &'a Arc<Flow>> {
        let flows = match self.flows_on.is_empty() {
            true => None,
            false => self.flows_on.get(&token(&event.name)),
        };
        flows.into_iter().flatten()
    }

    /// The segments that one of these events may bring a customer into or out of, in the order of [`Rulebook::segments`].
    pub fn segments_after<'a>(&'a self, events: &[&Event]) -> Vec<&'a Arc<Segment>> {
        self.chosen(&self.index.after(events, self.index.none()))
    }

    /// The same of a customer who is in segments of which time `is_over` (by their names): these too, and who asks for them.
    pub fn segments_over<'a>(
        &'a self,
        events: &[&Event],
        is_over: impl Fn(&str) -> bool,
    ) -> Vec<&'a Arc<Segment>> {
        let over = self.segments.iter().map(|segment| is_over(&segment.name));
        self.chosen(&self.index.after(events, over.collect()))
    }

    /// The segments that a customer may be in of whom nothing is known but these events.
    pub fn segments_of_new<'a>(&'a self, events: &[&Event]) -> Vec<&'a Arc<Segment>> {
        self.chosen(&self.index.after(events, self.of_nobody.clone()))
    }

    /// The segments that may be other because a customer is worth more or less among all, in the order of
    /// [`Rulebook::segments`]. No event tells of that.
    pub fn segments_reading_value(&self) -> Vec<&Arc<Segment>> {
        self.chosen(&self.index.reading_value())
    }

    fn chosen(&self, is_chosen: &[bool]) -> Vec<&Arc<Segment>> {
        let both = self.segments.iter().zip(is_chosen);
        both.filter_map(|(segment, is_chosen)| is_chosen.then_some(segment))
            .collect()
    }

    /// Whether an event of this type (as a token) is waited for by a flow, or ends one.
    pub fn is_awaited(&self, token: &str) -> bool {
        self.awaited.contains(token)
    }
}

/// Whether somebody may be in a segment of whom nothing is known, at any time. Whoever is in another segment is not asked
/// about: who may be in that is asked for what asks for it as well.
fn may_hold_of_nobody(segment: &Segment) -> bool {
    let facts = Facts {
        profile: &Profile::default(),
        history: History {
            moments: &[],
            since: Timestamp::MIN,
        },
        segments: &BTreeSet::new(),
        value: None,
        event: None,
        then: None,
        matter: "",
        now: Timestamp::MIN,
    };
    // One that fails is asked each time, so that it is told of.
    let holding = segment.when.holds(&facts);
    !holding.is_ok_and(|holding| !holding.holds && holding.until.is_none())
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
