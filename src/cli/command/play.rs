//! Playing the story: each step as the channel's own software would do it, over HTTP.

mod acts;
mod told;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;

use crate::{
    app::clock,
    cli::{
        client::{connection::Client, error::ClientError, patience::Patience},
        generate::{Generator, GeneratorConfig},
        story::{CALLER, Step, StepKind, around, story, with_token},
    },
};

/// What all chance of the demo is drawn from.
const SEED: u64 = 1;
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
    /// Where the service is, for whoever watches.
    pub(crate) url: String,
    pub(crate) tempo: Tempo,
    /// What is said while it is told.
    pub(crate) lines: Sender<String>,
}

/// The page that an agent sees of the customer of the story, with her call or whenever it is.
pub(crate) fn agent_page(url: &str, call: Option<&str>) -> String {
    // In an address a plus is a space.
    let number = CALLER.replace('+', "%2B");
    let call = call.map(|call| format!("&call={call}")).unwrap_or_default();
    format!("{url}/agent?phone={number}{call}")
}

impl Player {
    /// Sends the people around, then tells the story step by step, and says what to try next.
    pub(crate) fn tell(self) -> Result<(), ClientError> {
        let began = clock::now().as_micros();
        let background = GeneratorConfig {
            seed: SEED,
            people: BACKGROUND_PEOPLE,
            start: began,
        };
        let events: Vec<Value> = Generator::new(background).take(BACKGROUND_EVENTS).collect();
        let felt = around(SEED, BACKGROUND_PEOPLE, began);
        for batch in events.chunks(BATCH).chain(felt.chunks(BATCH)) {
            self.send(batch)?;
        }
        self.say(format!(
            "sent {BACKGROUND_EVENTS} events of {BACKGROUND_PEOPLE} people of the last weeks, and {} of how it was for them",
            felt.len()
        ));
        let mut token = None;
        let steps = story(clock::now().as_micros());
        for step in &steps {
            self.step(step, &mut token)?;
        }
        self.say("the story is told; the service goes on, Ctrl-C stops it".to_owned());
        let joined = steps.iter().find_map(|step| match &step.kind {
            StepKind::Event(event) if event.get("type") == Some(&json!("Signed In")) => Some(event),
            _ => None,
        });
        for line in told::next(&self.url, CALLER, joined) {
            self.say(line);
        }
        Ok(())
    }

    fn step(&self, step: &Step, token: &mut Option<String>) -> Result<(), ClientError> {
        if self.tempo == Tempo::Live {
            std::thread::sleep(Duration::from_millis(step.after_ms));
        }
        self.say(format!("· {}", step.says));
        match &step.kind {
            StepKind::Event(event) => self.send(std::slice::from_ref(event)),
            StepKind::ScanQr(event) => self.send(&[with_token(event, token.as_deref().unwrap_or_default())]),
            StepKind::MintQr { .. } => {
                *token = self.mint(&step.kind)?;
                Ok(())
            }
            StepKind::RedeemQr { store_id } => self.redeem(token.as_deref().unwrap_or_default(), store_id),
            StepKind::Lookup { view, identifier } => self.look_up(view, *identifier),
            StepKind::Why {
                identifier: (kind, value),
            } => {
                let path = format!("/v1/profiles/{kind}:{value}/identity");
                let answer = self.read("ask why it is one person", &path)?;
                self.show(told::evidence(&answer));
                Ok(())
            }
            StepKind::Decide(question) => {
                let answer = self.ask("ask for a decision", "/v1/contacts/decide", question)?;
                self.show([told::verdict(&answer)]);
                Ok(())
            }
            StepKind::CloseFollowUp {
                identifier,
                beside,
                event,
            } => self.close(*identifier, beside, event),
            StepKind::Curve {
                identifier: (kind, value),
            } => {
                self.show(told::curve(&self.profile(kind, value)?));
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

    fn read(&self, attempt: &'static str, path: &str) -> Result<Value, ClientError> {
        let answer = self.client.get(attempt, path)?;
        Ok(serde_json::from_str(&answer).unwrap_or_default())
    }

    fn profile(&self, kind: &str, value: &str) -> Result<Value, ClientError> {
        self.read("read a profile", &format!("/v1/profiles/{kind}:{value}"))
    }

    fn show(&self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.say(format!("    {line}"));
        }
    }

    /// Says a line; where nobody listens any more the demo is over, and the next request finds that out.
    fn say(&self, line: String) {
        self.lines.blocking_send(line).ok();
    }
}
