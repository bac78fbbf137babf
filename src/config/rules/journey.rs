//! `[journeys.NAME]`: for whom it is, its stages, and the touchpoints of each.

use crate::{
    config::rules::sheet::Sheet,
    decide::experience::{Importance, Journey, Stage, Touchpoint, journey::WITHIN_US},
};

/// A journey; `None` where something is wrong with it, which is noted.
pub(super) fn read(name: &str, sheet: &mut Sheet<'_, '_>) -> Option<Journey> {
    let before = sheet.problems();
    let mut journey = Journey {
        name: name.to_owned(),
        segment: sheet.text("segment"),
        within_us: sheet.time("within").unwrap_or(WITHIN_US),
        stages: Vec::new(),
    };
    sheet.list("stages", |sheet| journey.stages.extend(stage(sheet)));
    (sheet.problems() == before).then_some(journey)
}

fn stage(sheet: &mut Sheet<'_, '_>) -> Option<Stage> {
    let (name, needs) = (sheet.needed_text("name"), sheet.texts("needs"));
    let mut touchpoints = Vec::new();
    sheet.list("touchpoints", |sheet| touchpoints.extend(touchpoint(sheet)));
    Some(Stage {
        name: name?,
        needs,
        touchpoints,
    })
}

fn touchpoint(sheet: &mut Sheet<'_, '_>) -> Option<Touchpoint> {
    let name = sheet.needed_text("name");
    let importance = sheet.table("importance", |sheet| {
        let said = Importance::default();
        Some(Importance {
            customer: sheet.number("customer").unwrap_or(said.customer),
            company: sheet.number("company").unwrap_or(said.company),
        })
    });
    Some(Touchpoint {
        on: sheet.kinds("on"),
        channels: sheet.texts("channels"),
        expected: sheet.number("expected"),
        acceptable: sheet.number("acceptable"),
        importance: importance.unwrap_or_default(),
        benchmarks: sheet.numbers("benchmarks").into_iter().collect(),
        name: name?,
    })
}
