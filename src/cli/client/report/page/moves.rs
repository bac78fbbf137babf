//! Which operating figure moves with which score: rank correlations over days.

use crate::cli::client::report::page::{
    html::{Html, el, soft},
    number::{NONE, count, float, interval, signed},
    operations::FIGURES,
    said::Said,
    survey::{SURVEYS, Survey},
    table::Table,
};

/// Of what is spread normally, 95 of 100 lie within so many standard deviations.
const NORMAL_95: f64 = 1.96;

/// The correlations of a report.
pub(super) fn moves(trend: Said<'_>) -> Html {
    let heads: Vec<&str> = ["figure"]
        .into_iter()
        .chain(SURVEYS.map(|survey| survey.title))
        .collect();
    let mut table = Table::new(
        "Rank correlation, −1 to +1, over the days on which both are known",
        &heads,
    );
    for figure in FIGURES {
        let cells = SURVEYS.map(|survey| match found(trend, figure.member, survey) {
            None => NONE.into(),
            Some(Move { correlation, days }) => {
                let (low, high) = around(correlation, days).unzip();
                let around = interval(low, high, |end| signed(end, 2));
                format!("{} ({around}), {} days", signed(correlation, 2), count(days)).into()
            }
        });
        table.row(std::iter::once(figure.title.into()).chain(cells));
    }
    let is_known = trend
        .list("moves")
        .any(|one| one.number("rank_correlation").is_some());
    match is_known {
        false => soft("Too few days have both a figure and a score."),
        true => Html::from([sentences(trend), table.of_words().drawn()]),
    }
}

#[derive(Clone, Copy, Debug)]
struct Move {
    correlation: f64,
    days: u64,
}

fn found(trend: Said<'_>, figure: &str, survey: Survey) -> Option<Move> {
    let mut all = trend.list("moves");
    let found = all.find(|one| one.text("figure") == figure && one.text("style") == survey.style)?;
    Some(Move {
        correlation: found.number("rank_correlation")?.clamp(-1.0, 1.0),
        days: found.count("days"),
    })
}

/// The interval around a rank correlation: Fisher's transformation, with the variance of ranks.
fn around(correlation: f64, days: u64) -> Option<(f64, f64)> {
    let free = float(usize::try_from(days.checked_sub(3)?).ok()?);
    let reach = NORMAL_95 * (1.06 / free).sqrt();
    let middle = correlation.clamp(-0.999, 0.999).atanh();
    (free > 0.0).then(|| ((middle - reach).tanh(), (middle + reach).tanh()))
}

/// What surely moves together: where the interval of a correlation holds no zero.
fn sentences(trend: Said<'_>) -> Html {
    let told = FIGURES.iter().flat_map(|figure| {
        let sure = SURVEYS.map(|survey| {
            let Move { correlation, days } = found(trend, figure.member, survey)?;
            let (low, high) = around(correlation, days)?;
            let is_sure = low > 0.0 || high < 0.0;
            is_sure.then_some((correlation > 0.0, survey.title))
        });
        [false, true].map(|rises| {
            let titles = sure.iter().flatten().filter(|(direction, _)| *direction == rises);
            let titles: Vec<&str> = titles.map(|(_, title)| *title).collect();
            together(figure.title, &titles, rises)
        })
    });
    let told: Html = told.flatten().collect();
    match told.is_empty() {
        true => soft("No figure moves so clearly with a score that chance is ruled out."),
        false => Html::from([
            el("ul", &[], told),
            soft("What moves together need not be cause and effect."),
        ]),
    }
}

fn together(figure: &str, scores: &[&str], rises: bool) -> Option<Html> {
    let (last, before) = scores.split_last()?;
    let sentence = match (before.is_empty(), rises) {
        (true, true) => format!("As {figure} rises, {last} rises."),
        (true, false) => format!("As {figure} rises, {last} falls."),
        (false, true) => format!("As {figure} rises, {} and {last} rise.", before.join(", ")),
        (false, false) => format!("As {figure} rises, {} and {last} fall.", before.join(", ")),
    };
    Some(el("li", &[], sentence))
}
