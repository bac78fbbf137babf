//! Where numbers lie on a chart: owns [`Scale`] and [`Axis`].

/// From numbers to places. What lies outside of the numbers is drawn at their edge, so that nothing leaves the chart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    numbers: (f64, f64),
    places: (f64, f64),
}

impl Scale {
    /// From these numbers to these places.
    pub(super) const fn new(numbers: (f64, f64), places: (f64, f64)) -> Self {
        Self { numbers, places }
    }

    /// The place of a number.
    pub(super) fn at(self, number: f64) -> f64 {
        let ((low, high), (start, end)) = (self.numbers, self.places);
        let part = (number - low) / (high - low);
        let part = if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            0.5
        };
        (end - start).mul_add(part, start)
    }
}

/// The numbers that an axis shows.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// The least and the most.
    pub(super) ends: (f64, f64),
    /// Those that are written beside it.
    pub(super) ticks: Vec<f64>,
    /// Places that these need.
    pub(super) places: usize,
}

/// Steps on an axis, at most.
const STEPS_MAX: f64 = 4.0;

impl Axis {
    /// An axis with round ends, with which all these numbers are on it; never beyond `bounds`.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>, bounds: (f64, f64)) -> Self {
        let ends = numbers
            .into_iter()
            .map(|number| number.clamp(bounds.0, bounds.1))
            .fold(None, |ends: Option<(f64, f64)>, number| {
                let (low, high) = ends.unwrap_or((number, number));
                Some((low.min(number), high.max(number)))
            });
        let (low, high) = ends.unwrap_or(bounds);
        // One number alone lies in the middle.
        let (low, high) = if high > low {
            (low, high)
        } else {
            (low - 1.0, high + 1.0)
        };
        let (step, places) = step(low.max(bounds.0), high.min(bounds.1));
        let low = ((low / step).floor() * step).max(bounds.0);
        let high = ((high / step).ceil() * step).min(bounds.1);
        Self {
            ends: (low, high),
            ticks: ticks(low, high, step),
            places,
        }
    }
}

/// The least round step with which there are not too many, and the places that it needs.
fn step(low: f64, high: f64) -> (f64, usize) {
    let mut power = 0.001;
    let mut places: usize = 3;
    loop {
        for digit in [1.0, 2.0, 5.0] {
            let step = digit * power;
            // The end of the loop: what can be counted is below 1e300.
            if (high - low) / step <= STEPS_MAX || power > 1e300 {
                return (step, places);
            }
        }
        power *= 10.0;
        places = places.saturating_sub(1);
    }
}

fn ticks(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil() * step;
    let mut ticks = vec![first];
    while let Some(last) = ticks.last().copied()
        // What adding up has lost is less than a hundredth of a step.
        && last + step <= high + step / 100.0
        && ticks.len() <= 8
    {
        ticks.push(last + step);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[f64], bounds: (f64, f64), ends: (f64, f64), ticks: usize) {
        let axis = Axis::of(numbers.iter().copied(), bounds);
        let is = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(
            is(axis.ends.0, ends.0) && is(axis.ends.1, ends.1),
            "{numbers:?}: {axis:?}"
        );
        assert_eq!(axis.ticks.len(), ticks, "{numbers:?}: {axis:?}");
    }

    #[test]
    fn an_axis_has_round_ends_and_few_ticks() {
        check(&[-20.2, 57.0], (-100.0, 100.0), (-40.0, 60.0), 6);
        check(&[61.0, 93.3], (0.0, 100.0), (60.0, 100.0), 5);
        check(&[0.051, 0.13], (0.0, 1.0), (0.04, 0.14), 6);
        check(&[5.0], (1.0, 7.0), (4.0, 6.0), 5);
        check(&[], (1.0, 7.0), (1.0, 7.0), 3);
        check(&[-300.0, 300.0], (-100.0, 100.0), (-100.0, 100.0), 5);
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let scale = Scale::new((0.0, 10.0), (100.0, 200.0));
        let places = [-5.0, 0.0, 5.0, 10.0, f64::MAX].map(|number| format!("{:.0}", scale.at(number)));
        assert_eq!(places, ["100", "100", "150", "200", "200"]);
        let nowhere = Scale::new((1.0, 1.0), (100.0, 200.0));
        assert_eq!(format!("{:.0}", nowhere.at(1.0)), "150");
    }
}
