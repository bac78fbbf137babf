//! Coverage: which kinds of data there are of each touchpoint and each segment, and what is missing first.

use crate::cli::client::report::page::{
    html::{Html, el, soft},
    names::{spaced, title},
    number::count,
    said::Said,
    table::Table,
};

/// The kinds of data, in the order in which reports name them.
const KINDS: [&str; 6] = [
    "behaviour",
    "transaction",
    "service",
    "attitude",
    "emotion",
    "situation",
];

/// The coverage of a report.
pub(super) fn coverage(report: Said<'_>) -> Html {
    let journeys = report.list("journeys").map(|journey| {
        let caption = format!("Data at the touchpoints of {}", spaced(journey.text("name")));
        kinds(journey, "touchpoints", "touchpoint", caption).or("It has no touchpoints.")
    });
    let segments = kinds(report, "segments", "name", "Data of the segments".to_owned());
    Html::from([
        first_missing(report.at("first_missing")),
        journeys.collect(),
        segments.or("The rules have no segment."),
    ])
}

/// What would tell most, if it were there.
pub(super) fn missing(said: Said<'_>) -> Option<Html> {
    let kind = spaced(said.text("kind"));
    (!said.is_nothing()).then(|| {
        Html::from([
            format!("Missing first: {kind} at ").into(),
            title(said.text("touchpoint")),
            " on ".into(),
            title(said.text("journey")),
            ".".into(),
        ])
    })
}

fn first_missing(said: Said<'_>) -> Html {
    let why = " It is the touchpoint that is met most, by how much it matters to customers.";
    match missing(said) {
        Some(missing) => el("p", &[], [missing, why.into()]),
        None => soft("Nothing is missing at any touchpoint that is met."),
    }
}

fn kinds(said: Said<'_>, list: &str, member: &str, caption: String) -> Table {
    let heads: Vec<&str> = [member].into_iter().chain(KINDS).collect();
    let mut table = Table::new(caption, &heads);
    for row in said.list(list) {
        let missing: Vec<&str> = row.texts("missing").collect();
        let cells = KINDS.iter().map(|kind| match missing.contains(kind) {
            true => el("span", &[("class", "missing")], "missing"),
            false => count(row.count(kind)).into(),
        });
        table.row(std::iter::once(title(row.text(member))).chain(cells));
    }
    table
}
