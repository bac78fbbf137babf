//! What is seen while rules are tried out: owns how it is read of what the engine tells.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::{
    domain::{
        event::{Event, EventId, token},
        identity::link::own_id,
        time::Timestamp,
        value::Value,
    },
    engine::trial::{Became, Published, Told},
    wire::{
        out::scalar::Free,
        time::{format, parse},
    },
};

/// What was seen, and when.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What was seen.
#[derive(Clone, Debug)]
pub enum What {
    /// An action was published.
    Action(Deed),
    /// A message was held back.
    Held(Deed),
    /// A message was not sent.
    Suppressed(Deed),
    /// A customer came into a segment, or went out of it.
    Moved(Move),
    /// A flow was set going.
    Begun {
        /// Which.
        flow: String,
    },
    /// A run of a flow ended.
    Ended {
        /// Which.
        flow: String,
        /// Why.
        why: &'static str,
    },
}

/// Something that a flow did, or would have done.
#[derive(Clone)]
pub struct Deed {
    /// The event of our own that says it.
    pub event: EventId,
    /// The flow.
    pub flow: String,
    /// The channel.
    pub channel: String,
    /// The message, or what the channel is to do.
    pub name: String,
    /// What a message is for.
    pub purpose: Option<String>,
    /// What it is about, as whoever carries it out is told.
    pub matter: String,
    /// What whoever carries it out needs to know.
    pub with: Map<String, Json>,
    /// Which rule of the contact policy decided; empty of what is no message.
    pub rule: String,
    /// Why; empty as well.
    pub reason: String,
    /// Until when it was held back.
    pub until: Option<Timestamp>,
    /// By which facts.
    pub evidence: Json,
}

/// A customer came into a segment, or went out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The segment.
    pub segment: String,
    /// The profile.
    pub profile: String,
    /// Whether they came in.
    pub is_in: bool,
}

/// What it carries may tell of a customer.
impl std::fmt::Debug for Deed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Deed({} {} of {})", self.channel, self.name, self.flow)
    }
}

/// An action as it is published.
#[derive(Deserialize)]
struct Action {
    action: String,
    channel: String,
    name: String,
    purpose: Option<String>,
    matter: String,
    flow: Option<String>,
    with: Map<String, Json>,
    rule: Option<String>,
    reason: Option<String>,
    evidence: Json,
}

/// Who came into segments and went out of them, as it is published.
#[derive(Deserialize)]
struct Segments {
    profile: String,
    entered: Vec<Named>,
    left: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// What the engine told of one time, in the order in which it is told.
///
/// # Errors
/// When what it would publish cannot be read.
pub fn seen(told: &Told, at: Timestamp) -> Result<Vec<Seen>, serde_json::Error> {
    let mut all = Vec::new();
    for turn in told.turns.iter().filter(|turn| turn.became == Became::Begun) {
        let flow = turn.flow.clone();
        all.push(What::Begun { flow });
    }
    for event in &told.decided {
        all.extend(refused(event));
    }
    for published in &told.published {
        published_as(published, &mut all)?;
    }
    for turn in &told.turns {
        let flow = turn.flow.clone();
        all.extend(turn.became.why().map(|why| What::Ended { flow, why }));
    }
    Ok(all.into_iter().map(|what| Seen { at, what }).collect())
}

fn published_as(published: &Published, all: &mut Vec<What>) -> Result<(), serde_json::Error> {
    // yekta.v1.TENANT.KIND…
    let mut words = published.subject.split('.').skip(3);
    match (words.next(), words.next()) {
        (Some("action"), _) => {
            let action: Action = serde_json::from_slice(&published.body)?;
            all.push(What::Action(Deed {
                event: own_id(action.action),
                flow: action.flow.unwrap_or_default(),
                channel: action.channel,
                name: action.name,
                purpose: action.purpose,
                matter: action.matter,
                with: action.with,
                rule: action.rule.unwrap_or_default(),
                reason: action.reason.unwrap_or_default(),
                until: None,
                evidence: action.evidence,
            }));
        }
        (Some("profile"), Some("segments")) => {
            let segments: Segments = serde_json::from_slice(&published.body)?;
            let entered = segments.entered.into_iter().map(|one| (one.name, true));
            let left = segments.left.into_iter().map(|one| (one.name, false));
            all.extend(entered.chain(left).map(|(segment, is_in)| {
                What::Moved(Move {
                    segment,
                    profile: segments.profile.clone(),
                    is_in,
                })
            }));
        }
        _ => {}
    }
    Ok(())
}

/// A message of a flow that was held back or not sent; what was let through is told as it is published.
fn refused(event: &Event) -> Option<What> {
    let text = |name: &str| event.property(name).and_then(Value::as_text).map(str::to_owned);
    if token(&event.name) != "contact_decided" {
        return None;
    }
    let mut json = serde_json::to_value(Free::of(&event.properties)).unwrap_or_default();
    let mut taken = |name: &str| json.get_mut(name).map(Json::take);
    let deed = Deed {
        event: event.id.clone(),
        flow: text("flow")?,
        channel: text("channel")?,
        name: text("template").unwrap_or_default(),
        purpose: text("purpose"),
        matter: text("matter").unwrap_or_default(),
        with: match taken("with") {
            Some(Json::Object(with)) => with,
            _ => Map::new(),
        },
        rule: text("rule")?,
        reason: text("reason")?,
        until: text("until").as_deref().and_then(parse),
        evidence: taken("evidence").unwrap_or_default(),
    };
    match text("decision")?.as_str() {
        "hold" => Some(What::Held(deed)),
        "suppress" => Some(What::Suppressed(deed)),
        _ => None,
    }
}

impl Seen {
    /// As JSON, for a program: times as they are, no identifier.
    pub fn to_json(&self, whose: Option<&str>) -> Json {
        let mut told = Map::new();
        let mut put = |name: &str, value: Json| drop(told.insert(name.to_owned(), value));
        put("at", format(self.at).into());
        let (kind, deed) = match &self.what {
            What::Action(deed) => ("action", Some(deed)),
            What::Held(deed) => ("held", Some(deed)),
            What::Suppressed(deed) => ("suppressed", Some(deed)),
            What::Moved(moved) => {
                put("segment", moved.segment.clone().into());
                put("profile", moved.profile.clone().into());
                (if moved.is_in { "entered" } else { "left" }, None)
            }
            What::Begun { flow } => {
                put("flow", flow.clone().into());
                ("begun", None)
            }
            What::Ended { flow, why } => {
                put("flow", flow.clone().into());
                put("why", (*why).into());
                ("ended", None)
            }
        };
        put("kind", kind.into());
        if let Some(deed) = deed {
            put("flow", deed.flow.clone().into());
            put("channel", deed.channel.clone().into());
            put("name", deed.name.clone().into());
            put("purpose", deed.purpose.clone().into());
            put("matter", deed.matter.clone().into());
            put("rule", deed.rule.clone().into());
            put("reason", deed.reason.clone().into());
            put("until", deed.until.map(format).into());
            put("with", deed.with.clone().into());
            put("evidence", deed.evidence.clone());
            put("profile", whose.into());
        }
        Json::Object(told)
    }
}
