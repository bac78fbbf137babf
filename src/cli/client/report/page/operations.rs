//! Operating figures beside the scores: how customers were served, in all and by team, and over the days.

use crate::cli::client::report::page::{
    days::Days,
    html::{Html, el, soft},
    moves,
    names::title,
    number::{NONE, count, decimal, duration, known, percent},
    said::Said,
    survey::SURVEYS,
    table::Table,
    trend::{Point, Trend},
};

/// A figure of how customers were served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// The name in the service's answers.
    pub(super) member: &'static str,
    /// The name for people.
    pub(super) title: &'static str,
    /// Whether it is a time, in seconds; else it is a share.
    pub(super) is_time: bool,
}

/// All of them.
pub(super) const FIGURES: [Figure; 5] = [
    figure("queue_mean_s", "queue time", true),
    figure("handling_mean_s", "handling time", true),
    figure("abandonment_rate", "abandonment", false),
    figure("repeat_rate", "repeated contact", false),
    figure("first_contact_resolution", "first-contact resolution", false),
];

const fn figure(member: &'static str, title: &'static str, is_time: bool) -> Figure {
    Figure {
        member,
        title,
        is_time,
    }
}

impl Figure {
    fn written(self, of: Said<'_>) -> String {
        known(of.number(self.member), |number| match self.is_time {
            true => duration(number),
            false => percent(number),
        })
    }
}

/// The figures of the day, with those of its days before, and which moves with which score.
pub(super) fn operations(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Html {
    let contacts = |of: Said<'_>| of.at("operations").at("total").count("contacts");
    if contacts(cx) == 0 && contacts(trend) == 0 {
        return soft("Nobody was served on these days.");
    }
    let charts = FIGURES.iter().map(|figure| over_days(*figure, trend, days));
    Html::from([
        total(cx, trend, days).drawn(),
        teams(cx).or("No team said that it served on this day."),
        el("h3", &[], format!("Over {days}")),
        el("div", &[("class", "grid")], charts.collect::<Html>()),
        el("h3", &[], "What moves with which score"),
        moves::moves(trend),
    ])
}

fn total(cx: Said<'_>, trend: Said<'_>, days: &Days) -> Table {
    let heads = ["figure", "this day", &days.to_string()];
    let mut table = Table::new("How customers were served, and what they answered", &heads);
    let total = [cx, trend].map(|of| of.at("operations").at("total"));
    table.row(std::iter::once("contacts".into()).chain(total.map(|of| count(of.count("contacts")).into())));
    for figure in FIGURES {
        table.row(std::iter::once(figure.title.into()).chain(total.map(|of| figure.written(of).into())));
    }
    for survey in SURVEYS {
        let scores = [cx, trend].map(|of| survey.score(of).map_or(NONE.into(), |score| score.line().into()));
        table.row(std::iter::once(survey.title.into()).chain(scores));
    }
    table
}

/// By team; the scores stand beside where the answer is grouped by team.
fn teams(cx: Said<'_>) -> Table {
    let figures = FIGURES.map(|figure| figure.title);
    let scores = SURVEYS.map(|survey| survey.title);
    let heads: Vec<&str> = ["team", "contacts"]
        .into_iter()
        .chain(figures)
        .chain(scores)
        .collect();
    let mut table = Table::new("By team", &heads).of_words();
    for team in cx.at("operations").list("teams") {
        let name = team.text("name");
        let group = (cx.text("by") == "team")
            .then(|| cx.named("groups", "name", name))
            .flatten();
        let figures = FIGURES.map(|figure| figure.written(team).into());
        let scores = SURVEYS.map(|survey| {
            let score = group.and_then(|group| survey.score(group));
            score.map_or(NONE.into(), |score| score.line().into())
        });
        let first = [title(name), count(team.count("contacts")).into()];
        table.row(first.into_iter().chain(figures).chain(scores));
    }
    table
}

fn over_days(figure: Figure, trend: Said<'_>, days: &Days) -> Html {
    let told = || {
        trend
            .at("operations")
            .list("days")
            .filter_map(move |day| Some((day, day.number(figure.member)?)))
    };
    let most = told().map(|(_, number)| number).fold(0.0, f64::max);
    // So that the numbers beside the chart are short.
    let (unit, factor, bounds) = match figure.is_time {
        true if most >= 7_200.0 => ("h", 1.0 / 3_600.0, f64::MAX),
        true if most >= 120.0 => ("min", 1.0 / 60.0, f64::MAX),
        true => ("s", 1.0, f64::MAX),
        false => ("%", 100.0, 100.0),
    };
    let points = told().filter_map(|(day, number)| {
        Some(Point {
            day: days.place(day.text("day"))?,
            value: number * factor,
            around: None,
            n: day.count("contacts"),
            enough: true,
        })
    });
    let trend = Trend {
        id: &format!("trend-{}", figure.member.replace('_', "-")),
        title: &format!("{}, {unit}", figure.title),
        days: &days.all,
        bounds: (0.0, bounds),
        written: &|number| format!("{} {unit}", decimal(number, 1)),
        points: points.collect(),
    };
    trend.drawn()
}
