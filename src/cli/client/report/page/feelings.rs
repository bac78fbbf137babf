//! How customers felt, and what stood in their way.

use crate::cli::client::report::page::{
    days::Days,
    html::{Html, el, soft},
    names::title,
    number::{count, interval, of, signed},
    said::Said,
    table::{Table, with_bar},
};

/// The feelings of the day beside those of its days before, and the frictions of the day.
pub(super) fn feelings(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Html {
    let sentence = match (mean(cx), mean(trend)) {
        (None, None) => soft("Nobody said how they felt."),
        (None, Some(before)) => soft(&format!(
            "Nobody said on this day how they felt; from −1 to +1, over {days} they felt {before}."
        )),
        (Some(today), None) => el("p", &[], format!("From −1 to +1, customers felt {today}.")),
        (Some(today), Some(before)) => el(
            "p",
            &[],
            format!("From −1 to +1, customers felt {today}; over {days} {before}."),
        ),
    };
    let emotions = counted(cx.at("feelings"), "emotions", "name", "What they called it");
    let frictions = counted(cx, "frictions", "kind", "What stood in their way");
    let tables = [
        emotions.or("Nobody had a word for how they felt."),
        frictions.or("Nothing stood in anybody's way."),
    ];
    Html::from([sentence, el("div", &[("class", "grid")], tables)])
}

fn mean(report: Said<'_>) -> Option<String> {
    let feelings = report.at("feelings");
    let mean = signed(feelings.number("mean")?, 2);
    let around = interval(feelings.number("low"), feelings.number("high"), |end| {
        signed(end, 2)
    });
    Some(format!("{mean} (95 %: {around}; {})", of(feelings.count("n"))))
}

/// Names with counts.
fn counted(said: Said<'_>, list: &str, member: &str, caption: &str) -> Table {
    let most = said.list(list).map(|item| item.count("count")).max();
    let mut table = Table::new(caption, &["what", "count"]);
    for item in said.list(list) {
        let many = item.count("count");
        let bar = with_bar(&count(many), many, most.unwrap_or_default());
        table.row([title(item.text(member)), bar]);
    }
    table
}
