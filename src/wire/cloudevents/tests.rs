//! `CloudEvents` in structured, binary and batch mode.

use super::plain_name;
use crate::domain::event::Event;
use crate::wire::{
    Reason, Rejection, Shape, decode_binary_cloudevent,
    fixture::{identifiers, one, origin, rules, show},
    percent, time,
};

const ATTRIBUTES: &str =
    r#""specversion":"1.0","id":"e-1","source":"shop","type":"com.example.order_completed.v1""#;
const NATIVE: &str =
    r#"{"id":"x","source":"y","channel":"web","identifiers":[{"kind":"user_id","value":"u"}]}"#;

fn structured(members: &str) -> Result<Event, Rejection> {
    one(&format!("{{{members}}}"), Shape::CloudEvent, &origin())
}

#[test]
fn attributes_win_over_the_data_they_wrap() {
    let event = structured(&format!(
        "{ATTRIBUTES},\"time\":\"2026-11-22T10:15:00Z\",\"data\":{NATIVE}"
    ))
    .unwrap();
    assert_eq!((event.id.source.as_str(), event.id.id.as_str()), ("shop", "e-1"));
    assert_eq!(
        (event.name.as_str(), event.channel.as_str()),
        ("order_completed", "web")
    );
    assert_eq!(time::format(event.time), "2026-11-22T10:15:00Z");
    let named = NATIVE.replace("\"id\":\"x\"", "\"type\":\"Order Completed\"");
    let event = structured(&format!("{ATTRIBUTES},\"channel\":\"store\",\"data\":{named}")).unwrap();
    assert_eq!(
        (event.name.as_str(), event.channel.as_str()),
        ("Order Completed", "store")
    );
}

#[test]
fn any_other_object_is_what_happened() {
    let data = r#"{"order_id":"o-1","total":5.50,"channel":"web"}"#;
    let event = structured(&format!("{ATTRIBUTES},\"subject\":\"s\",\"data\":{data}")).unwrap();
    assert_eq!(
        show(&event.properties),
        r#"{"channel":"web","order_id":"o-1","total":5.50}"#
    );
    assert_eq!(show(&event.context), r#"{"subject":"s"}"#);
    assert_eq!(identifiers(&event), ["order_id:o-1 stated"]);
}

#[test]
fn what_the_specification_requires_is_required() {
    for (gone, expected) in [
        (r#""specversion":"1.0","#, Reason::MissingMember),
        (r#""id":"e-1","#, Reason::MissingMember),
        (r#""source":"shop","#, Reason::MissingMember),
        (
            r#","type":"com.example.order_completed.v1""#,
            Reason::MissingMember,
        ),
    ] {
        let rejection =
            structured(&format!("{},\"data\":{NATIVE}", ATTRIBUTES.replace(gone, ""))).unwrap_err();
        assert_eq!(rejection.reason, expected, "{gone}");
    }
    for (version, data, expected) in [
        ("0.3", NATIVE, Reason::UnknownVersion),
        ("10", NATIVE, Reason::UnknownVersion),
        ("1.0", "[1]", Reason::WrongType),
        ("1.0", "\"text\"", Reason::WrongType),
        ("1.0", r#"{"channel":"web"}"#, Reason::NoIdentity),
    ] {
        let attributes = ATTRIBUTES.replace("1.0", version);
        let rejection = structured(&format!("{attributes},\"data\":{data}")).unwrap_err();
        assert_eq!(
            (rejection.reason, rejection.id.as_deref()),
            (expected, Some("e-1")),
            "{version} {data}"
        );
    }
    let rejection = structured(&format!("{ATTRIBUTES},\"data_base64\":\"e30=\"")).unwrap_err();
    assert_eq!(rejection.reason, Reason::WrongType);
}

fn binary(headers: &[(&str, &str)], body: &str) -> Result<Event, Rejection> {
    let headers = headers.iter().copied();
    let mut decoded = decode_binary_cloudevent(headers, body.as_bytes(), &origin(), &rules()).unwrap();
    decoded.items.remove(0)
}

#[test]
fn in_binary_mode_the_headers_are_the_attributes_and_the_body_is_the_data() {
    let headers = [
        ("Ce-Id", "e%2D1"),
        ("ce-specversion", "1.0"),
        ("CE-SOURCE", "%D8%B4%D8%B9%D8%A8%D9%87"),
        ("ce-type", "ir.shop.order_ready"),
        ("ce-data", "{}"),
        ("content-type", "application/json"),
    ];
    let event = binary(&headers, NATIVE).unwrap();
    assert_eq!((event.id.source.as_str(), event.id.id.as_str()), ("شعبه", "e-1"));
    assert_eq!(event.name, "order_ready");
    assert_eq!(binary(&headers, "").unwrap_err().reason, Reason::MissingMember);
    assert_eq!(binary(&headers, "{").unwrap_err().reason, Reason::NotJson);
    assert_eq!(binary(&headers, "[]").unwrap_err().reason, Reason::NotAnObject);
    assert_eq!(
        binary(&[("ce-id", "%FF")], NATIVE).unwrap_err().reason,
        Reason::WrongType
    );
    assert_eq!(
        binary(&headers[1..], NATIVE).unwrap_err().reason,
        Reason::MissingMember
    );
}

#[test]
fn percent_signs_that_code_nothing_stand_for_themselves() {
    for (text, decoded) in [
        ("a%20b", Some("a b")),
        ("100%", Some("100%")),
        ("%zz%4", Some("%zz%4")),
        ("%+1", Some("%+1")),
        ("%c3%A9é", Some("éé")),
        ("%C3", None),
    ] {
        assert_eq!(percent::decoded(text).as_deref(), decoded, "{text}");
    }
}

#[test]
fn a_type_gives_its_plainest_word() {
    for (kind, name) in [
        ("com.example.order_completed.v1", Some("order_completed")),
        ("order.completed.2", Some("completed")),
        ("Order Completed", Some("Order Completed")),
        ("v1", None),
        ("...", None),
    ] {
        assert_eq!(plain_name(kind), name, "{kind}");
    }
}
