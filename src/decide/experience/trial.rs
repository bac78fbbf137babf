//! What a flow did: those for whom it was carried out against those from whom it was held back, drawn by lot.

use std::collections::BTreeMap;

use crate::decide::experience::{
    cell::Measure,
    mean::Z,
    totals::{Totals, counted},
};

/// Those who were treated alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arm {
    /// How many.
    pub people: u64,
    /// How often they ordered since.
    pub orders: u64,
    /// The sum of the squares of that, person by person.
    pub squares: u64,
    /// What they answered since.
    pub said: Totals,
}

/// A flow, with and without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Those for whom it was carried out.
    pub treated: Arm,
    /// Those from whom it was held back.
    pub held_out: Arm,
}

/// By how much the treated are above the others, and between which bounds that lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Orders of each.
    pub mean: f64,
    /// Its lower bound. `None` where nobody ordered: that tells of no spread.
    pub low: Option<f64>,
    /// Its upper bound.
    pub high: Option<f64>,
}

impl Arm {
    /// Orders of each; `None` of nobody.
    pub fn orders_per_person(&self) -> Option<f64> {
        (self.people > 0).then(|| self.orders as f64 / self.people as f64)
    }

    /// The variance of that, as these people tell of it; nothing of one alone.
    fn variance(&self) -> f64 {
        let (people, orders) = (self.people as f64, self.orders as f64);
        let spread = self.squares as f64 - orders * orders / people;
        match self.people {
            0 | 1 => 0.0,
            _ => spread.max(0.0) / (people - 1.0) / people,
        }
    }
}

impl Comparison {
    /// All flows of which the effect is told, by name.
    pub fn all(totals: &Totals) -> BTreeMap<&str, Self> {
        let mut flows: BTreeMap<&str, Self> = BTreeMap::new();
        for (measure, sums) in totals.iter() {
            let (Measure::Trial(trial) | Measure::TrialOrder(trial) | Measure::TrialScore(trial, ..)) =
                measure
            else {
                continue;
            };
            let flow = flows.entry(&trial.flow).or_default();
            let arm = match trial.treated {
                true => &mut flow.treated,
                false => &mut flow.held_out,
            };
            match measure {
                Measure::TrialOrder(_) => {
                    let number = |sum: i64| u64::try_from(sum).unwrap_or_default();
                    (arm.orders, arm.squares) = (number(sums.sum), number(sums.squares));
                }
                Measure::TrialScore(_, style, answer) => arm.said.add(&Measure::Score(*style, *answer), sums),
                _ => arm.people = counted(sums),
            }
        }
        flows
    }

    /// By how much the treated ordered more; `None` where nobody is in one of the arms.
    pub fn difference(&self) -> Option<Difference> {
        let (treated, held_out) = (&self.treated, &self.held_out);
        let mean = treated.orders_per_person()? - held_out.orders_per_person()?;
        let variance = treated.variance() + held_out.variance();
        let error = (variance > 0.0).then(|| Z * variance.sqrt());
        Some(Difference {
            mean,
            low: error.map(|error| mean - error),
            high: error.map(|error| mean + error),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decide::experience::{
            cell::{Sums, Trial},
            mean::many,
        },
        domain::profile::experience::Style,
    };

    fn arm(people: u64, orders: u64) -> Arm {
        Arm {
            people,
            orders,
            // Each ordered once at most.
            squares: orders,
            said: Totals::default(),
        }
    }

    #[test]
    fn the_arms_of_each_flow_are_told_apart() {
        let mut totals = Totals::default();
        let trial = |flow: &str, treated| Trial {
            flow: flow.to_owned(),
            treated,
        };
        for (measure, count) in [
            (Measure::Trial(trial("recover", true)), 9),
            (Measure::Trial(trial("recover", false)), 1),
            (Measure::TrialOrder(trial("recover", true)), 4),
            (Measure::TrialScore(trial("recover", false), Style::Csat, 5), 2),
            (Measure::TrialOrder(trial("thank", false)), 3),
            (Measure::Contact, 7),
        ] {
            let each = i64::from(matches!(measure, Measure::TrialOrder(_)));
            totals.add(&measure, many(each, count));
        }
        let flows = Comparison::all(&totals);
        assert_eq!(flows.keys().copied().collect::<Vec<_>>(), ["recover", "thank"]);
        let recover = &flows["recover"];
        assert_eq!((recover.treated.people, recover.treated.orders), (9, 4));
        assert_eq!((recover.held_out.people, recover.held_out.orders), (1, 0));
        assert_eq!(
            recover.held_out.said.of(&Measure::Score(Style::Csat, 5)),
            Sums {
                count: 2,
                ..Sums::default()
            }
        );
        assert_eq!(flows["thank"].difference(), None, "nobody was treated");
    }

    #[test]
    fn a_difference_is_known_as_well_as_chance_allows() {
        let told = |treated, held_out| Comparison { treated, held_out }.difference().unwrap();
        // 0.30 less 0.20; the variance is (270 - 270² / 900) / 899 / 900 + (20 - 20² / 100) / 99 / 100, its root 0.043009.
        let is = told(arm(900, 270), arm(100, 20));
        let near = |is: f64, expected: f64| (is - expected).abs() < 1e-5;
        assert!(
            near(is.mean, 0.1) && near(is.low.unwrap(), 0.015_702) && near(is.high.unwrap(), 0.184_298),
            "{is:?}"
        );
        let none = told(arm(900, 0), arm(100, 0));
        assert!(near(none.mean, 0.0) && none.low.is_none() && none.high.is_none());
    }
}
