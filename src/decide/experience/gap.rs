//! Between what is expected of a touchpoint and what was observed there, and how much that matters.

use crate::decide::experience::journey::{Importance, Touchpoint};

/// From here on something matters.
const MATTERS: u8 = 50;

/// How a touchpoint stands against what is expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Customers are less content than is acceptable.
    Unacceptable,
    /// Less than is expected.
    BelowPlan,
    /// More than is expected, where it does not matter to them.
    OverServed,
    /// As is expected, or nothing is.
    AsPlanned,
    /// Nobody said anything.
    Unmeasured,
}

impl Verdict {
    /// How a touchpoint stands where customers are so content, 0 to 100; `None`: nobody said.
    pub fn of(touchpoint: &Touchpoint, observed: Option<f64>) -> Self {
        let Some(observed) = observed else {
            return Self::Unmeasured;
        };
        let is_less = |than: Option<u8>| than.is_some_and(|than| observed < f64::from(than));
        let is_more = |than: Option<u8>| than.is_some_and(|than| observed > f64::from(than));
        if is_less(touchpoint.acceptable) {
            Self::Unacceptable
        } else if is_less(touchpoint.expected) {
            Self::BelowPlan
        } else if is_more(touchpoint.expected) && touchpoint.importance.customer < MATTERS {
            Self::OverServed
        } else {
            Self::AsPlanned
        }
    }

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unacceptable => "unacceptable",
            Self::BelowPlan => "below_plan",
            Self::OverServed => "over_served",
            Self::AsPlanned => "as_planned",
            Self::Unmeasured => "unmeasured",
        }
    }
}

/// To whom something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quadrant {
    /// To customers and to the house.
    Both,
    /// To customers alone.
    Customer,
    /// To the house alone.
    Company,
    /// To nobody much.
    Neither,
}

impl Quadrant {
    /// To whom what is so important matters.
    pub const fn of(importance: Importance) -> Self {
        match (importance.customer >= MATTERS, importance.company >= MATTERS) {
            (true, true) => Self::Both,
            (true, false) => Self::Customer,
            (false, true) => Self::Company,
            (false, false) => Self::Neither,
        }
    }

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Customer => "customer",
            Self::Company => "company",
            Self::Neither => "neither",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn touchpoint(acceptable: Option<u8>, expected: Option<u8>, customer: u8) -> Touchpoint {
        Touchpoint {
            name: "till".to_owned(),
            on: Vec::new(),
            channels: Vec::new(),
            expected,
            acceptable,
            importance: Importance {
                customer,
                company: 50,
            },
            benchmarks: BTreeMap::new(),
        }
    }

    #[test]
    fn a_verdict_is_by_what_is_acceptable_then_by_what_is_expected() {
        for (acceptable, expected, customer, observed, verdict) in [
            (Some(60), Some(80), 70, Some(59.9), Verdict::Unacceptable),
            (Some(60), Some(80), 70, Some(60.0), Verdict::BelowPlan),
            (Some(60), Some(80), 49, Some(80.0), Verdict::AsPlanned),
            (Some(60), Some(80), 49, Some(80.1), Verdict::OverServed),
            (Some(60), Some(80), 50, Some(80.1), Verdict::AsPlanned),
            (Some(60), None, 0, Some(99.0), Verdict::AsPlanned),
            (None, Some(80), 70, Some(0.0), Verdict::BelowPlan),
            (None, None, 0, Some(0.0), Verdict::AsPlanned),
            (Some(60), Some(80), 70, None, Verdict::Unmeasured),
        ] {
            let touchpoint = touchpoint(acceptable, expected, customer);
            let is = Verdict::of(&touchpoint, observed);
            assert_eq!(is, verdict, "{acceptable:?} {expected:?} {customer} {observed:?}");
        }
    }

    #[test]
    fn half_of_all_is_enough_to_matter() {
        for (customer, company, quadrant) in [
            (50, 50, Quadrant::Both),
            (50, 49, Quadrant::Customer),
            (49, 50, Quadrant::Company),
            (49, 49, Quadrant::Neither),
        ] {
            assert_eq!(Quadrant::of(Importance { customer, company }), quadrant);
        }
    }
}
