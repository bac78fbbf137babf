//! Customers by what is to be done for them: segments, those who leave without complaint, and matters that somebody sees to.

use crate::cli::client::report::page::{
    days::Days,
    html::{Html, el, soft},
    names::title,
    number::{NONE, count, duration, known, percent},
    said::Said,
    table::{Table, with_bar},
};

/// Who leaves without complaint.
pub(super) fn silent(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Html {
    let heads = ["segment", "in it", "came in on this day", &format!("in {days}")];
    let mut table = Table::new("Who leaves without complaint", &heads);
    for segment in cx.list("silent") {
        let name = segment.text("segment");
        let before = trend.named("silent", "segment", name);
        table.row([
            title(name),
            count(segment.count("members")).into(),
            count(segment.count("entered")).into(),
            before
                .map_or(NONE.to_owned(), |before| count(before.count("entered")))
                .into(),
        ]);
    }
    table.or("No segment of the rules is of those who leave without complaint.")
}

/// Matters that were given to somebody.
pub(super) fn follow_ups(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Html {
    let members = [
        ("opened", "opened"),
        ("closed", "closed"),
        ("open", "more opened than closed"),
    ];
    let of = [cx, trend].map(|of| of.at("follow_ups"));
    if of
        .iter()
        .all(|of| members.iter().all(|(member, _)| of.count(member) == 0))
    {
        return soft("No matter was given to anybody.");
    }
    let heads = ["matters", "this day", &days.to_string()];
    let mut table = Table::new("Matters that somebody sees to", &heads);
    for (member, called) in members {
        table.row(std::iter::once(called.into()).chain(of.map(|of| count(of.count(member)).into())));
    }
    let took = of.map(|of| known(of.number("close_mean_s"), duration).into());
    table.row(std::iter::once("mean time until closed".into()).chain(took));
    table.drawn()
}

/// How many are in each segment.
pub(super) fn segments(report: Said<'_>) -> Html {
    let all = report.number("profiles").map(|_| report.count("profiles"));
    let most = report
        .list("segments")
        .map(|segment| segment.count("members"))
        .max();
    let mut table = Table::new("Customers by segment", &["segment", "customers", "of all"]);
    for segment in report.list("segments") {
        let members = segment.count("members");
        table.row([
            title(segment.text("name")),
            with_bar(&count(members), members, most.unwrap_or_default()),
            known(segment.number("share"), percent).into(),
        ]);
    }
    let all = all.map_or(Html::NONE, |all| {
        el("p", &[], format!("There are {} customers.", count(all)))
    });
    Html::from([all, table.or("The rules have no segment.")])
}
