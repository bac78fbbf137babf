//! What flows did for the customer: by this a flow is carried out once for them and a matter, whoever they turn out to be.
//!
//! Every part is a register, as all of an aggregate is. Kept apart from the [`Aggregate`]'s other members, behind which it
//! is stored: most customers have none of it.
//!
//! [`Aggregate`]: crate::domain::profile::Aggregate

use std::collections::BTreeMap;

use crate::domain::profile::{
    aggregate::merge_latest,
    bounded::{self, Latest},
};

/// Matters of one flow that are remembered, the latest.
const MATTERS_MAX: usize = 64;

/// Flows that are remembered: as many as there may be.
const FLOWS_MAX: usize = 1_000;

/// What flows did, by the flow and the matter. What an event set going is named by a text that tells nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Runs {
    /// By the name of the flow, then by the matter: which run did something last, and when.
    pub by_flow: BTreeMap<String, BTreeMap<String, Latest<String>>>,
}

/// How many: matters are a customer's.
impl std::fmt::Debug for Runs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Runs({} flows)", self.by_flow.len())
    }
}

impl Runs {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_flow.is_empty()
    }

    /// Which run of a flow did something for a matter last.
    pub fn last(&self, flow: &str, matter: &str) -> Option<&Latest<String>> {
        self.by_flow.get(flow)?.get(matter)
    }

    pub(crate) fn add(&mut self, flow: String, matter: String, run: Latest<String>) {
        let matters = self.by_flow.entry(flow).or_default();
        bounded::set(matters, matter, run);
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (flow, matters) in &other.by_flow {
            merge_latest(self.by_flow.entry(flow.clone()).or_default(), matters);
        }
    }

    pub(crate) fn bound(&mut self) {
        bounded::keep_smallest(&mut self.by_flow, FLOWS_MAX);
        for matters in self.by_flow.values_mut() {
            bounded::keep_latest(matters, MATTERS_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{event::Stamp, time::Timestamp};

    fn run(matter: &str, at: i64, run: &str) -> Runs {
        let stamp = Stamp {
            time: Timestamp::from_micros(at),
            id: run.to_owned(),
            source: "test".to_owned(),
        };
        let mut runs = Runs::default();
        let value = run.to_owned();
        runs.add("cart".to_owned(), matter.to_owned(), Latest { stamp, value });
        runs
    }

    #[test]
    fn the_latest_run_of_a_matter_is_known_in_any_order_and_within_a_bound() {
        let parts: Vec<Runs> = (0..200)
            .map(|at| run(&format!("m{}", at % 100), at, &format!("r{at}")))
            .collect();
        let folded = |parts: &mut dyn Iterator<Item = &Runs>| {
            parts.fold(Runs::default(), |mut all, part| {
                all.merge(part);
                all.bound();
                all
            })
        };
        let (one, other) = (folded(&mut parts.iter()), folded(&mut parts.iter().rev()));
        assert!(one == other);
        assert_eq!(one.by_flow["cart"].len(), MATTERS_MAX);
        assert_eq!(one.last("cart", "m99").unwrap().value, "r199");
        assert_eq!(one.last("cart", "m0"), None);
    }
}
