//! The native event: the shape that says everything an event can say.

use crate::domain::{
    identifier::{Kind, Trust},
    value::Value,
};
use crate::wire::{
    draft::{Draft, Stated, Vouched},
    members::Members,
    rejection::{Fault, Reason},
};

/// The draft that a native event's members fill; members of other names are left out.
///
/// # Errors
/// [`Reason::WrongType`] or [`Reason::BadIdentifier`].
pub(crate) fn draft(mut members: Members) -> Result<Draft, Fault> {
    let identifiers = members
        .take_list("identifiers")?
        .into_iter()
        .map(stated)
        .collect::<Result<_, _>>()?;
    let mut draft = Draft {
        id: members.take_text("id")?,
        source: members.take_text("source")?,
        channel: members.take_text("channel")?,
        name: members.take_text("type")?,
        time: members.take("time"),
        sent_at: members.take("sent_at"),
        identifiers,
        former_user: None,
        traits: members.take_map("traits")?,
        properties: members.take_map("properties")?,
        context: members.take_map("context")?,
        consent: members.take("consent"),
        trace: None,
    };
    draft.state_traits();
    Ok(draft)
}

fn stated(entry: Value) -> Result<Stated, Fault> {
    let Value::Map(members) = entry else {
        return Err(bad("an object with kind and value"));
    };
    let mut members = Members(members);
    let kind = members
        .take("kind")
        .and_then(|kind| Kind::new(kind.as_text()?.trim()).ok());
    let kind = kind.ok_or_else(|| bad("a kind of 1 to 64 characters of a-z, 0-9 and _"))?;
    let raw = match members.0.remove("value") {
        // A client without a value for a kind: the value is dropped, not its event.
        Some(Value::Null) => Some(String::new()),
        value => value.as_ref().and_then(Value::text_or_number),
    };
    let raw = raw.ok_or_else(|| bad("a value that is a text or a number"))?;
    let vouched = match members.take("trust") {
        None => Vouched::BySource,
        Some(trust) => {
            let trust = trust
                .as_text()
                .and_then(|trust| trust.trim().parse::<Trust>().ok());
            Vouched::Says(trust.ok_or_else(|| bad("a trust of observed, stated, staff or verified"))?)
        }
    };
    Ok(Stated { kind, raw, vouched })
}

fn bad(expected: &str) -> Fault {
    Fault::new(
        Reason::BadIdentifier,
        format!("read identifiers: expected {expected}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &str, expected: Result<(&str, &str, Vouched), Reason>) {
        let text = format!("{{\"identifiers\":[{entry}]}}");
        let draft = draft(Members::parse(&text).unwrap());
        let first = draft.as_ref().map(|draft| &draft.identifiers[0]);
        let first = first.map(|first| (first.kind.as_str(), first.raw.as_str(), first.vouched));
        assert_eq!(first.map_err(|fault| fault.reason), expected, "{entry}");
    }

    #[test]
    fn an_identifier_has_a_kind_a_value_and_perhaps_a_trust() {
        check(
            r#"{"kind":"phone","value":"0912"}"#,
            Ok(("phone", "0912", Vouched::BySource)),
        );
        check(
            r#"{"kind":"x_1","value":42,"trust":"staff"}"#,
            Ok(("x_1", "42", Vouched::Says(Trust::Staff))),
        );
        check(
            r#"{"kind":"phone","value":null,"trust":null}"#,
            Ok(("phone", "", Vouched::BySource)),
        );
        for entry in [
            "1",
            "null",
            r#"{"value":"1"}"#,
            r#"{"kind":"Phone","value":"1"}"#,
            r#"{"kind":"phone"}"#,
            r#"{"kind":"phone","value":true}"#,
            r#"{"kind":"phone","value":{"a":1}}"#,
            r#"{"kind":"phone","value":"1","trust":"root"}"#,
            r#"{"kind":"phone","value":"1","trust":7}"#,
        ] {
            check(entry, Err(Reason::BadIdentifier));
        }
    }

    #[test]
    fn members_of_another_type_are_refused() {
        for text in [
            r#"{"id":{}}"#,
            r#"{"type":[]}"#,
            r#"{"channel":true}"#,
            r#"{"identifiers":{}}"#,
            r#"{"traits":[]}"#,
            r#"{"properties":"x"}"#,
            r#"{"context":1}"#,
        ] {
            let draft = draft(Members::parse(text).unwrap());
            assert_eq!(
                draft.map_err(|fault| fault.reason).unwrap_err(),
                Reason::WrongType,
                "{text}"
            );
        }
    }

    #[test]
    fn contacts_among_the_traits_are_stated() {
        let text = r#"{"traits":{"email":"s@x.ir","phone":" "}}"#;
        let draft = draft(Members::parse(text).unwrap()).unwrap();
        assert_eq!(draft.identifiers.len(), 1);
        assert_eq!(draft.identifiers[0].kind, Kind::EMAIL);
    }
}
