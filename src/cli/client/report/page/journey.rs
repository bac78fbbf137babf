//! Journeys: how customers fare at each touchpoint, and where they are lost.

use crate::cli::client::report::page::{
    curve,
    html::{Html, el, soft},
    names::{name, spaced, title},
    number::{NONE, count, duration, known, signed},
    said::Said,
    stages,
    survey::Survey,
    table::Table,
};

/// All journeys of a report.
pub(super) fn journeys(report: Said<'_>) -> Html {
    let journeys = report.list("journeys").enumerate();
    let told: Html = journeys.map(|(place, journey)| told(place, journey)).collect();
    match told.is_empty() {
        true => soft("The rules have no journey."),
        false => told,
    }
}

fn told(place: usize, journey: Said<'_>) -> Html {
    let whose = match journey.text("segment") {
        "" => Html::text("Of everybody"),
        segment => Html::from(["Of who is in ".into(), name(segment)]),
    };
    let within = known(journey.number("within_s"), duration);
    let pause = format!("; who does nothing for {within} has left, and begins anew.");
    let touchpoints = touchpoints(journey).or("No touchpoint was met.");
    let stages = [
        stages::chart(place, journey),
        stage_table(journey).or("It has no stages."),
    ];
    Html::from([
        el("h3", &[], title(journey.text("name"))),
        el("p", &[("class", "soft")], [whose, pause.into()]),
        peak_end(journey.at("peak_end")),
        curve::chart(place, journey),
        touchpoints,
        lost_most(journey.at("lost_most")),
        Html::from(stages),
    ])
}

/// What is remembered is the extreme and the end: both beside the mean.
fn peak_end(said: Said<'_>) -> Html {
    let Some(score) = said.number("peak_end") else {
        return soft("Nothing was felt on it yet.");
    };
    let effect = |member: &str| known(said.number(member), |effect| signed(effect, 2));
    let whole = [
        format!(
            "Peak and end together {}: peak {} at ",
            signed(score, 2),
            effect("peak")
        )
        .into(),
        title(said.text("peak_touchpoint")),
        format!(", end {} at ", effect("end")).into(),
        title(said.text("end_touchpoint")),
        format!("; the mean of all is {}.", effect("mean")).into(),
    ];
    el("p", &[], whole)
}

fn lost_most(said: Said<'_>) -> Html {
    if said.is_nothing() {
        return soft("Nobody was lost on it.");
    }
    let lost = format!(": {}.", count(said.count("lost")));
    el(
        "p",
        &[],
        ["Most are lost in ".into(), title(said.text("stage")), lost.into()],
    )
}

fn touchpoints(journey: Said<'_>) -> Table {
    let heads = [
        "no. and touchpoint",
        "stage",
        "effect",
        "n",
        "touches",
        "mark",
        "scores",
        "in the way",
    ];
    let caption = format!("Touchpoints of {}", spaced(journey.text("name")));
    let mut table = Table::new(caption, &heads).of_words();
    let end = curve::end(journey);
    for (place, point) in journey.list("curve").enumerate() {
        let number = format!("{} ", place.saturating_add(1));
        let is_end = if end == Some(place) { "end" } else { "" };
        let marks = [point.text("kind"), is_end]
            .into_iter()
            .filter(|mark| !mark.is_empty());
        table.row([
            Html::from([number.into(), title(point.text("touchpoint"))]),
            title(point.text("stage")),
            known(point.number("effect"), |effect| signed(effect, 2)).into(),
            count(point.count("n")).into(),
            count(point.count("touches")).into(),
            marks.collect::<Vec<_>>().join(", ").into(),
            scores(point),
            frictions(point),
        ]);
    }
    table
}

fn scores(point: Said<'_>) -> Html {
    let scores = point.list("scores").filter_map(|said| {
        let survey = Survey::named(said.text("style"))?;
        let score = survey.score(point)?;
        Some(el("div", &[], format!("{} {}", survey.title, score.line())))
    });
    scores.collect()
}

fn frictions(point: Said<'_>) -> Html {
    let each = point.list("frictions").map(|friction| {
        let many = format!(" {}", count(friction.count("count")));
        el("div", &[], [title(friction.text("kind")), many.into()])
    });
    each.collect()
}

fn stage_table(journey: Said<'_>) -> Table {
    let heads = [
        "stage",
        "came in",
        "went on",
        "lost",
        "still in it",
        "time, mean",
        "median",
        "went on to",
        "needs",
    ];
    let caption = format!("Stages of {}", spaced(journey.text("name")));
    let mut table = Table::new(caption, &heads).of_words();
    for stage in journey.list("stages") {
        let counts =
            ["entered", "moved_on", "lost", "waiting"].map(|member| count(stage.count(member)).into());
        let times =
            ["time_mean_s", "time_median_s"].map(|member| known(stage.number(member), duration).into());
        let needs = stage.texts("needs").map(spaced).collect::<Vec<_>>().join(", ");
        let cells = std::iter::once(title(stage.text("name")))
            .chain(counts)
            .chain(times);
        table.row(cells.chain([next(stage), needs.into()]));
    }
    table
}

fn next(stage: Said<'_>) -> Html {
    let each = stage.list("next").map(|next| {
        let after = next.number("mean_s").map(duration);
        let after = after.map_or(String::new(), |after| format!(", after {after}"));
        let many = format!(" {}{after}", count(next.count("count")));
        el("div", &[], [title(next.text("stage")), many.into()])
    });
    let all: Html = each.collect();
    if all.is_empty() { NONE.into() } else { all }
}
