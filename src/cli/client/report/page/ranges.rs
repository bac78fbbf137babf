//! Several numbers below each other, each with its interval: owns [`Ranges`].

use crate::cli::client::report::page::{
    chart::{Chart, Shape, line, shortened, words},
    html::{Html, el},
    number::{decimal, float},
    scale::{Axis, Scale},
};

/// Rows that are drawn, at most; a table has them all.
const ROWS_MAX: usize = 12;
const WIDTH: f64 = 340.0;
const ROW: f64 = 37.0;
/// Left and right of what is drawn.
const PLOT: (f64, f64) = (2.0, 338.0);
const LETTERS_MAX: usize = 40;

/// Numbers with their intervals.
pub(super) struct Ranges<'a> {
    /// The chart's id.
    pub(super) id: &'a str,
    /// What it is, as a heading.
    pub(super) title: &'a str,
    /// The least and the most that it can be.
    pub(super) bounds: (f64, f64),
    /// How a number is written.
    pub(super) written: &'a dyn Fn(f64) -> String,
    /// Whether nothing is a number that each is compared with.
    pub(super) with_zero: bool,
    /// What is drawn, from above.
    pub(super) rows: Vec<Range>,
}

/// A number and what it is of.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// Of what.
    pub(super) name: String,
    /// The number.
    pub(super) value: f64,
    /// Its interval.
    pub(super) around: Option<(f64, f64)>,
    /// Whether it is to be believed.
    pub(super) enough: bool,
}

impl Ranges<'_> {
    /// The chart; nothing where there are no rows.
    pub(super) fn drawn(&self) -> Html {
        if self.rows.is_empty() {
            return Html::NONE;
        }
        let rows = self.rows.iter().take(ROWS_MAX);
        let told = rows.map(|row| format!("{} {}", row.name, (self.written)(row.value)));
        let description = format!(
            "{}. The table has all of them.",
            told.collect::<Vec<_>>().join("; ")
        );
        let bottom = ROW.mul_add(float(self.rows.len().min(ROWS_MAX)), 6.0);
        let chart = Chart {
            id: self.id,
            class: "small",
            title: self.title,
            description: &description,
            size: (WIDTH, bottom + 22.0),
        };
        let caption = el("figcaption", &[], self.title);
        el("figure", &[], [caption, chart.drawn(self.lines(bottom))])
    }

    fn lines(&self, bottom: f64) -> Html {
        let rows = || self.rows.iter().take(ROWS_MAX);
        let around = rows()
            .filter_map(|row| row.around)
            .flat_map(|(low, high)| [low, high]);
        let zero = self.with_zero.then_some(0.0);
        let axis = Axis::of(rows().map(|row| row.value).chain(around).chain(zero), self.bounds);
        let (left, right) = PLOT;
        let x = Scale::new(axis.ends, (left + 10.0, right - 10.0));
        let ticks = axis.ticks.iter().map(|tick| {
            let at = x.at(*tick);
            let is_zero = self.with_zero && tick.abs() < f64::EPSILON;
            let number = words(
                "middle",
                "tick",
                (at, bottom + 16.0),
                &decimal(*tick, axis.places),
            );
            Html::from([
                line(if is_zero { "zero" } else { "grid" }, (at, 2.0), (at, bottom)),
                number,
            ])
        });
        let drawn = rows().enumerate().map(|(place, row)| {
            let above = ROW * float(place);
            drawn_row(row, x, above)
        });
        ticks.chain(drawn).collect()
    }
}

fn drawn_row(row: &Range, x: Scale, above: f64) -> Html {
    let y = above + 23.0;
    let name = shortened(&row.name, LETTERS_MAX);
    let around = row.around.map(|(low, high)| {
        let (low, high) = (x.at(low), x.at(high));
        let ends = [low, high].map(|end| line("whisker", (end, y - 4.0), (end, y + 4.0)));
        Html::from([line("whisker", (low, y), (high, y)), Html::from(ends)])
    });
    let class = if row.enough { "dot" } else { "dot few" };
    Html::from([
        words("start", "label", (PLOT.0, above + 13.0), &name),
        around.unwrap_or_default(),
        Shape::Dot.drawn(class, (x.at(row.value), y)),
    ])
}
