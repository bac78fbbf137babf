//! What every shape goes through in the end: times, bounds, traits and consent.

use crate::domain::profile::consent::Decision;
use crate::wire::{
    Origin, Reason, Shape,
    fixture::{noon, one, origin, show},
    time,
};

const USER: &str = r#""identifiers":[{"kind":"user_id","value":"u"}]"#;

fn reason(members: &str, origin: &Origin) -> Option<Reason> {
    one(&format!("{{{members}}}"), Shape::Native, origin)
        .err()
        .map(|rejection| rejection.reason)
}

#[test]
fn the_documented_event_is_understood() {
    let body = r#"{"id":"0199f3b2","channel":"store","type":"Order Completed","time":"2026-11-22T10:15:00Z",
        "source":"pos/tehran-12","identifiers":[{"kind":"loyalty_id","value":"L-102","trust":"verified"},
        {"kind":"phone","value":"۰۹۱۲ ۳۴۵ ۶۷۸۹"}],"traits":{"first_name":"Sara"},
        "properties":{"order_id":"o-77","total":1250000.10,"currency":"IRR"},
        "consent":{"sms":{"marketing":"granted"}},"context":{"store_id":"tehran-12"}}"#;
    let event = one(body, Shape::Native, &origin()).unwrap();
    assert_eq!(
        (event.id.source.as_str(), event.id.id.as_str()),
        ("pos/tehran-12", "0199f3b2")
    );
    assert_eq!(
        (event.channel.as_str(), event.name.as_str()),
        ("store", "Order Completed")
    );
    assert_eq!(
        (time::format(event.time).as_str(), event.stated_time),
        ("2026-11-22T10:15:00Z", None)
    );
    assert_eq!(event.received, noon());
    assert!(event.place.shared_devices && event.place.hands_over);
    assert_eq!(event.property_text("total").as_deref(), Some("1250000.10"));
    assert_eq!(show(&event.context), r#"{"store_id":"tehran-12"}"#);
    assert_eq!(event.consent[0].decision, Decision::Granted);
    assert_eq!(event.identifiers.len(), 3);
    assert_eq!((event.alias_of, event.expires), (None, None));
}

#[test]
fn what_an_event_does_not_say_its_origin_does() {
    let body = format!("{{{USER}}}");
    let said = Origin {
        source: Some("shop".into()),
        channel: Some("web".into()),
        name: Some("order_ready".into()),
        ..origin()
    };
    let event = one(&body, Shape::Native, &said).unwrap();
    assert_eq!(
        (
            event.id.source.as_str(),
            event.channel.as_str(),
            event.name.as_str()
        ),
        ("shop", "web", "order_ready")
    );
    assert_eq!((event.time, event.stated_time), (noon(), None));
    let again = one(&format!("  {body}\n"), Shape::Native, &said).unwrap();
    assert_eq!(event.id, again.id);
    assert_eq!(event.id.id.len(), 64);
    let own = format!("{{{USER},\"type\":\"A\",\"channel\":\"store\"}}");
    let own = one(&own, Shape::Native, &Origin { source: None, ..said }).unwrap();
    assert_eq!(
        (own.id.source.as_str(), own.channel.as_str(), own.name.as_str()),
        ("default", "store", "A")
    );
}

#[test]
fn names_that_nothing_stands_in_for_are_refused() {
    let long = "n".repeat(201);
    for (members, expected) in [
        (format!("{USER},\"type\":\"A\""), Reason::MissingMember),
        (format!("{USER},\"channel\":\"web\""), Reason::MissingMember),
        (
            format!("{USER},\"type\":\" \",\"channel\":\"web\""),
            Reason::MissingMember,
        ),
        (
            format!("{USER},\"type\":\"A\",\"channel\":\"fax\""),
            Reason::UnknownChannel,
        ),
        (
            format!("{USER},\"type\":\"A\",\"channel\":\"web\",\"source\":\"yekta\""),
            Reason::ReservedSource,
        ),
        (
            format!("{USER},\"type\":\"{long}\",\"channel\":\"web\""),
            Reason::BadName,
        ),
        (
            format!("{USER},\"type\":\"A\",\"channel\":\"web\",\"id\":\"{long}\""),
            Reason::BadName,
        ),
        (
            format!("{USER},\"type\":\"A\",\"channel\":\"web\",\"source\":\"a\\u0000b\""),
            Reason::BadName,
        ),
        (
            format!("{USER},\"type\":\"A\",\"channel\":\"web\",\"consent\":1"),
            Reason::BadConsent,
        ),
    ] {
        assert_eq!(reason(&members, &origin()), Some(expected), "{members}");
    }
    let many = vec![r#"{"kind":"user_id","value":"u"}"#; 51].join(",");
    let many = format!("\"type\":\"A\",\"channel\":\"web\",\"identifiers\":[{many}]");
    assert_eq!(reason(&many, &origin()), Some(Reason::TooMany));
}

#[test]
fn an_unknown_channel_is_told_the_known_ones_and_a_known_one_may_be_a_token() {
    let body = format!("{{{USER},\"type\":\"A\",\"channel\":\"fax\"}}");
    let rejection = one(&body, Shape::Native, &origin()).unwrap_err();
    assert!(
        rejection.message.ends_with("call-center, mobile, store, web"),
        "{}",
        rejection.message
    );
    let body = format!("{{{USER},\"type\":\"A\",\"channel\":\"call_center\"}}");
    assert_eq!(
        one(&body, Shape::Native, &origin()).unwrap().channel,
        "call-center"
    );
}

fn clock(times: &str) -> (String, Option<String>) {
    let body = format!("{{{USER},\"type\":\"A\",\"channel\":\"web\"{times}}}");
    let event = one(&body, Shape::Native, &origin()).unwrap();
    (time::format(event.time), event.stated_time.map(time::format))
}

#[test]
fn a_senders_clock_is_corrected_and_the_future_is_now() {
    let noon = "2026-11-22T12:00:00Z";
    for (times, expected, stated) in [
        ("", noon, None),
        (r#","time":null"#, noon, None),
        (r#","time":1795342500000"#, "2026-11-22T10:15:00Z", None),
        // An hour slow: what it calls ten was eleven.
        (
            r#","time":"2026-11-22T10:00:00Z","sent_at":"2026-11-22T11:00:00Z""#,
            "2026-11-22T11:00:00Z",
            Some("2026-11-22T10:00:00Z"),
        ),
        (
            r#","time":"2025-01-01T00:00:00Z","sent_at":"9999-01-01T00:00:00Z""#,
            "2025-01-01T00:00:00Z",
            None,
        ),
        // A day fast.
        (
            r#","time":"2026-11-23T11:59:00Z","sent_at":"2026-11-23T12:00:00Z""#,
            "2026-11-22T11:59:00Z",
            Some("2026-11-23T11:59:00Z"),
        ),
        // A minute on its way, and no slow clock; a second more is one.
        (
            r#","time":"2026-11-22T10:00:00Z","sent_at":"2026-11-22T11:59:00Z""#,
            "2026-11-22T10:00:00Z",
            None,
        ),
        (
            r#","time":"2026-11-22T10:00:00Z","sent_at":"2026-11-22T11:58:59Z""#,
            "2026-11-22T10:01:01Z",
            Some("2026-11-22T10:00:00Z"),
        ),
        (
            r#","time":"2026-11-22T10:00:00Z","sent_at":"2026-11-22T12:00:00Z""#,
            "2026-11-22T10:00:00Z",
            None,
        ),
        (
            r#","time":"2026-11-22T10:00:00Z","sent_at":"soon""#,
            "2026-11-22T10:00:00Z",
            None,
        ),
        (r#","time":"2026-11-22T12:05:00Z""#, "2026-11-22T12:05:00Z", None),
        (
            r#","time":"2026-11-22T12:05:01Z""#,
            noon,
            Some("2026-11-22T12:05:01Z"),
        ),
    ] {
        assert_eq!(
            clock(times),
            (expected.to_owned(), stated.map(str::to_owned)),
            "{times}"
        );
    }
    for time in ["\"noon\"", "\"2026-11-22\"", "true", "1e40", "[]"] {
        let members = format!("{USER},\"type\":\"A\",\"channel\":\"web\",\"time\":{time}");
        assert_eq!(reason(&members, &origin()), Some(Reason::BadTime), "{time}");
    }
}

#[test]
fn an_event_is_about_somebody() {
    for (members, expected) in [
        ("", Some(Reason::NoIdentity)),
        (r#","identifiers":[]"#, Some(Reason::NoIdentity)),
        (
            r#","traits":{"color":"red","first_name":" ","city":null}"#,
            Some(Reason::NoIdentity),
        ),
        (r#","traits":{"first_name":"Sara"}"#, None),
        (r#","traits":{"address":{"city":"Tehran"}}"#, None),
        (r#","properties":{"order_id":"o-1"}"#, None),
        (r#","identifiers":[{"kind":"phone","value":"anonymous"}]"#, None),
    ] {
        let members = format!("\"type\":\"A\",\"channel\":\"web\"{members}");
        assert_eq!(reason(&members, &origin()), expected, "{members}");
    }
}

#[test]
fn an_offer_holds_until_what_it_says() {
    for (property, expected) in [
        (
            r#""expires":"2026-12-01T00:00:00Z""#,
            Some("2026-12-01T00:00:00Z"),
        ),
        (r#""expires_at":1795342500"#, Some("2026-11-22T10:15:00Z")),
        (
            r#""expires":"soon","valid_until":"2026-11-30""#,
            Some("2026-12-01T00:00:00Z"),
        ),
        (r#""expires":"soon""#, None),
    ] {
        let body = format!("{{{USER},\"type\":\"A\",\"channel\":\"web\",\"properties\":{{{property}}}}}");
        let event = one(&body, Shape::Native, &origin()).unwrap();
        assert_eq!(event.expires.map(time::format).as_deref(), expected, "{property}");
    }
}
