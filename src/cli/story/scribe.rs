//! Writes steps down: keeps story time and gives events their ids.

use serde_json::{Value, json};

use crate::cli::story::{Step, StepKind};

const MILLISECOND: i64 = 1_000;

/// What is told so far.
#[derive(Debug)]
pub(crate) struct Scribe {
    steps: Vec<Step>,
    /// The first instant of the story: ids carry it, so that a story told again to the same service is another one.
    began: i64,
    now: i64,
}

/// An event of the story without id; what a person would say about it is in the step.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) channel: &'static str,
    pub(crate) source: &'static str,
    pub(crate) name: &'static str,
    /// Kind, value and trust; an empty trust is the source's default.
    pub(crate) identifiers: &'static [(&'static str, &'static str, &'static str)],
    /// Any of `traits`, `properties`, `consent` and `context`.
    pub(crate) members: Value,
}

impl Scribe {
    pub(crate) fn new(now: i64) -> Self {
        Self {
            steps: Vec::new(),
            began: now,
            now,
        }
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The point `minutes` from the present of the story, in RFC 3339.
    pub(crate) fn written(&self, minutes: i64) -> String {
        let ahead = minutes.saturating_mul(60_000 * MILLISECOND);
        written(self.now.saturating_add(ahead))
    }

    /// `after_ms` later something happens.
    pub(crate) fn event(&mut self, after_ms: u32, says: &'static str, scene: Scene) {
        let event = self.numbered(scene);
        self.act(after_ms, says, StepKind::Event(event));
    }

    /// `after_ms` later somebody scans the token.
    pub(crate) fn scan(&mut self, after_ms: u32, says: &'static str, scene: Scene) {
        let event = self.numbered(scene);
        self.act(after_ms, says, StepKind::ScanQr(event));
    }

    /// `after_ms` later something is done that is no event.
    pub(crate) fn act(&mut self, after_ms: u32, says: &'static str, kind: StepKind) {
        let passed = i64::from(after_ms).saturating_mul(MILLISECOND);
        self.now = self.now.saturating_add(passed);
        self.steps.push(Step {
            after_ms: u64::from(after_ms),
            says,
            kind,
        });
    }

    /// The event of a scene, with the id that is its own.
    pub(crate) fn numbered(&self, scene: Scene) -> Value {
        let Scene {
            channel,
            source,
            name,
            identifiers,
            members,
        } = scene;
        let identifiers: Vec<Value> = identifiers.iter().map(identifier).collect();
        let mut event = json!({
            "id": format!("story-{}-{}", self.began, self.steps.len()),
            "channel": channel,
            "source": source,
            "type": name,
            "identifiers": identifiers,
        });
        if let (Some(event), Value::Object(members)) = (event.as_object_mut(), members) {
            event.extend(members);
        }
        event
    }
}

/// A point in time, microseconds since the epoch, in RFC 3339.
pub(crate) fn written(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

fn identifier(&(kind, value, trust): &(&str, &str, &str)) -> Value {
    if trust.is_empty() {
        json!({"kind": kind, "value": value})
    } else {
        json!({"kind": kind, "value": value, "trust": trust})
    }
}
