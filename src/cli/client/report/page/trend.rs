//! A number over the days: owns [`Trend`], drawn as a line with the interval around it, with the same as a table.

use crate::cli::client::report::page::{
    chart::{Chart, line, many, place, words},
    html::{Html, el, leaf},
    number::{NONE, count, decimal, float, interval},
    scale::{Axis, Scale},
    table::Table,
};

const SIZE: (f64, f64) = (340.0, 170.0);
/// Where the numbers are drawn: left, right, top and bottom.
const PLOT: (f64, f64, f64, f64) = (46.0, 328.0, 12.0, 142.0);

/// A number over the days.
pub(super) struct Trend<'a> {
    /// The chart's id.
    pub(super) id: &'a str,
    /// What it is, as a heading.
    pub(super) title: &'a str,
    /// The days that are shown, from the first.
    pub(super) days: &'a [String],
    /// The least and the most that it can be.
    pub(super) bounds: (f64, f64),
    /// How it is written in the table.
    pub(super) written: &'a dyn Fn(f64) -> String,
    /// What is known, by the places of the days, the earliest first.
    pub(super) points: Vec<Point>,
}

/// The number of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// The place of the day.
    pub(super) day: usize,
    /// The number.
    pub(super) value: f64,
    /// The interval around it.
    pub(super) around: Option<(f64, f64)>,
    /// Of how many.
    pub(super) n: u64,
    /// Whether these are enough to go by.
    pub(super) enough: bool,
}

impl Trend<'_> {
    /// The chart and its table; a sentence where there is nothing to draw.
    pub(super) fn drawn(&self) -> Html {
        if self.points.is_empty() {
            let sentence = format!("{}: nothing on any of these days.", self.title);
            return el("p", &[("class", "soft")], sentence);
        }
        let chart = Chart {
            id: self.id,
            class: "small",
            title: self.title,
            description: &self.description(),
            size: SIZE,
        };
        let caption = el("figcaption", &[], self.title);
        el(
            "figure",
            &[],
            [caption, chart.drawn(self.lines()), self.table().folded()],
        )
    }

    fn description(&self) -> String {
        let told = |point: &Point| format!("{} on {}", (self.written)(point.value), self.day(point.day));
        let ends = [self.points.first(), self.points.last()].map(|point| point.map(told).unwrap_or_default());
        let by = |a: &&Point, b: &&Point| a.value.total_cmp(&b.value);
        let least = self.points.iter().min_by(by).map(told).unwrap_or_default();
        let most = self.points.iter().max_by(by).map(told).unwrap_or_default();
        let [first, last] = ends;
        format!("From {first} to {last}; at least {least}, at most {most}. The table below has every day.")
    }

    fn day(&self, day: usize) -> &str {
        self.days.get(day).map_or(NONE, String::as_str)
    }

    fn lines(&self) -> Html {
        let (left, right, top, bottom) = PLOT;
        let around = self.points.iter().filter_map(|point| point.around);
        let shown = self.points.iter().map(|point| point.value);
        let axis = Axis::of(
            shown.chain(around.flat_map(|(low, high)| [low, high])),
            self.bounds,
        );
        let last = float(self.days.len().saturating_sub(1)).max(1.0);
        let x = Scale::new((0.0, last), (left + 6.0, right - 6.0));
        let y = Scale::new(axis.ends, (bottom, top));
        let ticks = axis.ticks.iter().map(|tick| {
            let at = y.at(*tick);
            let number = decimal(*tick, axis.places);
            let number = words("end", "tick", (left - 6.0, at + 4.0), &number);
            Html::from([line("grid", (left, at), (right, at)), number])
        });
        let below = bottom + 20.0;
        let ends = [
            words("start", "tick", (left, below), self.day(0)),
            words(
                "end",
                "",
                (right, below),
                self.day(self.days.len().saturating_sub(1)),
            ),
        ];
        let unbroken = self.points.chunk_by(|a, b| b.day == a.day.saturating_add(1));
        let drawn = unbroken.map(|points| unbroken_line(points, x, y));
        let marks = self.points.iter().map(|point| self.mark(point, x, y));
        ticks.chain(ends).chain(drawn).chain(marks).collect()
    }

    /// Hollow where there are too few to go by; larger on the day of the page.
    fn mark(&self, point: &Point, x: Scale, y: Scale) -> Html {
        let is_last = point.day.saturating_add(1) == self.days.len();
        let attributes = [
            ("class", if point.enough { "day" } else { "day few" }),
            ("cx", &place(x.at(float(point.day)))),
            ("cy", &place(y.at(point.value))),
            ("r", if is_last { "5" } else { "2.5" }),
        ];
        leaf("circle", &attributes)
    }

    /// Every day; with the interval where any is known.
    fn table(&self) -> Table {
        let is_around = self.points.iter().any(|point| point.around.is_some());
        let around = is_around.then_some("95 %");
        let heads: Vec<&str> = ["day", "value", "n"].into_iter().chain(around).collect();
        let mut table = Table::new(format!("{}, by day", self.title), &heads);
        for point in &self.points {
            let (low, high) = point.around.unzip();
            let cells = [
                self.day(point.day).into(),
                (self.written)(point.value).into(),
                count(point.n).into(),
            ];
            let around = is_around.then(|| interval(low, high, self.written).into());
            table.row(cells.into_iter().chain(around));
        }
        table
    }
}

/// Days that follow each other: the interval as an area with edges, the numbers as a line.
fn unbroken_line(points: &[Point], x: Scale, y: Scale) -> Html {
    let at = |point: &Point, value: f64| (x.at(float(point.day)), y.at(value));
    let around = points.iter().filter_map(|point| Some((point, point.around?)));
    let low: Vec<_> = around.clone().map(|(point, (low, _))| at(point, low)).collect();
    let high: Vec<_> = around.map(|(point, (_, high))| at(point, high)).collect();
    let area = low.iter().chain(high.iter().rev()).copied();
    Html::from([
        many("polygon", "band", area),
        many(
            "polyline",
            "line",
            points.iter().map(|point| at(point, point.value)),
        ),
    ])
}
