//! Writes steps down: keeps story time and gives events their ids and times.

use serde_json::{Value, json};

use crate::cli::story::{Step, StepKind};

const MILLISECOND: i64 = 1_000;

/// What is told so far.
#[derive(Debug)]
pub(crate) struct Scribe {
    steps: Vec<Step>,
    now: i64,
}

/// An event of the story without id and time; what a person would say about it is in the step.
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
            now,
        }
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The point `minutes` from the present of the story, in RFC 3339.
    pub(crate) fn written(&self, minutes: i64) -> String {
        let micros = self
            .now
            .saturating_add(minutes.saturating_mul(60_000 * MILLISECOND));
        jiff::Timestamp::from_microsecond(micros)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_string()
    }

    /// `after_ms` later something happens.
    pub(crate) fn event(&mut self, after_ms: u32, says: &'static str, scene: Scene) {
        self.event_ago(after_ms, 0, says, scene);
    }

    /// `after_ms` later it is told what happened `minutes_ago`.
    pub(crate) fn event_ago(&mut self, after_ms: u32, minutes_ago: i64, says: &'static str, scene: Scene) {
        self.pass(after_ms);
        let event = self.dated(scene, minutes_ago);
        self.put(after_ms, says, StepKind::Event(event));
    }

    /// `after_ms` later a telephone scans the token.
    pub(crate) fn scan(&mut self, after_ms: u32, says: &'static str, scene: Scene) {
        self.pass(after_ms);
        let event = self.dated(scene, 0);
        self.put(after_ms, says, StepKind::ScanQr(event));
    }

    /// `after_ms` later something is done that is no event.
    pub(crate) fn act(&mut self, after_ms: u32, says: &'static str, kind: StepKind) {
        self.pass(after_ms);
        self.put(after_ms, says, kind);
    }

    fn pass(&mut self, after_ms: u32) {
        self.now = self
            .now
            .saturating_add(i64::from(after_ms).saturating_mul(MILLISECOND));
    }

    fn put(&mut self, after_ms: u32, says: &'static str, kind: StepKind) {
        self.steps.push(Step {
            after_ms: u64::from(after_ms),
            says,
            kind,
        });
    }

    fn dated(&self, scene: Scene, minutes_ago: i64) -> Value {
        let Scene {
            channel,
            source,
            name,
            identifiers,
            members,
        } = scene;
        let identifiers: Vec<Value> = identifiers.iter().map(identifier).collect();
        let mut event = json!({
            "id": format!("story-{}", self.steps.len()),
            "channel": channel,
            "source": source,
            "type": name,
            "time": self.written(-minutes_ago),
            "identifiers": identifiers,
        });
        if let (Some(event), Value::Object(members)) = (event.as_object_mut(), members) {
            event.extend(members);
        }
        event
    }
}

fn identifier(&(kind, value, trust): &(&str, &str, &str)) -> Value {
    if trust.is_empty() {
        json!({"kind": kind, "value": value})
    } else {
        json!({"kind": kind, "value": value, "trust": trust})
    }
}
