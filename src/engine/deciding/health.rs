//! Which rules fail: owns what the operator is told of them. A rule that cannot be evaluated is skipped for that event and
//! stops nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{decide::rule::Failed, domain::time::Timestamp};

/// Rules that are told of.
const RULES_MAX: usize = 2_000;

/// Which rule it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RuleName {
    /// A segment.
    Segment(String),
    /// A flow.
    Flow(String),
}

/// How a rule fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failing {
    /// How often, since the service started.
    pub times: u64,
    /// When it did last.
    pub last: Timestamp,
    /// What was wrong then. Says nothing of a customer.
    pub problem: String,
}

/// How all rules fare. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleHealth(Arc<Mutex<BTreeMap<RuleName, Failing>>>);

impl RuleHealth {
    /// Notes that a rule failed; the first time of each is logged.
    pub(super) fn failed(&self, rule: RuleName, failed: &Failed, now: Timestamp) {
        let mut all = self.all();
        if !all.contains_key(&rule) && all.len() < RULES_MAX {
            tracing::warn!(?rule, problem = %failed, "a rule cannot be evaluated and is skipped");
        }
        if let Some(failing) = all.get_mut(&rule) {
            failing.times = failing.times.saturating_add(1);
            failing.last = now;
            failing.problem.clone_from(&failed.problem);
        } else if all.len() < RULES_MAX {
            let failing = Failing {
                times: 1,
                last: now,
                problem: failed.problem.clone(),
            };
            all.insert(rule, failing);
        }
    }

    /// How often segments and flows failed.
    pub(crate) fn times(&self) -> (u64, u64) {
        let (mut segments, mut flows) = (0_u64, 0_u64);
        for (name, failing) in self.all().iter() {
            let times = match name {
                RuleName::Segment(_) => &mut segments,
                RuleName::Flow(_) => &mut flows,
            };
            *times = times.saturating_add(failing.times);
        }
        (segments, flows)
    }

    /// What is known of each that failed.
    pub(crate) fn told(&self) -> BTreeMap<RuleName, Failing> {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<RuleName, Failing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
