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
mod tests;
