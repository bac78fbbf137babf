//! What customers answered: the scores of the day, and what they were before.

use crate::cli::client::report::page::{
    days::Days,
    html::{Html, el, soft},
    names::{name, plain_name},
    number::{NONE, of},
    ranges::{Range, Ranges},
    said::Said,
    survey::{SURVEYS, Score, Survey},
    table::Table,
    trend::{Point, Trend},
};

/// The scores of the day, each with its days before.
pub(super) fn scores(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Html {
    let cards = SURVEYS.iter().filter_map(|survey| card(survey, cx, trend, days));
    let cards: Html = cards.collect();
    if cards.is_empty() {
        return soft("Nobody answered a survey on these days.");
    }
    let note = "A hollow dot is of fewer than 30 answers: too few to go by. The area around the line, and what stands in \
                brackets, is the interval that holds the true number in 95 of 100 cases.";
    Html::from([el("div", &[("class", "grid")], cards), soft(note), groups(trend)])
}

fn card(survey: &Survey, cx: Said<'_>, trend: Said<'_>, days: &Days) -> Option<Html> {
    let (today, before) = (survey.score(cx), survey.score(trend));
    if today.is_none() && before.is_none() {
        return None;
    }
    let line = |class: &str, text: &str| el("p", &[("class", class)], text);
    let told = match today {
        Some(score) => Html::from([
            line("big", &survey.written(score.value)),
            line("", &format!("95 %: {}; {}", score.interval(), of(score.n()))),
            few(&score),
            soft(&score.parts()),
        ]),
        None => Html::from([line("big", NONE), soft("No answer on this day.")]),
    };
    let before = before.map_or("Nothing before.".to_owned(), |score| {
        format!("{days}: {}", score.line())
    });
    let inside = [
        el("h3", &[], survey.title),
        soft(survey.says),
        told,
        line("", &before),
        over_days(survey, trend, days),
    ];
    Some(el("div", &[("class", "card")], inside))
}

fn few(score: &Score<'_>) -> Html {
    match score.is_enough() {
        true => Html::NONE,
        false => el(
            "p",
            &[("class", "warn")],
            "Fewer than 30 answers: too few to go by.",
        ),
    }
}

fn over_days(survey: &Survey, trend: Said<'_>, days: &Days) -> Html {
    let points = trend.list("days").filter_map(|day| {
        let score = survey.score(day)?;
        Some(Point {
            day: days.place(day.text("day"))?,
            value: score.value,
            around: score.around(),
            n: score.n(),
            enough: score.is_enough(),
        })
    });
    let trend = Trend {
        id: &format!("trend-{}", survey.style),
        title: &format!("{} over {days}", survey.title),
        days: &days.all,
        bounds: survey.bounds,
        written: &|value| survey.written(value),
        points: points.collect(),
    };
    trend.drawn()
}

/// The same by what the answer is grouped by: as ranges, and as a table.
fn groups(trend: Said<'_>) -> Html {
    let by = trend.text("by");
    let ranges = SURVEYS.iter().map(|survey| {
        let rows = trend.list("groups").filter_map(|group| {
            let score = survey.score(group)?;
            Some(Range {
                name: plain_name(group.text("name")),
                value: score.value,
                around: score.around(),
                enough: score.is_enough(),
            })
        });
        let ranges = Ranges {
            id: &format!("groups-{}", survey.style),
            title: &format!("{} by {by}", survey.title),
            bounds: survey.bounds,
            written: &|value| survey.written(value),
            with_zero: false,
            rows: rows.collect(),
        };
        ranges.drawn()
    });
    let mut table = Table::new(format!("Scores by {by}"), &[by, "NPS", "CSAT", "CES"]).of_words();
    for group in trend.list("groups") {
        let scores = SURVEYS.iter().map(|survey| survey.score(group));
        let scores = scores.map(|score| score.map_or(NONE.into(), |score| score.line().into()));
        table.row(std::iter::once(name(group.text("name"))).chain(scores));
    }
    if table.is_empty() {
        return Html::NONE;
    }
    let ranges = el("div", &[("class", "grid")], ranges.collect::<Html>());
    Html::from([el("h3", &[], format!("By {by}")), ranges, table.drawn()])
}
