//! Trials: flows that are held back from some, so that their effect can be told.

use crate::cli::client::report::page::{
    html::{Html, el},
    names::{plain_name, title},
    number::{count, decimal, interval, known, signed},
    ranges::{Range, Ranges},
    said::Said,
    survey::SURVEYS,
    table::Table,
};

/// The trials of a report.
pub(super) fn trials(trend: Said<'_>) -> Html {
    let heads = [
        "flow",
        "treated",
        "orders per person",
        "held back",
        "orders per person",
        "difference",
        "95 %",
        "verdict",
        "scores",
    ];
    let mut table = Table::new("What flows bring", &heads).of_words();
    for trial in trend.list("trials") {
        let [treated, held_out] = ["treated", "held_out"].map(|arm| trial.at(arm));
        let each = |arm: Said<'_>| known(arm.number("orders_per_person"), |each| decimal(each, 3)).into();
        let (low, high) = (trial.number("difference_low"), trial.number("difference_high"));
        table.row([
            title(trial.text("flow")),
            count(treated.count("people")).into(),
            each(treated),
            count(held_out.count("people")).into(),
            each(held_out),
            known(trial.number("orders_per_person_difference"), |more| {
                signed(more, 3)
            })
            .into(),
            interval(low, high, |end| signed(end, 3)).into(),
            verdict(low, high).into(),
            scores(treated, held_out),
        ]);
    }
    let table = table.or("No flow is held back from anybody, so no effect can be told.");
    Html::from([ranges(trend), table])
}

fn verdict(low: Option<f64>, high: Option<f64>) -> &'static str {
    match (low, high) {
        (Some(low), _) if low > 0.0 => "brings orders",
        (_, Some(high)) if high < 0.0 => "costs orders",
        (Some(_), Some(_)) => "not told from chance",
        _ => "not known yet",
    }
}

fn scores(treated: Said<'_>, held_out: Said<'_>) -> Html {
    let lines = SURVEYS.iter().filter_map(|survey| {
        let [with, without] = [treated, held_out].map(|arm| survey.score(arm).map(|score| score.line()));
        let either = with.is_some() || without.is_some();
        let [with, without] = [with, without].map(|line| line.unwrap_or_else(|| "no answer".to_owned()));
        let told = format!("{}: {with}; held back: {without}", survey.title);
        either.then(|| el("div", &[], told))
    });
    lines.collect()
}

fn ranges(trend: Said<'_>) -> Html {
    let rows = trend.list("trials").filter_map(|trial| {
        Some(Range {
            name: plain_name(trial.text("flow")),
            value: trial.number("orders_per_person_difference")?,
            around: trial
                .number("difference_low")
                .zip(trial.number("difference_high")),
            enough: true,
        })
    });
    let ranges = Ranges {
        id: "trials",
        title: "More orders per person than without the flow",
        bounds: (-1e6, 1e6),
        written: &|more| signed(more, 3),
        with_zero: true,
        rows: rows.collect(),
    };
    ranges.drawn()
}
