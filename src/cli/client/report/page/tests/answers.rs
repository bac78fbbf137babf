//! What a service answers: a fixed set, and the same with other names.

use serde_json::Value;

use super::{DAY, Reports, page};

/// Answers of all kinds, by what they are of.
#[derive(Clone)]
pub(super) struct Answers(pub(super) Value);

impl Answers {
    /// A day on which a bit of everything happened.
    pub(super) fn usual() -> Self {
        Self(serde_json::from_str(include_str!("answers.json")).unwrap())
    }

    /// The same where everything that was given a name has this one.
    pub(super) fn renamed(mut self, name: &str) -> Self {
        rename(&mut self.0, name);
        self
    }

    /// The page of them.
    pub(super) fn page(&self) -> String {
        let of = |name: &str| self.0.get(name).unwrap_or(&Value::Null);
        let reports = Reports {
            cx: of("cx"),
            trend: of("trend"),
            journey: of("journey"),
            gap: of("gap"),
            coverage: of("coverage"),
            segments: of("segments"),
            contacts: of("contacts"),
        };
        page(DAY, &reports)
    }
}

/// Names that tell apart, such as those of styles, stay.
fn rename(value: &mut Value, name: &str) {
    const GIVEN: [&str; 10] = [
        "name",
        "stage",
        "touchpoint",
        "segment",
        "team",
        "cause",
        "flow",
        "end_touchpoint",
        "journey",
        "reason",
    ];
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        Value::Object(members) => members.iter_mut().for_each(|(member, value)| match value {
            Value::String(text) if GIVEN.contains(&member.as_str()) => *text = name.to_owned(),
            value => rename(value, name),
        }),
        _ => {}
    }
}
