//! `PUT /v1/profiles/{who}/consent`: what a customer decided, written down by who asked them.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{event::ConsentChange, profile::consent},
    engine::{
        api::{Answer, Command, Target},
        query::Address,
    },
    http::{
        Http,
        body::{Asking, Document},
        failure::Failure,
    },
    wire::out::answer::Status,
};

/// Decisions by way of contact and purpose.
type Decisions = BTreeMap<String, BTreeMap<String, Decision>>;

/// One decision.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decision {
    Granted,
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

/// A repeat under the same id gets the first answer.
#[derive(Deserialize)]
pub(crate) struct Repeatable {
    request_id: Option<String>,
}

/// Whose consent it is now.
#[derive(Serialize)]
pub(crate) struct Consented {
    status: Status,
    profile: String,
    position: u64,
}

/// Records decisions.
pub(crate) async fn put(
    State(http): State<Http>,
    Path(who): Path<String>,
    Asking(Repeatable { request_id }): Asking<Repeatable>,
    Document(decisions): Document<Decisions>,
) -> Result<Json<Consented>, Failure> {
    let changes = changes(decisions, http.rules.limits.name_letters_max)?;
    let target = match http.address(&who, http.settings.region.as_ref())? {
        Some(Address::Id(id)) => Target::Profile(id),
        Some(Address::Identifier(key)) => Target::Identifier(key),
        None => {
            return Err(Failure::not_found(
                "nobody_there",
                "nobody can hold this identifier",
            ));
        }
    };
    let answered = http
        .handle
        .command(request_id, Command::Consent { target, changes })
        .await?;
    match answered.answer {
        Answer::Consented { profile } => Ok(Json(Consented {
            status: Status::Committed,
            profile: profile.to_string(),
            position: answered.position.0,
        })),
        Answer::Minted { .. } | Answer::Qr(_) => Err(Failure::used_request_id()),
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
