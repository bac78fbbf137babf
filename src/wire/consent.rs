//! Consent in an event: `{"sms": {"marketing": "granted"}}`, or with `true` and `false`.

use crate::domain::{event::ConsentChange, profile::consent::Decision, value::Value};
use crate::wire::rejection::{Fault, Reason};

/// The decisions in `consent`, sorted.
///
/// # Errors
/// [`Reason::BadConsent`] where it has another shape or a name of more than `letters_max` letters.
pub(crate) fn read(consent: Option<Value>, letters_max: usize) -> Result<Vec<ConsentChange>, Fault> {
    let Some(consent) = consent else {
        return Ok(Vec::new());
    };
    let mut changes = Vec::new();
    let channels = consent.as_map().ok_or_else(bad)?;
    for (channel, purposes) in channels {
        let purposes = purposes.as_map().ok_or_else(bad)?;
        for (purpose, decision) in purposes {
            let decision = decision_of(decision).ok_or_else(bad)?;
            let name = |name: &str| {
                let name = name.trim();
                let fits = !name.is_empty() && name.chars().count() <= letters_max;
                fits.then(|| name.to_owned()).ok_or_else(bad)
            };
            changes.push(ConsentChange {
                channel: name(channel)?,
                purpose: name(purpose)?,
                decision,
            });
        }
    }
    changes.sort();
    Ok(changes)
}

fn decision_of(value: &Value) -> Option<Decision> {
    match value {
        Value::Bool(true) => Some(Decision::Granted),
        Value::Bool(false) => Some(Decision::Denied),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("granted") => Some(Decision::Granted),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("denied") => Some(Decision::Denied),
        _ => None,
    }
}

fn bad() -> Fault {
    let expected =
        "read consent: expected an object of channels, each an object of purposes that are granted or denied";
    Fault::new(Reason::BadConsent, expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json;

    fn check(consent: &str, expected: Result<&[(&str, &str, Decision)], Reason>) {
        let value = json::to_value(&serde_json::from_str(consent).unwrap());
        let read = read(Some(value), 9).map_err(|fault| fault.reason);
        let change = |&(channel, purpose, decision): &(&str, &str, Decision)| ConsentChange {
            channel: channel.into(),
            purpose: purpose.into(),
            decision,
        };
        assert_eq!(
            read,
            expected.map(|changes| changes.iter().map(change).collect()),
            "{consent}"
        );
    }

    #[test]
    fn words_and_booleans_are_decisions() {
        use Decision::{Denied, Granted};
        check("{}", Ok(&[]));
        check(
            r#"{"sms":{"marketing":"granted"}}"#,
            Ok(&[("sms", "marketing", Granted)]),
        );
        check(
            r#"{"sms":{"news":false," ads":"DENIED"},"email":{"ads":true}}"#,
            Ok(&[
                ("email", "ads", Granted),
                ("sms", "ads", Denied),
                ("sms", "news", Denied),
            ]),
        );
    }

    #[test]
    fn another_shape_is_refused() {
        for consent in [
            "[]",
            "true",
            r#"{"sms":true}"#,
            r#"{"sms":{"marketing":"maybe"}}"#,
            r#"{"sms":{"marketing":1}}"#,
            r#"{"sms":{"":true}}"#,
            r#"{"abcdefghij":{"a":true}}"#,
        ] {
            check(consent, Err(Reason::BadConsent));
        }
    }
}
