//! Those who serve: what they should be taught, and how content they are.

use crate::cli::client::report::page::{
    html::{Html, el},
    names::{plain_name, title},
    number::{count, decimal, interval, known, percent, ratio},
    ranges::{Range, Ranges},
    said::Said,
    table::Table,
};

/// Causes for which customers had to come back.
pub(super) fn training(trend: Said<'_>) -> Html {
    let heads = ["team", "cause", "contacts", "repeated", "of them"];
    let mut table = Table::new("Causes for which customers had to get in touch again", &heads).of_words();
    for need in trend.list("training") {
        let (contacts, repeated) = (need.count("contacts"), need.count("repeated"));
        table.row([
            title(need.text("team")),
            title(need.text("cause")),
            count(contacts).into(),
            count(repeated).into(),
            percent(ratio(repeated, contacts)).into(),
        ]);
    }
    table.or("For no cause did customers have to come back to a team three times.")
}

/// How content those who serve are.
pub(super) fn employees(trend: Said<'_>) -> Html {
    let written = |mean: f64| decimal(mean, 2);
    let mut table = Table::new(
        "How content employees are, 0 to 10",
        &["team", "mean", "95 %", "n"],
    );
    for team in trend.list("employees") {
        table.row([
            title(team.text("team")),
            known(team.number("mean"), written).into(),
            interval(team.number("low"), team.number("high"), written).into(),
            count(team.count("n")).into(),
        ]);
    }
    let rows = trend.list("employees").filter_map(|team| {
        Some(Range {
            name: plain_name(team.text("team")),
            value: team.number("mean")?,
            around: team.number("low").zip(team.number("high")),
            enough: true,
        })
    });
    let ranges = Ranges {
        id: "employees",
        title: "How content employees are, by team",
        bounds: (0.0, 10.0),
        written: &written,
        with_zero: false,
        rows: rows.collect(),
    };
    let table = table.or("No employee said how content they are.");
    el("div", &[("class", "grid")], [ranges.drawn(), table])
}
