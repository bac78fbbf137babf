//! What is reported of the day once all of it was told: asked for once, for all who only read it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use super::{
    day,
    reports::{DAY, by, one, report},
    sara,
};

/// What was answered.
pub struct Told {
    by: BTreeMap<&'static str, Value>,
    journey: Value,
    gap: Value,
    coverage: Value,
    pub segments: Value,
    /// The event with which Sara was assigned to somebody.
    pub assigned: Value,
}

static TOLD: LazyLock<Told> = LazyLock::new(|| {
    let town = day();
    let groups = ["channel", "stage", "segment", "team", "day"];
    let [journey, gap, coverage] = ["journey", "gap", "coverage"].map(|kind| report(&town, kind, DAY));
    Told {
        by: groups.map(|group| (group, by(&town, group))).into(),
        journey,
        gap,
        coverage,
        segments: town.get("/v1/reports/segments"),
        assigned: sara::assigned(&town).1,
    }
});

pub fn told() -> &'static Told {
    &TOLD
}

impl Told {
    pub fn cx(&self) -> &Value {
        self.by("channel")
    }

    pub fn by(&self, group: &str) -> &Value {
        &self.by[group]
    }

    pub fn journey(&self, name: &str) -> Value {
        one(&self.journey["journeys"], name)
    }

    pub fn gap(&self, journey: &str) -> Value {
        one(&self.gap["journeys"], journey)
    }

    pub fn coverage(&self) -> &Value {
        &self.coverage
    }
}
