//! The stages of a journey as bars: how many came into each, and how many of them were lost.

use crate::cli::client::report::page::{
    chart::{Chart, area, shortened, words},
    html::{Html, el},
    names::spaced,
    number::{count, float, ratio},
    said::Said,
    scale::Scale,
};

const WIDTH: f64 = 340.0;
/// Left and right of the bars.
const PLOT: (f64, f64) = (6.0, 334.0);
const ROW: f64 = 40.0;
/// Stages that are drawn, at most; the table has all.
const STAGES_MAX: usize = 20;

/// The chart; nothing of a journey without stages.
pub(super) fn chart(place: usize, journey: Said<'_>) -> Html {
    let stages: Vec<Said<'_>> = journey.list("stages").take(STAGES_MAX).collect();
    if stages.is_empty() {
        return Html::NONE;
    }
    let title = format!("Where customers are lost on {}", spaced(journey.text("name")));
    let told = stages
        .iter()
        .map(|stage| format!("{}: {}", spaced(stage.text("name")), figures(*stage)));
    let description = format!(
        "{}. The table below says it too.",
        told.collect::<Vec<_>>().join("; ")
    );
    let chart = Chart {
        id: &format!("stages-{place}"),
        class: "small",
        title: &title,
        description: &description,
        size: (WIDTH, ROW.mul_add(float(stages.len()), 4.0)),
    };
    let most = stages
        .iter()
        .map(|stage| stage.count("entered").max(stage.count("lost")));
    let most = most.max().unwrap_or_default();
    let rows = stages.iter().enumerate();
    let rows = rows.map(|(row, stage)| bars(*stage, most, ROW * float(row)));
    let key = el(
        "p",
        &[("class", "soft")],
        "From the left: went on, still in it, lost.",
    );
    el(
        "figure",
        &[],
        [
            el("figcaption", &[], title.as_str()),
            chart.drawn(rows.collect::<Html>()),
            key,
        ],
    )
}

fn figures(stage: Said<'_>) -> String {
    format!(
        "came in {}, lost {}",
        count(stage.count("entered")),
        count(stage.count("lost"))
    )
}

fn bars(stage: Said<'_>, most: u64, above: f64) -> Html {
    let (left, right) = PLOT;
    let x = Scale::new((0.0, 1.0), (left, right));
    let end = |member: &str| x.at(ratio(stage.count(member), most));
    let whole = end("entered").max(end("lost"));
    let lost = end("lost") - left;
    let row = |class: &str, start: f64, width: f64| area(class, (start, above + 20.0), (width, 14.0));
    Html::from([
        words(
            "start",
            "label",
            (left, above + 14.0),
            &shortened(&spaced(stage.text("name")), 18),
        ),
        words("end", "tick", (right, above + 14.0), &figures(stage)),
        row("rest", left, whole - left),
        row("fill", left, (end("moved_on") - left).min(whole - left)),
        row("lost", whole - lost, lost),
    ])
}
