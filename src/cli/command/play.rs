//! Playing the story: each step as the channel's own software would do it, over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use crate::cli::{
    client::{connection::Client, error::ClientError, patience::Patience},
    generate::{Generator, GeneratorConfig},
    story::{Step, StepKind, story, with_token},
};

/// Events of the people around the story.
const BACKGROUND_EVENTS: usize = 3_000;
/// How many people that are.
const BACKGROUND_PEOPLE: u32 = 200;
/// Events of one request.
const BATCH: usize = 100;

/// How fast the story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tempo {
    /// With its pauses.
    Live,
    /// Without.
    Fast,
}

/// Tells the story to a service.
#[derive(Debug)]
pub(crate) struct Player {
    pub(crate) client: Client,
    pub(crate) tempo: Tempo,
    /// What is said while it is told.
    pub(crate) lines: Sender<String>,
}

impl Player {
    /// Sends the people around, then tells the story step by step.
    pub(crate) fn tell(self, now_micros: i64) -> Result<(), ClientError> {
        let background = GeneratorConfig {
            seed: 1,
            people: BACKGROUND_PEOPLE,
            start: now_micros,
        };
        let events: Vec<Value> = Generator::new(background).take(BACKGROUND_EVENTS).collect();
        for batch in events.chunks(BATCH) {
            self.send(batch)?;
        }
        self.say(format!(
            "sent {BACKGROUND_EVENTS} events of {BACKGROUND_PEOPLE} people of the last weeks"
        ));
        let mut token = None;
        for step in story(now_micros) {
            self.step(&step, &mut token)?;
        }
        self.say("the story is told; the service goes on, Ctrl-C stops it".to_owned());
        Ok(())
    }

    fn step(&self, step: &Step, token: &mut Option<String>) -> Result<(), ClientError> {
        if self.tempo == Tempo::Live {
            std::thread::sleep(Duration::from_millis(step.after_ms));
        }
        self.say(format!("· {}", step.says));
        match &step.kind {
            StepKind::Event(event) => self.send(std::slice::from_ref(event)),
            StepKind::ScanQr(event) => {
                let mut event = with_token(event, token.as_deref().unwrap_or_default());
                // It counts from its receipt: told without pauses, the story's own time lies behind the redemption's.
                if let Some(members) = event.as_object_mut() {
                    members.remove("time");
                }
                self.send(&[event])
            }
            StepKind::MintQr {
                identifier: (kind, value),
                basket,
                offer,
                expires,
                store_id,
            } => {
                let body = json!({
                    "identifier": {"kind": kind, "value": value}, "basket": basket, "offer": offer,
                    "expires": expires, "store_id": store_id, "purpose": "handoff",
                });
                let answer = self.ask("mint a QR code", "/v1/qr", &body)?;
                *token = answer.get("token").and_then(Value::as_str).map(str::to_owned);
                self.say("    a QR code was minted".to_owned());
                Ok(())
            }
            StepKind::RedeemQr { store_id } => {
                let path = format!("/v1/qr/{}/redeem", token.as_deref().unwrap_or_default());
                let answer = self.ask("redeem a QR code", &path, &json!({"store_id": store_id}))?;
                self.say(format!(
                    "    outcome: {}",
                    answer.get("outcome").unwrap_or(&Value::Null)
                ));
                Ok(())
            }
            StepKind::Lookup {
                view,
                identifier: (kind, value),
            } => {
                let body = json!({"identifiers": [{"kind": kind, "value": value}], "view": view});
                let answer = self.ask("look a customer up", "/v1/lookup", &body)?;
                self.say(format!("    the {view} view: {}", shortened(&answer)));
                Ok(())
            }
        }
    }

    fn send(&self, events: &[Value]) -> Result<(), ClientError> {
        let body = Value::from(events.to_vec()).to_string();
        Patience::USUAL.through(|| self.client.post("send events", "/v1/events", body.as_bytes()))?;
        Ok(())
    }

    fn ask(&self, attempt: &'static str, path: &str, body: &Value) -> Result<Value, ClientError> {
        let answer = self.client.post(attempt, path, body.to_string().as_bytes())?;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    /// Says a line; where nobody listens any more the demo is over, and the next request finds that out.
    fn say(&self, line: String) {
        self.lines.blocking_send(line).ok();
    }
}

/// The first profile of an answer, as much as fits a line.
fn shortened(answer: &Value) -> String {
    let shown = answer
        .get("profiles")
        .and_then(|profiles| profiles.get(0))
        .unwrap_or(answer)
        .to_string();
    match shown.char_indices().nth(400) {
        Some(_) => shown.chars().take(400).chain("…".chars()).collect(),
        None => shown,
    }
}
