//! How much of what there was, for each rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::time::Timestamp,
    engine::trial::Trial,
    tryout::{
        error::TryError,
        seen::{Seen, What},
    },
};

/// What a flow did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FlowTally {
    /// How often it was set going.
    pub begun: u64,
    /// Actions that were published.
    pub actions: u64,
    /// How often a message was held back, by the rule of the contact policy that did.
    pub held: BTreeMap<String, u64>,
    /// Messages that were not sent, by that rule.
    pub suppressed: BTreeMap<String, u64>,
    /// Runs that ended, by why.
    pub ended: BTreeMap<String, u64>,
}

/// What became of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SegmentTally {
    /// How many came in.
    pub entered: u64,
    /// How many went out.
    pub left: u64,
    /// How many are in it at the end.
    pub size: u64,
}

/// The same of all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// By flow.
    pub flows: BTreeMap<String, FlowTally>,
    /// By segment.
    pub segments: BTreeMap<String, SegmentTally>,
    /// What is not counted lies before this.
    #[serde(skip)]
    from: Option<Timestamp>,
}

impl Tally {
    /// Of the rules of a trial, from a point on.
    pub fn of(trial: &Trial, from: Option<Timestamp>) -> Self {
        let book = trial.book();
        let flows = book.flows().map(|flow| (flow.name.clone(), FlowTally::default()));
        let segments = book
            .segments()
            .map(|segment| (segment.name.clone(), SegmentTally::default()));
        Self {
            flows: flows.collect(),
            segments: segments.collect(),
            from,
        }
    }

    /// Counts what was seen; whether it lies in the time that is asked for.
    pub fn count(&mut self, seen: &Seen) -> bool {
        if self.from.is_some_and(|from| seen.at < from) {
            return false;
        }
        match &seen.what {
            What::Action(deed) => add(&mut self.flow(&deed.flow).actions),
            What::Held(deed) => add(self.flow(&deed.flow).held.entry(deed.rule.clone()).or_default()),
            What::Suppressed(deed) => {
                let suppressed = &mut self.flow(&deed.flow).suppressed;
                add(suppressed.entry(deed.rule.clone()).or_default());
            }
            What::Begun { flow } => add(&mut self.flow(flow).begun),
            What::Ended { flow, why } => {
                add(self.flow(flow).ended.entry((*why).to_owned()).or_default());
            }
            What::Moved(moved) => {
                let segment = self.segments.entry(moved.segment.clone()).or_default();
                match moved.is_in {
                    true => add(&mut segment.entered),
                    false => add(&mut segment.left),
                }
            }
        }
        true
    }

    /// Looks how many are in each segment now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn close(&mut self, trial: &Trial) -> Result<(), TryError> {
        for (name, segment) in &mut self.segments {
            segment.size = trial.size(name)?;
        }
        Ok(())
    }

    fn flow(&mut self, name: &str) -> &mut FlowTally {
        self.flows.entry(name.to_owned()).or_default()
    }
}

fn add(count: &mut u64) {
    *count = count.saturating_add(1);
}
