//! How people go on from a stage: to which others, how many, and how long they took.

use std::collections::BTreeMap;

use crate::decide::experience::{
    cell::{Measure, Sums},
    totals::{Totals, counted, mean_of},
};

/// How people went on from a stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    /// To which stages, and the seconds they took.
    pub next: BTreeMap<String, Sums>,
    /// The mean of all, in seconds; `None` where nobody went on.
    pub mean_s: Option<f64>,
    /// The same of which half of them took less, as near as it is known: times are counted by the powers of two that they
    /// lie between, and all between the same two as their mean.
    pub median_s: Option<f64>,
}

impl Pace {
    /// How people went on, by what was counted of the stage.
    pub fn of(stage: &Totals) -> Self {
        let mut next: BTreeMap<String, Sums> = BTreeMap::new();
        let mut powers: BTreeMap<u8, Sums> = BTreeMap::new();
        for (measure, sums) in stage.iter() {
            if let Measure::Moved { to, magnitude } = measure {
                let (by_stage, by_power) = (
                    next.entry(to.clone()).or_default(),
                    powers.entry(*magnitude).or_default(),
                );
                *by_stage = by_stage.plus(sums);
                *by_power = by_power.plus(sums);
            }
        }
        let all = powers.values().copied().fold(Sums::default(), Sums::plus);
        let last = counted(all).saturating_sub(1);
        // Of an even number there are two in the middle.
        let middle = [last / 2, last.div_ceil(2)].map(|rank| at(&powers, rank));
        let [lower, upper] = middle;
        Self {
            next,
            mean_s: mean_of(all),
            median_s: lower.zip(upper).map(|(lower, upper)| f64::midpoint(lower, upper)),
        }
    }
}

/// How long the one took before whom so many were faster.
fn at(powers: &BTreeMap<u8, Sums>, rank: u64) -> Option<f64> {
    let mut faster = 0_u64;
    let mut powers = powers.values().filter(|sums| sums.count > 0);
    let there = powers.find(|sums| {
        faster = faster.saturating_add(counted(**sums));
        rank < faster
    });
    mean_of(*there?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pace(times: &[(&str, i64)]) -> Pace {
        let mut stage = Totals::default();
        stage.add(&Measure::Entered, Sums::ONE);
        for (to, seconds) in times {
            let magnitude = u8::try_from(seconds.max(&1).ilog2()).unwrap();
            let to = (*to).to_owned();
            stage.add(&Measure::Moved { to, magnitude }, Sums::of(*seconds));
        }
        Pace::of(&stage)
    }

    #[test]
    fn times_are_told_by_where_people_went() {
        // 5, 6 and 7 lie between the same two powers: their mean is 6.
        let is = pace(&[("buy", 5), ("decide", 6), ("buy", 7), ("buy", 60), ("buy", 3_600)]);
        assert_eq!((is.mean_s, is.median_s), (Some(735.6), Some(6.0)));
        let next: Vec<(&str, i64, i64)> = is
            .next
            .iter()
            .map(|(to, of)| (to.as_str(), of.count, of.sum))
            .collect();
        assert_eq!(next, [("buy", 4, 3_672), ("decide", 1, 6)]);
    }

    #[test]
    fn of_an_even_number_the_median_lies_between_the_two_in_the_middle() {
        assert_eq!(pace(&[("buy", 10), ("buy", 100)]).median_s, Some(55.0));
        assert_eq!(
            pace(&[("buy", 0), ("buy", 10), ("buy", 100), ("buy", 1_000)]).median_s,
            Some(55.0)
        );
        assert_eq!(pace(&[("buy", 86_400); 4]).median_s, Some(86_400.0));
        assert_eq!(pace(&[]), Pace::default());
    }

    proptest! {
        #[test]
        fn a_median_is_off_by_less_than_half(mut seconds in prop::collection::vec(1_i64..10_000_000, 1..30)) {
            let times: Vec<(&str, i64)> = seconds.iter().map(|seconds| ("buy", *seconds)).collect();
            let is = pace(&times).median_s.unwrap();
            seconds.sort_unstable();
            let last = seconds.len() - 1;
            let exact = f64::midpoint(seconds[last / 2] as f64, seconds[last.div_ceil(2)] as f64);
            prop_assert!(exact / 2.0 < is && is < exact * 2.0, "{} is not near {}", is, exact);
        }
    }
}
