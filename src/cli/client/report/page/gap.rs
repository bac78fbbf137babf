//! Gaps: what customers meet against what was meant, by how much it matters to them.

use crate::cli::client::report::page::{
    html::{Html, el, soft},
    matrix,
    names::{spaced, title},
    number::{self, NONE, count, decimal, interval, known, signed},
    said::Said,
    table::Table,
};

/// What the verdicts are called, the worst first.
const VERDICTS: [(&str, &str); 5] = [
    ("unacceptable", "less than is acceptable"),
    ("below_plan", "less than was meant"),
    ("over_served", "more than was meant, where it matters little"),
    ("as_planned", "as was meant"),
    ("unmeasured", "not measured"),
];

/// A touchpoint's observed less its expected, where both are known.
pub(super) fn difference(point: Said<'_>) -> Option<f64> {
    Some(point.number("observed")? - point.number("expected")?)
}

/// The gaps of all journeys.
pub(super) fn gaps(report: Said<'_>) -> Html {
    let journeys = report.list("journeys").enumerate();
    let told: Html = journeys.map(|(place, journey)| told(place, journey)).collect();
    match told.is_empty() {
        true => soft("The rules have no journey, so nothing is expected of any touchpoint."),
        false => told,
    }
}

fn told(place: usize, journey: Said<'_>) -> Html {
    let matrix = matrix::chart(place, journey);
    let matrix = match matrix.is_empty() {
        true => soft("No touchpoint has both what was meant and what was observed."),
        false => matrix,
    };
    Html::from([
        el("h3", &[], title(journey.text("name"))),
        el("div", &[("class", "grid")], [matrix, verdicts(journey)]),
        table(journey).or("It has no touchpoints."),
    ])
}

/// Which touchpoints are how, by verdict.
fn verdicts(journey: Said<'_>) -> Html {
    let listed = VERDICTS.iter().filter_map(|(verdict, says)| {
        let points = journey
            .list("touchpoints")
            .filter(|point| point.text("verdict") == *verdict);
        let names: Vec<String> = points.map(|point| spaced(point.text("touchpoint"))).collect();
        let many = count(u64::try_from(names.len()).unwrap_or(u64::MAX));
        let told = el("dt", &[("class", verdict)], format!("{says} ({many})"));
        (!names.is_empty()).then(|| Html::from([told, el("dd", &[], names.join(", "))]))
    });
    el("dl", &[], listed.collect::<Html>())
}

fn table(journey: Said<'_>) -> Table {
    let heads = [
        "no. and touchpoint",
        "stage",
        "observed",
        "95 %",
        "n",
        "expected",
        "acceptable",
        "difference",
        "verdict",
    ];
    let heads = heads.into_iter().chain(["matters to customers", "to the house"]);
    // Columns of what few ask for are there only where there is something in them.
    let any = |is: fn(Said<'_>) -> bool| journey.list("touchpoints").any(is);
    let is_beside = any(|point| !point.at("beside").is_nothing()).then_some("before");
    let is_compared = any(|point| point.list("benchmarks").next().is_some()).then_some("others");
    let heads: Vec<&str> = heads.chain(is_beside).chain(is_compared).collect();
    let caption = format!("Touchpoints of {}, 0 to 100", spaced(journey.text("name")));
    let mut table = Table::new(caption, &heads).of_words();
    for (place, point) in journey.list("touchpoints").enumerate() {
        let beside = is_beside.map(|_| before(point.at("beside")).into());
        let compared = is_compared.map(|_| others(point));
        table.row(cells(place, point).into_iter().chain(beside).chain(compared));
    }
    table
}

fn cells(place: usize, point: Said<'_>) -> [Html; 11] {
    let of = |said: Said<'_>, member: &str, places| {
        Html::from(known(said.number(member), |it| decimal(it, places)))
    };
    let (number, importance) = (format!("{} ", place.saturating_add(1)), point.at("importance"));
    [
        Html::from([number.into(), title(point.text("touchpoint"))]),
        title(point.text("stage")),
        of(point, "observed", 1),
        interval(point.number("low"), point.number("high"), |end| decimal(end, 1)).into(),
        count(point.count("n")).into(),
        of(point, "expected", 0),
        of(point, "acceptable", 0),
        known(difference(point), |it| signed(it, 1)).into(),
        verdict(point.text("verdict")).into(),
        of(importance, "customer", 0),
        of(importance, "company", 0),
    ]
}

fn verdict(verdict: &str) -> String {
    let says = VERDICTS.iter().find(|(name, _)| *name == verdict);
    says.map_or_else(|| spaced(verdict), |(_, says)| (*says).to_owned())
}

fn before(beside: Said<'_>) -> String {
    match beside.number("observed") {
        None => NONE.to_owned(),
        Some(observed) => {
            let change = known(beside.number("change"), |change| signed(change, 1));
            let n = number::of(beside.count("n"));
            format!("{}, {n}; since then {change}", decimal(observed, 1))
        }
    }
}

fn others(point: Said<'_>) -> Html {
    let each = point.list("benchmarks").map(|other| {
        let observed = known(other.number("observed"), |it| decimal(it, 0));
        let ahead = known(other.number("difference"), |it| signed(it, 1));
        el(
            "div",
            &[],
            [
                title(other.text("name")),
                format!(" {observed}; against it {ahead}").into(),
            ],
        )
    });
    each.collect()
}
