//! What stands out: the few sentences that are read first.

use crate::cli::client::report::page::{
    Reports,
    coverage::missing,
    days::Days,
    html::{Html, el, soft},
    names::title,
    number::{count, decimal, known, of},
    said::Said,
    survey::SURVEYS,
};

/// Touchpoints that are named, at most.
const TOUCHPOINTS_MAX: usize = 5;

/// What stands out of all reports.
pub(super) fn first(reports: &Reports<'_>) -> Html {
    let [cx, trend, journey, gap, coverage] = [
        reports.cx,
        reports.trend,
        reports.journey,
        reports.gap,
        reports.coverage,
    ]
    .map(Said::of);
    let mut told = scores(cx, trend);
    told.extend(unacceptable(gap));
    told.extend(journey.list("journeys").filter_map(lost));
    told.extend(follow_ups(trend));
    told.extend(missing(coverage.at("first_missing")));
    let told = told.into_iter().map(|sentence| el("li", &[], sentence));
    let told: Html = told.collect();
    match told.is_empty() {
        true => soft("Nothing stands out."),
        false => el("ul", &[("class", "first")], told),
    }
}

/// Scores of which not even the interval reaches what they are over the days.
fn scores(cx: Said<'_>, trend: Said<'_>) -> Vec<Html> {
    let apart = SURVEYS.iter().filter_map(|survey| {
        let (today, before) = (survey.score(cx)?, survey.score(trend)?);
        let (low, high) = today.around()?;
        let than = match (low > before.value, high < before.value) {
            (true, _) => "higher",
            (_, true) => "lower",
            _ => return None,
        };
        let usual = survey.written(before.value);
        let sentence = format!(
            "{} is {than} than its usual {usual}: {}.",
            survey.title,
            today.line()
        );
        today.is_enough().then(|| sentence.into())
    });
    apart.collect()
}

fn unacceptable(gap: Said<'_>) -> Vec<Html> {
    let points = gap
        .list("journeys")
        .flat_map(|journey| journey.list("touchpoints").map(move |point| (journey, point)));
    let mut worst: Vec<_> = points
        .filter_map(|(journey, point)| Some((short(point)?, journey, point)))
        .collect();
    worst.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let told = worst
        .into_iter()
        .take(TOUCHPOINTS_MAX)
        .map(|(_, journey, point)| {
            let observed = known(point.number("observed"), |it| decimal(it, 1));
            let acceptable = known(point.number("acceptable"), |it| decimal(it, 0));
            let n = of(point.count("n"));
            Html::from([
                title(point.text("touchpoint")),
                " on ".into(),
                title(journey.text("name")),
                format!(" is at {observed} of 100 ({n}); {acceptable} is the least that is acceptable.")
                    .into(),
            ])
        });
    told.collect()
}

/// By how much a touchpoint is less than acceptable, where not even its interval reaches that.
fn short(point: Said<'_>) -> Option<f64> {
    let acceptable = point.number("acceptable")?;
    let is_clear = point.text("verdict") == "unacceptable" && point.number("high")? < acceptable;
    is_clear.then_some(acceptable - point.number("observed")?)
}

fn lost(journey: Said<'_>) -> Option<Html> {
    let most = journey.at("lost_most");
    let told = || {
        Html::from([
            title(journey.text("name")),
            " loses most customers in ".into(),
            title(most.text("stage")),
            format!(": {}.", count(most.count("lost"))).into(),
        ])
    };
    (!most.is_nothing()).then(told)
}

/// What is open is what was opened and not closed in so many days: on one day alone it says little.
fn follow_ups(trend: Said<'_>) -> Option<Html> {
    let (open, days) = (trend.at("follow_ups").count("open"), Days::of(trend));
    let sentence = || {
        format!(
            "{} more matters were opened than closed over {days}.",
            count(open)
        )
        .into()
    };
    (open > 0).then(sentence)
}
