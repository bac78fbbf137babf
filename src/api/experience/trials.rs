//! What a flow did, as it is told: those for whom it was carried out beside those from whom it was held back.

use serde::Serialize;

use crate::{
    api::experience::{rounded, scores::ScoreTold},
    decide::experience::{
        totals::Totals,
        trial::{Arm, Comparison},
    },
};

#[derive(Clone, Debug, Serialize)]
pub(super) struct TrialTold {
    flow: String,
    treated: ArmTold,
    held_out: ArmTold,
    /// By how much the treated ordered more.
    orders_per_person_difference: Option<f64>,
    difference_low: Option<f64>,
    difference_high: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct ArmTold {
    people: u64,
    orders: u64,
    orders_per_person: Option<f64>,
    scores: Vec<ScoreTold>,
}

impl TrialTold {
    pub(super) fn all(totals: &Totals) -> Vec<Self> {
        let flows = Comparison::all(totals).into_iter();
        flows
            .map(|(flow, comparison)| {
                let difference = comparison.difference();
                let bound = |bound: Option<f64>| bound.map(rounded);
                Self {
                    flow: flow.to_owned(),
                    treated: ArmTold::of(&comparison.treated),
                    held_out: ArmTold::of(&comparison.held_out),
                    orders_per_person_difference: difference.map(|one| rounded(one.mean)),
                    difference_low: bound(difference.and_then(|one| one.low)),
                    difference_high: bound(difference.and_then(|one| one.high)),
                }
            })
            .collect()
    }
}

impl ArmTold {
    fn of(arm: &Arm) -> Self {
        Self {
            people: arm.people,
            orders: arm.orders,
            orders_per_person: arm.orders_per_person().map(rounded),
            scores: ScoreTold::all(&arm.said),
        }
    }
}
