//! Whether a message is sent: everybody who wants to send one asks first.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::{
    api::{
        Api, Failure, Who,
        evidence::{Fact, facts},
        text::short,
    },
    decide::contact::Ask,
    domain::{amount::Amount, context::Saying, time::Timestamp},
    engine::api::{Answer, Command},
    wire::{
        out::{answer::Status, desk::Contradiction},
        time,
    },
};

/// The priority of what says none.
const MIDDLE: u8 = 5;

/// Asks whether a message is sent: `{who, channel, purpose, template, team, priority, matter, product_id, offer_id, price,
/// currency, promise, expires, request_id}`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct ContactRequest {
    /// To whom: an id, or `kind:value`.
    pub who: Who,
    /// The way of contact, as consent names it: `sms`, `email`, `push`, `call`.
    pub channel: String,
    /// What for, as consent names it: `marketing`, `service`.
    pub purpose: String,
    /// Which message.
    pub template: Option<String>,
    /// Who wants to send it.
    pub team: Option<String>,
    /// How much it matters among others, 0 to 9; 5 where nothing is said.
    #[serde(default)]
    pub priority: Priority,
    /// What it is about, where the same is to be said once.
    pub matter: Option<String>,
    /// The product that it speaks of.
    pub product_id: Option<String>,
    /// The offer that it speaks of.
    pub offer_id: Option<String>,
    /// The price that it says, as a decimal number.
    pub price: Option<Price>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// What it promises, in words.
    pub promise: Option<String>,
    /// Until when what it says holds.
    pub expires: Option<String>,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// What it is about may name a customer.
impl std::fmt::Debug for ContactRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ContactRequest(…)")
    }
}

/// A price, as it is written: a number, or a text of one.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Price {
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
}

/// What it is is what a customer is told.
impl std::fmt::Debug for Price {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Price(…)")
    }
}

/// How much a message matters, 0 to 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority(u8);

impl Default for Priority {
    fn default() -> Self {
        Self(MIDDLE)
    }
}

impl<'de> Deserialize<'de> for Priority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<u8>::deserialize(deserializer)? {
            None => Ok(Self::default()),
            Some(priority @ 0..=9) => Ok(Self(priority)),
            Some(_) => Err(D::Error::custom("expected 0 to 9")),
        }
    }
}

/// What is decided: `{status, decision, until, rule, reason, evidence, contradictions, matter, profile, position}`.
/// `Debug` shows nothing of it: what it is about may name a customer.
#[derive(Serialize)]
pub struct ContactAnswer {
    status: Status,
    /// `allow`, `hold` or `suppress`.
    decision: &'static str,
    /// When to ask again, of what is held.
    until: Option<String>,
    /// Which rule spoke; `none` where none did.
    rule: &'static str,
    reason: &'static str,
    /// By which facts.
    evidence: Vec<Fact>,
    /// What contradicts what it says. It is told, and decides nothing.
    contradictions: Vec<Contradiction>,
    /// By this whoever sends it says what became of it.
    matter: String,
    /// `None` of somebody who is not known: of them nothing is written down.
    profile: Option<String>,
    position: u64,
}

impl std::fmt::Debug for ContactAnswer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ContactAnswer({})", self.decision)
    }
}

impl Api {
    /// Decides whether a message is sent.
    ///
    /// # Errors
    /// `bad_contact`, `bad_address`, `bad_identifier`, `nobody_there` where nobody can be meant, `several_profiles`,
    /// `nameless`, `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn contact(&self, request: ContactRequest) -> Result<ContactAnswer, Failure> {
        let target = self.target(&request.who)?;
        let request_id = request.request_id.clone();
        let ask = Box::new(ask(request)?);
        self.tells_of(&target).await?;
        let answered = self
            .handle
            .command(request_id, Command::Contact { target, ask })
            .await?;
        let Answer::Decided(decided) = answered.answer else {
            return Err(Failure::used_request_id());
        };
        let verdict = decided.verdict;
        Ok(ContactAnswer {
            status: Status::Committed,
            decision: verdict.outcome.as_str(),
            until: verdict.until.map(time::format),
            rule: verdict.reason.rule().as_str(),
            reason: verdict.reason.as_str(),
            evidence: facts(verdict.evidence),
            contradictions: decided
                .contradictions
                .into_iter()
                .map(Contradiction::from)
                .collect(),
            matter: decided.matter,
            profile: decided.profile.map(|profile| profile.to_string()),
            position: answered.position.0,
        })
    }
}

fn ask(request: ContactRequest) -> Result<Ask, Failure> {
    const MEMBERS: &str =
        "channel, purpose, template, team, matter, product_id, offer_id, currency and promise";
    let said = |text: String| short(&text, "bad_contact", MEMBERS);
    let (way, purpose) = (said(request.channel)?, said(request.purpose)?);
    if [&way, &purpose].into_iter().any(|name| name == "*") {
        let detail = "expected one channel and one purpose, and not all of them";
        return Err(Failure::bad_request("bad_contact", detail));
    }
    Ok(Ask {
        way,
        purpose,
        template: request.template.map(said).transpose()?,
        team: request.team.map(said).transpose()?,
        priority: request.priority.0,
        matter: request.matter.map(said).transpose()?,
        saying: Saying {
            product: request.product_id.map(said).transpose()?,
            offer: request.offer_id.map(said).transpose()?,
            price: request.price.map(price).transpose()?,
            currency: request.currency.map(said).transpose()?,
            promise: request.promise.map(said).transpose()?,
            expires: request.expires.as_deref().map(moment).transpose()?,
        },
    })
}

/// A price as it is written, where it is one.
fn price(price: Price) -> Result<String, Failure> {
    let text = match price {
        Price::Number(number) => number.to_string(),
        Price::Text(text) => text.trim().to_owned(),
    };
    match Amount::from_decimal(&text).is_ok_and(|amount| amount >= Amount::ZERO) {
        true => Ok(text),
        false => Err(Failure::bad_request(
            "bad_contact",
            "expected price to be a decimal number of 0 or more, such as 12.50",
        )),
    }
}

fn moment(text: &str) -> Result<Timestamp, Failure> {
    time::parse(text).ok_or_else(|| {
        let detail = "expected expires to be RFC 3339 with an offset, such as 2026-11-30T00:00:00Z";
        Failure::bad_request("bad_contact", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Ask> {
        serde_json::from_str(text)
            .ok()
            .and_then(|request| ask(request).ok())
    }

    #[test]
    fn a_request_is_read_or_refused() {
        let read_one =
            read(r#"{"who":"user_id:a","channel":" sms ","purpose":"marketing","matter":"cart-7"}"#);
        let expected = Ask {
            way: "sms".to_owned(),
            purpose: "marketing".to_owned(),
            template: None,
            team: None,
            priority: MIDDLE,
            matter: Some("cart-7".to_owned()),
            saying: Saying::default(),
        };
        assert_eq!(read_one, Some(expected));
        for refused in [
            r#"{"who":"user_id:a","channel":"sms"}"#,
            r#"{"who":"user_id:a","channel":"","purpose":"marketing"}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"*"}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"marketing","priority":10}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"marketing","matter":" "}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"marketing","price":"cheap"}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"marketing","price":-1}"#,
            r#"{"who":"user_id:a","channel":"sms","purpose":"marketing","expires":"soon"}"#,
        ] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
