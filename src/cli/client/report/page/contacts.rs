//! Contacts: what was decided about messages, and why some were held back.

use crate::cli::client::report::page::{
    html::{Html, el, soft},
    names::{spaced, title},
    number::{count, known, percent},
    said::Said,
    table::{Table, with_bar},
};

/// What is counted, and what that is called.
const COUNTS: [(&str, &str, &str); 6] = [
    ("allow", "allowed", "allow_rate"),
    ("hold", "held", "hold_rate"),
    ("suppress", "suppressed", "suppress_rate"),
    ("sent", "sent", ""),
    ("failed", "failed", "failure_rate"),
    ("unanswered", "nobody said", "unanswered_rate"),
];

/// The contacts of a report.
pub(super) fn contacts(report: Said<'_>) -> Html {
    let total = report.at("total");
    let decided = total.count("decided");
    let is_nothing = COUNTS.iter().all(|(member, ..)| total.count(member) == 0);
    if is_nothing {
        return soft("Nothing was decided about any message.");
    }
    let tiles = COUNTS.iter().map(|(member, called, rate)| {
        let rate = known(total.number(rate), percent);
        let tile = [
            el("dt", &[], *called),
            el("dd", &[], count(total.count(member))),
            soft_dd(&rate),
        ];
        el("div", &[("class", "tile")], tile)
    });
    Html::from([
        el(
            "p",
            &[],
            format!("It was decided about {} messages.", count(decided)),
        ),
        el("dl", &[("class", "tiles")], tiles.collect::<Html>()),
        reasons(report).or("Nothing was held back."),
        by(report).or("It is told by no groups."),
    ])
}

fn soft_dd(rate: &str) -> Html {
    el("dd", &[("class", "soft")], rate)
}

/// Why messages were held or suppressed, the most frequent first, as the service says it.
fn reasons(report: Said<'_>) -> Table {
    let held = || {
        report
            .list("reasons")
            .filter(|reason| reason.text("decision") != "allow")
    };
    let most = held()
        .map(|reason| reason.count("count"))
        .max()
        .unwrap_or_default();
    let mut table = Table::new(
        "What was held back, and why",
        &["reason", "decision", "rule", "count", "of all"],
    )
    .of_words();
    for reason in held() {
        let many = reason.count("count");
        table.row([
            title(reason.text("reason")),
            spaced(reason.text("decision")).into(),
            spaced(reason.text("rule")).into(),
            with_bar(&count(many), many, most),
            known(reason.number("share"), percent).into(),
        ]);
    }
    table
}

fn by(report: Said<'_>) -> Table {
    let by = report.text("by");
    let heads: Vec<&str> = [by]
        .into_iter()
        .chain(COUNTS.map(|(_, called, _)| called))
        .collect();
    let mut table = Table::new(format!("Messages by {by}"), &heads);
    for group in report.list("groups") {
        let counts = COUNTS
            .iter()
            .map(|(member, ..)| count(group.count(member)).into());
        table.row(std::iter::once(title(group.text("name"))).chain(counts));
    }
    table
}
