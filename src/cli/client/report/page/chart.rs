//! The parts of which charts are drawn, as SVG inside of the page: owns [`Chart`] and [`Shape`].
//!
//! Colours are those of the style sheet, by classes, so that a chart is light, dark or printed as the page is.

use crate::cli::client::report::page::html::{Html, el, leaf};

/// How far a mark reaches around its place.
pub(super) const REACH: f64 = 6.0;

/// A chart: what it is called, what it shows in words, and its size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chart<'a> {
    /// Its id; no other chart of the page has it.
    pub(super) id: &'a str,
    /// Its class.
    pub(super) class: &'a str,
    /// Its title.
    pub(super) title: &'a str,
    /// The same in words, for who does not see it.
    pub(super) description: &'a str,
    /// Width and height of what is drawn.
    pub(super) size: (f64, f64),
}

impl Chart<'_> {
    /// The chart with what is drawn on it.
    pub(super) fn drawn(&self, inside: impl Into<Html>) -> Html {
        let [title, description] = ["title", "desc"].map(|part| format!("{}-{part}", self.id));
        let (width, height) = self.size;
        let attributes = [
            ("class", self.class),
            ("viewBox", &format!("0 0 {width} {height}")),
            ("role", "img"),
            ("aria-labelledby", &title),
            ("aria-describedby", &description),
        ];
        el(
            "svg",
            &attributes,
            [
                el("title", &[("id", &title)], self.title),
                el("desc", &[("id", &description)], self.description),
                inside.into(),
            ],
        )
    }
}

/// A form that is told from the others without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Usual.
    Dot,
    /// High.
    Up,
    /// Low.
    Down,
    /// Last.
    Square,
}

impl Shape {
    /// It, around a place.
    pub(super) fn drawn(self, class: &str, (x, y): (f64, f64)) -> Html {
        let corners: &[(f64, f64)] = match self {
            Self::Dot => {
                let attributes = [("class", class), ("cx", &place(x)), ("cy", &place(y)), ("r", "4")];
                return leaf("circle", &attributes);
            }
            Self::Up => &[(0.0, -REACH), (REACH, 4.5), (-REACH, 4.5)],
            Self::Down => &[(0.0, REACH), (REACH, -4.5), (-REACH, -4.5)],
            Self::Square => &[(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)],
        };
        let corners = corners.iter().map(|(right, below)| (x + right, y + below));
        many("polygon", class, corners)
    }
}

/// A place, as it is written.
pub(super) fn place(place: f64) -> String {
    format!("{place:.1}")
}

/// A line from one place to another.
pub(super) fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Html {
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(place);
    let attributes = [
        ("class", class),
        ("x1", &x1),
        ("y1", &y1),
        ("x2", &x2),
        ("y2", &y2),
    ];
    leaf("line", &attributes)
}

/// A `polyline` or a `polygon`.
pub(super) fn many(name: &'static str, class: &str, places: impl IntoIterator<Item = (f64, f64)>) -> Html {
    let places = places
        .into_iter()
        .map(|(x, y)| format!("{},{}", place(x), place(y)));
    let places = places.collect::<Vec<_>>().join(" ");
    leaf(name, &[("class", class), ("points", &places)])
}

/// A box by its corner above on the left, and its size.
pub(super) fn area(class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) -> Html {
    let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(place);
    let attributes = [
        ("class", class),
        ("x", &x),
        ("y", &y),
        ("width", &width),
        ("height", &height),
    ];
    leaf("rect", &attributes)
}

/// A text at a place: `anchor` says which part of it lies there: `start`, `middle` or `end`.
pub(super) fn words(anchor: &str, class: &str, (x, y): (f64, f64), words: &str) -> Html {
    let attributes = [
        ("class", class),
        ("text-anchor", anchor),
        ("x", &place(x)),
        ("y", &place(y)),
    ];
    el("text", &attributes, words)
}

/// The text with no more letters than these.
pub(super) fn shortened(text: &str, letters: usize) -> String {
    match text.chars().count() <= letters {
        true => text.to_owned(),
        false => {
            let kept = text.chars().take(letters.saturating_sub(1));
            kept.chain(['…']).collect()
        }
    }
}

/// A bar beside a number that says the same: who does not see it misses nothing.
pub(super) fn bar(class: &str, share: f64) -> Html {
    let width = share.clamp(0.0, 1.0) * 100.0;
    let attributes = [
        ("class", "bar"),
        ("viewBox", "0 0 100 8"),
        ("preserveAspectRatio", "none"),
        ("aria-hidden", "true"),
    ];
    el("svg", &attributes, area(class, (0.0, 0.0), (width, 8.0)))
}
