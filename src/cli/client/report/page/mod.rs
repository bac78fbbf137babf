//! The daily report as one page: owns [`page`], a function of what the service answered.
//!
//! The page needs nothing but itself: no script, no picture, no font from elsewhere; its policy forbids them. The same
//! answers give the same bytes: nothing here reads a clock. All that a service said is escaped by [`html`].
//!
//! | what | where |
//! |---|---|
//! | markup, and tables in it | [`html`], [`table`] |
//! | answers, and how names and numbers read | [`said`], [`survey`], [`days`], [`names`], [`number`] |
//! | what is drawn | [`scale`], [`chart`], [`trend`], [`ranges`], [`curve`], [`stages`], [`matrix`] |
//! | what is told | [`first`], [`scores`], [`feelings`], [`journey`], [`gap`], [`coverage`], [`contacts`], [`operations`], [`moves`], [`people`], [`teams`], [`trials`] |

mod chart;
mod contacts;
mod coverage;
mod curve;
mod days;
mod feelings;
mod first;
mod gap;
mod html;
mod journey;
mod matrix;
mod moves;
mod names;
mod number;
mod operations;
mod people;
mod ranges;
mod said;
mod scale;
mod scores;
mod stages;
mod survey;
mod table;
mod teams;
mod trend;
mod trials;

use serde_json::Value;

use crate::cli::client::report::page::{
    days::Days,
    html::{Html, el, leaf, soft, style},
    said::Said,
};

const STYLE: &str = include_str!("style.css");
/// What a browser may load for the page: nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// What the service answered, each as it did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reports<'a> {
    /// How the day was; by team, its scores stand beside what the teams did.
    pub(super) cx: &'a Value,
    /// The same of the days up to it.
    pub(super) trend: &'a Value,
    /// How customers fare on journeys.
    pub(super) journey: &'a Value,
    /// What is expected against what is observed.
    pub(super) gap: &'a Value,
    /// Which data there are.
    pub(super) coverage: &'a Value,
    /// How many are in each segment.
    pub(super) segments: &'a Value,
    /// What was decided about messages.
    pub(super) contacts: &'a Value,
}

/// A section: its id, its heading, and of which report, whose days it tells.
struct Section<'a>(&'static str, &'static str, Said<'a>, Html);

/// The page of a day.
pub(super) fn page(day: &str, reports: &Reports<'_>) -> String {
    let title = format!("How it was for customers on {day}");
    let sections = sections(reports);
    let links = sections.iter().map(|Section(id, heading, ..)| {
        let to = format!("#{id}");
        el("li", &[], el("a", &[("href", &to)], *heading))
    });
    let links: Html = links.collect();
    let told: Html = sections.into_iter().map(section).collect();
    let body = [
        el("header", &[], el("h1", &[], title.as_str())),
        el("nav", &[("aria-label", "Sections")], el("ul", &[], links)),
        el("main", &[], told),
        el(
            "footer",
            &[],
            soft("Days are in UTC. Intervals are of 95 %; n says of how many."),
        ),
    ];
    let page = [head(&title), el("body", &[], body)];
    el("html", &[("lang", "en")], page).document()
}

fn head(title: &str) -> Html {
    let meta = |name: &str, content: &str| leaf("meta", &[("name", name), ("content", content)]);
    let head = [
        leaf("meta", &[("charset", "utf-8")]),
        leaf(
            "meta",
            &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)],
        ),
        meta("viewport", "width=device-width, initial-scale=1"),
        meta("color-scheme", "light dark"),
        el("title", &[], title),
        style(STYLE),
    ];
    el("head", &[], head)
}

fn sections<'a>(reports: &Reports<'a>) -> [Section<'a>; 14] {
    let Reports {
        cx,
        trend,
        journey,
        gap,
        coverage,
        segments,
        contacts,
    } = *reports;
    let [cx, trend, journey, gap] = [cx, trend, journey, gap].map(Said::of);
    let [coverage, segments, contacts] = [coverage, segments, contacts].map(Said::of);
    let days = &Days::of(trend);
    [
        Section("first", "What stands out", cx, first::first(reports)),
        Section("scores", "Scores", cx, scores::scores(cx, trend, days)),
        Section(
            "feelings",
            "Feelings and what stood in the way",
            cx,
            feelings::feelings(cx, trend, days),
        ),
        Section("journeys", "Journeys", journey, journey::journeys(journey)),
        Section("gaps", "Gaps", gap, gap::gaps(gap)),
        Section("coverage", "Coverage", coverage, coverage::coverage(coverage)),
        Section(
            "contacts",
            "Messages held back",
            contacts,
            contacts::contacts(contacts),
        ),
        Section(
            "operations",
            "How customers were served",
            cx,
            operations::operations(cx, trend, days),
        ),
        Section("silent", "The silent ones", cx, people::silent(cx, trend, days)),
        Section(
            "follow-ups",
            "Open matters",
            cx,
            people::follow_ups(cx, trend, days),
        ),
        Section("training", "What to teach", trend, teams::training(trend)),
        Section("employees", "Employees", trend, teams::employees(trend)),
        Section("trials", "Trials", trend, trials::trials(trend)),
        Section("segments", "Segments", segments, people::segments(segments)),
    ]
}

fn section(Section(id, heading, report, inside): Section<'_>) -> Html {
    let days = match (report.text("from"), report.text("until")) {
        ("", _) => String::new(),
        (from, until) if from == until => from.to_owned(),
        (from, until) => format!("{from} to {until}"),
    };
    let name = format!("{id}-heading");
    let heading = [heading.into(), " ".into(), el("small", &[], days)];
    let heading = el("h2", &[("id", &name)], heading);
    el(
        "section",
        &[("id", id), ("aria-labelledby", &name)],
        [heading, inside],
    )
}

#[cfg(test)]
mod tests;
