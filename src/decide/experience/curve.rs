//! The emotional curve of a journey: how it was at each touchpoint, one after the other; where it was best and worst; and
//! what of it is remembered.
//!
//! People judge by the strongest moment and by the last, and little by all the others (the peak-end rule). So what a journey
//! leaves behind is told beside its mean.

use std::cmp::Ordering;

/// The median of deviations, times this, is the standard deviation where they are normal.
const MAD_TO_DEVIATION: f64 = 1.4826;

/// What differs by no more is the same: fractions are not exact.
const SAME: f64 = 1e-9;

/// A point that stands out from the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// Better than around it, and than usual on the journey.
    High,
    /// Worse than both.
    Low,
}

impl Extreme {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}

/// What of a journey is remembered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakEnd {
    /// The strongest effect, good or bad; of several that are as strong the first.
    pub peak: f64,
    /// The place of its touchpoint.
    pub peak_at: usize,
    /// The last effect.
    pub end: f64,
    /// The place of its touchpoint.
    pub end_at: usize,
    /// The mean of all touchpoints, each as much as the others.
    pub mean: f64,
}

impl PeakEnd {
    /// What is remembered of `effects`, in the order of the journey; `None` where there are none.
    pub fn of(effects: &[Option<f64>]) -> Option<Self> {
        let points = observed(effects);
        let (end_at, end) = points.last().copied()?;
        let sum: f64 = points.iter().map(|(_, effect)| effect).sum();
        // The first of the strongest: `max_by` alone takes the last.
        let strongest = points.iter().rev().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let (peak_at, peak) = strongest.copied()?;
        Some(Self {
            peak,
            peak_at,
            end,
            end_at,
            mean: sum / points.len() as f64,
        })
    }

    /// The remembered effect: midway between the peak and the end.
    pub fn remembered(&self) -> f64 {
        f64::midpoint(self.peak, self.end)
    }
}

/// Which of `effects`, in the order of the journey, stand out. Those of which nothing is known are passed over.
///
/// A high has lower neighbours and lies more than one robust standard deviation above the median of the curve, a low the
/// other way round. Points beside each other with the same effect are one point. Where most points are the same, whatever
/// differs stands out.
pub fn extremes(effects: &[Option<f64>]) -> Vec<Option<Extreme>> {
    let points = observed(effects);
    let values: Vec<f64> = points.iter().map(|(_, effect)| *effect).collect();
    let mut found = vec![None; effects.len()];
    let Some(middle) = median(values.clone()) else {
        return found;
    };
    let deviations = values.iter().map(|value| (value - middle).abs());
    let reach = median(deviations.collect()).unwrap_or_default() * MAD_TO_DEVIATION;
    for (at, (place, effect)) in points.iter().enumerate() {
        let (before, behind) = values.split_at(at);
        let neighbours = [next(before.iter().rev(), *effect), next(behind.iter(), *effect)];
        let are_all = |side| neighbours.contains(&Some(side)) && !neighbours.contains(&Some(side.reverse()));
        let extreme = match effect - middle {
            over if over > reach + SAME && are_all(Ordering::Less) => Some(Extreme::High),
            under if under < -(reach + SAME) && are_all(Ordering::Greater) => Some(Extreme::Low),
            _ => None,
        };
        if let Some(kind) = found.get_mut(*place) {
            *kind = extreme;
        }
    }
    found
}

/// Those of the points, each with its name, that stand out as worse.
pub fn lows<'a>(points: &[(&'a str, f64)]) -> Vec<(&'a str, f64)> {
    let effects: Vec<Option<f64>> = points.iter().map(|(_, effect)| Some(*effect)).collect();
    let kinds = extremes(&effects);
    let told = points.iter().zip(kinds);
    let lows = told.filter(|(_, kind)| *kind == Some(Extreme::Low));
    lows.map(|(point, _)| *point).collect()
}

fn observed(effects: &[Option<f64>]) -> Vec<(usize, f64)> {
    let places = effects.iter().enumerate();
    places
        .filter_map(|(place, effect)| Some((place, (*effect)?)))
        .collect()
}

/// On which side of `effect` the nearest of the others lies that is not the same.
fn next<'a>(mut others: impl Iterator<Item = &'a f64>, effect: f64) -> Option<Ordering> {
    let other = others.find(|other| (*other - effect).abs() > SAME)?;
    other.partial_cmp(&effect)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let (lower, upper) = (values.get(last / 2)?, values.get(last.div_ceil(2))?);
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(effects: &[f64]) -> String {
        let effects: Vec<Option<f64>> = effects.iter().copied().map(Some).collect();
        letters(&effects)
    }

    fn letters(effects: &[Option<f64>]) -> String {
        let letter = |kind: &Option<Extreme>| match kind {
            Some(Extreme::High) => 'H',
            Some(Extreme::Low) => 'L',
            None => '.',
        };
        extremes(effects).iter().map(letter).collect()
    }

    #[test]
    fn what_lies_beyond_its_neighbours_and_the_usual_stands_out() {
        // Median 0.2, deviations 0.1 0.6 0 0 0.7 0.1 0.1, their median 0.1: beyond 0.05 to 0.35.
        assert_eq!(told(&[0.3, -0.4, 0.2, 0.2, 0.9, 0.1, 0.3]), ".L..H..");
        // Beyond the usual, and yet on a slope. Median 0.5, deviations 0.4 0.3 0 0.3 0.4, reach 0.44.
        assert_eq!(told(&[0.1, 0.2, 0.5, 0.8, 0.9]), ".....");
        assert_eq!(told(&[0.0, 0.1, 0.5, 0.8, 0.9, 0.5, 0.5, 0.5]), "L...H...");
        // A plateau is one point; a step on the way up is none.
        assert_eq!(told(&[0.0, 0.0, 0.8, 0.8, 0.0, 0.0, 0.0]), "..HH...");
        assert_eq!(told(&[0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.8]), "......H");
        assert_eq!(told(&[0.4, 0.4, 0.4]), "...");
        // 0.1 and 0.2 are not quite 0.3: that is no difference.
        assert_eq!(told(&[0.1 + 0.2, 0.3, 0.3]), "...");
        assert_eq!((told(&[0.4]), told(&[])), (".".to_owned(), String::new()));
    }

    #[test]
    fn touchpoints_of_which_nothing_is_known_are_passed_over() {
        let effects = [
            None,
            Some(0.2),
            None,
            Some(-0.9),
            None,
            Some(0.2),
            Some(0.2),
            None,
        ];
        assert_eq!(letters(&effects), "...L....");
        let is = PeakEnd::of(&effects).unwrap();
        assert_eq!((is.peak_at, is.end_at), (3, 6));
        assert!(
            (is.mean - -0.075).abs() < 1e-9 && (is.remembered() - -0.35).abs() < 1e-9,
            "{is:?}"
        );
        assert_eq!(PeakEnd::of(&[None, None]), None);
        let low = lows(&[("a", 0.2), ("b", -0.9), ("c", 0.2), ("d", 0.7), ("e", 0.2)]);
        assert_eq!(low.first().map(|(name, _)| *name), Some("b"));
        assert_eq!(low.len(), 1);
    }

    #[test]
    fn of_peaks_as_strong_the_first_is_told() {
        let is = PeakEnd::of(&[Some(0.1), Some(-0.5), Some(0.5), Some(0.2)]).unwrap();
        assert_eq!((is.peak_at, is.end_at), (1, 3));
    }

    proptest! {
        #[test]
        fn turned_over_highs_are_lows(steps in prop::collection::vec(prop::option::of(-20_i32..=20), 0..20)) {
            let of = |sign: f64| -> Vec<Option<f64>> {
                steps.iter().map(|step| step.map(|step| sign * f64::from(step) / 20.0)).collect()
            };
            let turned = letters(&of(-1.0)).replace('H', "h").replace('L', "H").replace('h', "L");
            prop_assert_eq!(letters(&of(1.0)), turned);
        }
    }
}
