//! The curve of a journey: the effect of each touchpoint, in the order in which customers meet them.

use crate::cli::client::report::page::{
    chart::{Chart, Shape, area, line, many, shortened, words},
    html::{Html, el},
    names::spaced,
    number::{float, of, signed, whole},
    said::Said,
    scale::Scale,
};

const SIZE: (f64, f64) = (480.0, 262.0);
/// Where effects are drawn: left, right, top and bottom.
const PLOT: (f64, f64, f64, f64) = (44.0, 472.0, 46.0, 208.0);
/// Touchpoints whose numbers are written below, at most: more would run into each other.
const NUMBERS_MAX: usize = 12;
/// The width of a letter where the page is narrow and letters are largest.
const LETTER: f64 = 10.0;

/// The place of the touchpoint that a journey ends with.
pub(super) fn end(journey: Said<'_>) -> Option<usize> {
    let name = journey.at("peak_end").text("end_touchpoint");
    let points = journey.list("curve").enumerate();
    let named = points.filter(|(_, point)| !name.is_empty() && point.text("touchpoint") == name);
    named.last().map(|(place, _)| place)
}

/// The chart; nothing where no effect is known.
pub(super) fn chart(place: usize, journey: Said<'_>) -> Html {
    let curve = Curve::of(journey);
    if curve.known().next().is_none() {
        return Html::NONE;
    }
    let title = format!("How customers fare on {}", spaced(journey.text("name")));
    let chart = Chart {
        id: &format!("curve-{place}"),
        class: "wide",
        title: &title,
        description: &curve.description(),
        size: SIZE,
    };
    let key = "From −1 to +1, by the numbers of the table below. Triangles are highs and lows, the square is the end.";
    let inside = [
        el("figcaption", &[], title.as_str()),
        chart.drawn(curve.drawn()),
        el("p", &[("class", "soft")], key),
    ];
    el("figure", &[], inside)
}

struct Curve<'a> {
    points: Vec<Said<'a>>,
    end: Option<usize>,
    x: Scale,
    y: Scale,
}

impl<'a> Curve<'a> {
    fn of(journey: Said<'a>) -> Self {
        let points: Vec<_> = journey.list("curve").collect();
        let (left, right, top, bottom) = PLOT;
        let last = float(points.len().saturating_sub(1));
        Self {
            points,
            end: end(journey),
            x: Scale::new((0.0, last), (left + 16.0, right - 16.0)),
            y: Scale::new((-1.0, 1.0), (bottom, top)),
        }
    }

    /// The touchpoints of which an effect is known.
    fn known(&self) -> impl Iterator<Item = (usize, Said<'a>, f64)> {
        let points = self.points.iter().enumerate();
        points.filter_map(|(place, point)| Some((place, *point, point.number("effect")?)))
    }

    fn description(&self) -> String {
        let told = self.known().map(|(place, point, effect)| {
            let name = spaced(point.text("touchpoint"));
            format!(
                "{name} {}, {}{}",
                signed(effect, 2),
                of(point.count("n")),
                self.mark(place, point)
            )
        });
        format!("{}.", told.collect::<Vec<_>>().join("; "))
    }

    fn mark(&self, place: usize, point: Said<'_>) -> String {
        let is_end = self.end == Some(place);
        match (point.text("kind"), is_end) {
            ("", false) => String::new(),
            ("", true) => " (end)".to_owned(),
            (kind, false) => format!(" ({kind})"),
            (kind, true) => format!(" ({kind}, end)"),
        }
    }

    fn drawn(&self) -> Html {
        let at = |(place, _, effect): (usize, Said<'a>, f64)| (self.x.at(float(place)), self.y.at(effect));
        let marks = self.known().map(|one| self.marked(one, at(one)));
        Html::from([
            self.stages(),
            self.axis(),
            many("polyline", "line", self.known().map(at)),
            marks.collect(),
        ])
    }

    fn axis(&self) -> Html {
        let (left, right, _, bottom) = PLOT;
        let ticks = [(-1.0, "−1", "grid"), (0.0, "0", "zero"), (1.0, "+1", "grid")];
        let ticks = ticks.map(|(effect, number, class)| {
            let at = self.y.at(effect);
            let number = words("end", "tick", (left - 8.0, at + 5.0), number);
            Html::from([line(class, (left, at), (right, at)), number])
        });
        let every = self.points.len().div_ceil(NUMBERS_MAX).max(1);
        let numbers = (0..self.points.len()).step_by(every).map(|place| {
            let number = place.saturating_add(1).to_string();
            words(
                "middle",
                "tick",
                (self.x.at(float(place)), bottom + 46.0),
                &number,
            )
        });
        ticks.into_iter().chain(numbers).collect()
    }

    /// Every other stage has another ground; its name stands above, as far as there is room.
    fn stages(&self) -> Html {
        let (left, right, top, bottom) = PLOT;
        let mut start = 0_usize;
        let stages = self.points.chunk_by(|a, b| a.text("stage") == b.text("stage"));
        let drawn = stages.enumerate().map(|(place, points)| {
            let from = start;
            start = start.saturating_add(points.len());
            let edge = |before: usize| match before {
                0 => left,
                all if all >= self.points.len() => right,
                between => self.x.at(float(between) - 0.5),
            };
            let (from, until) = (edge(from), edge(start));
            let ground = area("stage", (from, 2.0), (until - from, bottom + 50.0));
            let letters = whole((until - from) / LETTER).unwrap_or_default();
            let name = points
                .first()
                .map(|point| spaced(point.text("stage")))
                .unwrap_or_default();
            Html::from([
                if place % 2 == 0 { ground } else { Html::NONE },
                words(
                    "middle",
                    "soft",
                    (f64::midpoint(from, until), top - 28.0),
                    &shortened(&name, usize::try_from(letters).unwrap_or_default()),
                ),
            ])
        });
        drawn.collect()
    }

    fn marked(&self, (place, point, _): (usize, Said<'a>, f64), (x, y): (f64, f64)) -> Html {
        let is_end = self.end == Some(place);
        let (shape, class) = match point.text("kind") {
            "high" => (Shape::Up, "high"),
            "low" => (Shape::Down, "low"),
            _ if is_end => (Shape::Square, "end"),
            _ => return Shape::Dot.drawn("dot", (x, y)),
        };
        let name = shortened(&spaced(point.text("touchpoint")), 16);
        let label = if is_end { format!("{name} (end)") } else { name };
        let (left, right, ..) = PLOT;
        let anchor = match (x - left) / (right - left) {
            near if near < 0.25 => "start",
            far if far > 0.75 => "end",
            _ => "middle",
        };
        let below = if shape == Shape::Down { 23.0 } else { -11.0 };
        Html::from([
            shape.drawn(class, (x, y)),
            words(anchor, "mark", (x, y + below), &label),
        ])
    }
}
