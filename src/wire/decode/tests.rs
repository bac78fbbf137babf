//! Whole bodies: which shape they are, and that hostile ones end in a refusal.

use proptest::prelude::*;

use crate::wire::{
    Call, Decoded, Reason, Rejection, Shape, decode, decode_binary_cloudevent, decode_events,
    fixture::{one, origin, reasons, rules},
};

const GOOD: &str = r#"{"id":"g","type":"A","channel":"web","identifiers":[{"kind":"user_id","value":"u"}]}"#;
const CLOUD: &str = r#"{"specversion":"1.0","id":"c","source":"s","type":"a.B","channel":"web","data":{"traits":{"city":"Qom"}}}"#;
const TRACK: &str =
    r#"{"type":"track","messageId":"t","event":"E","userId":"u","sentAt":"2026-11-22T12:00:00Z"}"#;
const SHAPES: [Shape; 5] = [
    Shape::Native,
    Shape::CloudEvent,
    Shape::CloudEventBatch,
    Shape::Segment(Call::Track),
    Shape::Segment(Call::Batch),
];

fn native(body: &str) -> Result<Decoded, Rejection> {
    decode(body.as_bytes(), Shape::Native, &origin(), &rules())
}

#[test]
fn a_bad_item_leaves_the_good_ones_alone() {
    let large = format!(r#"{{"id":"l","a":"{}"}}"#, "x".repeat(33 * 1024));
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    let bad = [
        ("3", Reason::NotAnObject),
        ("null", Reason::NotAnObject),
        ("[]", Reason::NotAnObject),
        ("{}", Reason::MissingMember),
        (r#"{"traits":1}"#, Reason::WrongType),
        (r#"{"a":"\ud800"}"#, Reason::NotJson),
        (
            r#"{"a":{"$serde_json::private::RawValue":"{}"}}"#,
            Reason::BadName,
        ),
        (&large, Reason::TooLarge),
        (&deep, Reason::TooDeep),
    ];
    let items: Vec<&str> = bad.iter().flat_map(|(item, _)| [GOOD, item]).collect();
    let decoded = native(&format!("[{}]", items.join(" , "))).unwrap();
    let expected: Vec<_> = bad.iter().flat_map(|(_, reason)| [None, Some(*reason)]).collect();
    assert_eq!(reasons(&decoded), expected);
    let kept = decoded.items[1].as_ref().unwrap_err();
    assert_eq!(kept.body, b"3");
}

#[test]
fn a_body_that_is_no_list_of_items_is_refused_whole() {
    for (body, expected) in [
        ("", Reason::NotJson),
        ("[1", Reason::NotJson),
        ("{} {}", Reason::NotJson),
        ("\"text\"", Reason::NotAnObject),
        ("7", Reason::NotAnObject),
    ] {
        assert_eq!(native(body).unwrap_err().reason, expected, "{body}");
    }
    assert_eq!(
        decode(b"\xFF", Shape::Native, &origin(), &rules())
            .unwrap_err()
            .reason,
        Reason::NotJson
    );
    assert_eq!(
        native(&format!("[{}]", vec!["0"; 2501].join(",")))
            .unwrap_err()
            .reason,
        Reason::TooMany
    );
    assert_eq!(
        native(&format!("[{}]", vec!["0"; 2500].join(",")))
            .unwrap()
            .items
            .len(),
        2500
    );
    assert!(native("[]").unwrap().items.is_empty());
}

#[test]
fn of_members_with_one_name_the_last_holds() {
    let body = GOOD.replace("\"id\":\"g\"", "\"id\":\"first\",\"id\":\"last\"");
    assert_eq!(one(&body, Shape::Native, &origin()).unwrap().id.id, "last");
}

#[test]
fn the_content_type_tells_the_shape_and_a_cloudevent_tells_itself() {
    let batch = format!("[{CLOUD},{GOOD}]");
    let both = [None, None];
    let cloud_only = [None, Some(Reason::MissingMember)];
    for (content_type, expected) in [
        (None, both),
        (Some("application/json; charset=utf-8"), both),
        (Some("text/plain"), both),
        (
            Some("Application/CloudEvents-Batch+JSON; charset=utf-8"),
            cloud_only,
        ),
        (Some("application/cloudevents+json"), cloud_only),
    ] {
        let decoded = decode_events(content_type, batch.as_bytes(), &origin(), &rules()).unwrap();
        assert_eq!(reasons(&decoded), expected, "{content_type:?}");
    }
}

const PHONE: &str = "9123456789";

/// Bodies that hold the phone wherever a customer's data may stand, good and bad.
fn bodies_with_a_phone() -> Vec<(Shape, String)> {
    let native = |members: &str| {
        (
            Shape::Native,
            format!("{{\"type\":\"A\",\"channel\":\"web\",{members}}}"),
        )
    };
    vec![
        native(&format!(
            r#""identifiers":[{{"kind":"phone","value":"+98{PHONE}"}}]"#
        )),
        native(&format!(
            r#""identifiers":[{{"kind":"phone","value":"x{PHONE}"}}]"#
        )),
        native(&format!(
            r#""identifiers":[{{"kind":"phone","value":["{PHONE}"]}}]"#
        )),
        native(&format!(r#""identifiers":[{{"kind":"+{PHONE}","value":"1"}}]"#)),
        native(&format!(
            r#""identifiers":[{{"kind":"phone","value":"1","trust":"{PHONE}"}}]"#
        )),
        native(&format!(r#""traits":{{"phone":{PHONE},"first_name":"{PHONE}"}}"#)),
        native(&format!(r#""traits":"{PHONE}""#)),
        native(&format!(
            r#""properties":{{"order_id":"{PHONE}","a":["{PHONE}"]}},"context":{{"a":{PHONE}}}"#
        )),
        native(&format!(r#""consent":{{"sms":"{PHONE}"}}"#)),
        native(&format!(r#""time":"{PHONE}x""#)),
        (Shape::Native, format!(r#"{{"type":"A","channel":"{PHONE}"}}"#)),
        (Shape::Native, format!(r#"{{"type":"A","a":{PHONE}x}}"#)),
        (Shape::Native, format!(r#""{PHONE}""#)),
        (
            Shape::CloudEvent,
            format!(r#"{{"specversion":"{PHONE}","id":"1","source":"s"}}"#),
        ),
        (
            Shape::CloudEvent,
            format!(r#"{{"specversion":"1.0","id":"1","source":"s","data":"{PHONE}"}}"#),
        ),
        (
            Shape::Segment(Call::Alias),
            format!(r#"{{"userId":"{PHONE}","previousId":"0{PHONE}"}}"#),
        ),
        (
            Shape::Segment(Call::Batch),
            format!(r#"{{"batch":[{{"type":"{PHONE}"}}],"context":{{"a":"{PHONE}"}}}}"#),
        ),
        (Shape::Segment(Call::Batch), format!(r#"{{"batch":"{PHONE}"}}"#)),
    ]
}

#[test]
fn nothing_that_a_customer_sent_is_ever_shown() {
    for (shape, body) in bodies_with_a_phone() {
        let decoded = decode(body.as_bytes(), shape, &origin(), &rules());
        assert!(!format!("{decoded:?}").contains(PHONE), "{body}: {decoded:?}");
        let items = decoded.map_or_else(|whole| vec![Err(whole)], |decoded| decoded.items);
        for rejection in items.into_iter().filter_map(Result::err) {
            assert!(!rejection.to_string().contains(PHONE), "{body}");
            assert!(String::from_utf8_lossy(&rejection.body).contains(PHONE), "{body}");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for shape in SHAPES {
            let _decoded = decode(&bytes, shape, &origin(), &rules());
        }
        let _decoded = decode_binary_cloudevent([("ce-id", "%41%")], &bytes, &origin(), &rules());
    }

    #[test]
    fn a_changed_event_is_decoded_or_refused(
        which in 0..3_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = [GOOD, CLOUD, TRACK][which].as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        for shape in SHAPES {
            let _whole = decode(&body, shape, &origin(), &rules());
            let _cut = decode(&body[..cut.index(body.len())], shape, &origin(), &rules());
        }
    }

    #[test]
    fn a_member_of_any_type_anywhere_is_decoded_or_refused(
        which in 0..3_usize,
        name in "id|source|type|channel|time|sent_at|identifiers|traits|properties|context|consent|data|specversion|\
                 userId|anonymousId|previousId|event|messageId|sentAt|timestamp|groupId|name",
        value in r#"null|true|-1|1e400|""|" "|"x"|\[\]|\[1,\{"id":\[\]\}\]|\{\}|\{"device":\{"id":1\},"traits":3\}"#,
    ) {
        let body = [GOOD, CLOUD, TRACK][which].replacen('{', &format!("{{\"{name}\":{value},"), 1);
        let last = body.trim_end_matches('}').to_owned() + &format!(",\"{name}\":{value}}}");
        for shape in SHAPES {
            let _first = decode(body.as_bytes(), shape, &origin(), &rules());
            let _last = decode(last.as_bytes(), shape, &origin(), &rules());
        }
    }

    #[test]
    fn good_items_outlive_any_neighbour(neighbour in r#"\{"[a-z]{1,9}":(1|"x"|\[\]|\{\})\}|[0-9]|"[a-z]*"|true"#) {
        let decoded = native(&format!("[{GOOD},{neighbour},{GOOD}]")).unwrap();
        let good: Vec<bool> = decoded.items.iter().map(Result::is_ok).collect();
        prop_assert_eq!(good, [true, false, true]);
    }
}
