//! What a customer decided, written down by who asked them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, Who},
    domain::{event::ConsentChange, profile::consent},
    engine::api::{Answer, Command},
    wire::out::answer::Status,
};

/// Decisions by way of contact and purpose: `{"sms": {"marketing": "granted"}}`.
pub type Decisions = BTreeMap<String, BTreeMap<String, Decision>>;

/// One decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// They may be contacted so.
    Granted,
    /// They may not.
    Denied,
}

impl From<Decision> for consent::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Granted => Self::Granted,
            Decision::Denied => Self::Denied,
        }
    }
}

/// Records decisions: `{who, consent, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ConsentRequest {
    /// Whose: an id, or `kind:value`.
    pub who: Who,
    /// What they decided; at least one decision.
    pub consent: Decisions,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// Whose consent it is now: `{status, profile, position}`.
#[derive(Debug, Serialize)]
pub struct ConsentAnswer {
    status: Status,
    profile: String,
    position: u64,
}

impl Api {
    /// Records decisions.
    ///
    /// # Errors
    /// `bad_consent`, `bad_address`, `bad_identifier`, `nobody_there`, `several_profiles`, `nameless`,
    /// `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn consent(&self, request: ConsentRequest) -> Result<ConsentAnswer, Failure> {
        let changes = changes(request.consent, self.rules.limits.name_letters_max)?;
        let target = self.target(&request.who)?;
        self.tells_of(&target).await?;
        let answered = self
            .handle
            .command(request.request_id, Command::Consent { target, changes })
            .await?;
        match answered.answer {
            Answer::Consented { profile } => Ok(ConsentAnswer {
                status: Status::Committed,
                profile: profile.to_string(),
                position: answered.position.0,
            }),
            _ => Err(Failure::used_request_id()),
        }
    }
}

fn changes(decisions: Decisions, letters_max: usize) -> Result<Vec<ConsentChange>, Failure> {
    let mut changes = Vec::new();
    for (channel, purposes) in decisions {
        for (purpose, decision) in purposes {
            let is_name = |name: &str| (1..=letters_max).contains(&name.trim().chars().count());
            if !is_name(&channel) || !is_name(&purpose) {
                let detail = format!("expected channels and purposes of 1 to {letters_max} letters");
                return Err(Failure::bad_request("bad_consent", detail));
            }
            let (channel, purpose) = (channel.trim().to_owned(), purpose.trim().to_owned());
            changes.push(ConsentChange {
                channel,
                purpose,
                decision: decision.into(),
            });
        }
    }
    if changes.is_empty() {
        let detail = "expected at least one decision, such as {\"sms\":{\"marketing\":\"granted\"}}";
        return Err(Failure::bad_request("bad_consent", detail));
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[(&str, &str, consent::Decision)]>) {
        let read = serde_json::from_str(text)
            .ok()
            .and_then(|decisions| changes(decisions, 9).ok());
        let read: Option<Vec<_>> = read.map(|all| {
            all.into_iter()
                .map(|one| (one.channel, one.purpose, one.decision))
                .collect()
        });
        let owned = |all: &[(&str, &str, consent::Decision)]| {
            all.iter()
                .map(|one| (one.0.to_owned(), one.1.to_owned(), one.2))
                .collect::<Vec<_>>()
        };
        assert_eq!(read, expected.map(owned), "{text}");
    }

    #[test]
    fn decisions_are_read_or_refused() {
        use consent::Decision::{Denied, Granted};
        check(
            r#"{"sms":{"marketing":"granted"}}"#,
            Some(&[("sms", "marketing", Granted)]),
        );
        check(r#"{"sms":{" ads ":"denied"}}"#, Some(&[("sms", "ads", Denied)]));
        for refused in [
            "{}",
            r#"{"sms":{}}"#,
            r#"{"sms":{"a":"maybe"}}"#,
            r#"{"":{"a":"granted"}}"#,
            r#"{"sms":true}"#,
        ] {
            check(refused, None);
        }
        check(r#"{"0123456789":{"a":"granted"}}"#, None);
    }
}
