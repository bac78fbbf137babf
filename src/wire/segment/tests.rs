//! Segment's calls: identify, track, page, screen, group, alias, batch.

use crate::domain::event::Event;
use crate::wire::{
    Call, Origin, Reason, Rejection, Shape, decode,
    fixture::{identifiers, one, origin, reasons, rules, show},
    time,
};

fn call(call: Call, members: &str) -> Result<Event, Rejection> {
    one(&format!("{{{members}}}"), Shape::Segment(call), &origin())
}

fn check_ids(call_made: Call, source: &str, members: &str, expected: &[&str]) {
    let origin = Origin {
        source: Some(source.into()),
        ..origin()
    };
    let event = one(&format!("{{{members}}}"), Shape::Segment(call_made), &origin).unwrap();
    assert_eq!(identifiers(&event), expected, "{members}");
}

#[test]
fn every_call_has_a_name_and_its_own_members() {
    let user = r#""userId":"u""#;
    for (made, members, name, properties) in [
        (
            Call::Identify,
            r#""traits":{"first_name":"Sara"}"#,
            "Identify",
            "{}",
        ),
        (
            Call::Track,
            r#""event":"Order Completed","properties":{"total":1.50}"#,
            "Order Completed",
            r#"{"total":1.50}"#,
        ),
        (
            Call::Page,
            r#""name":"Home","category":"Shop","properties":{"name":"Kept"}"#,
            "Page Viewed",
            r#"{"category":"Shop","name":"Kept"}"#,
        ),
        (
            Call::Screen,
            r#""name":"Cart""#,
            "Screen Viewed",
            r#"{"name":"Cart"}"#,
        ),
        (
            Call::Group,
            r#""groupId":7,"traits":{"name":"Acme","email":"info@acme.ir"}"#,
            "Group Joined",
            r#"{"email":"info@acme.ir","group_id":"7","name":"Acme"}"#,
        ),
    ] {
        let event = call(made, &format!("{user},{members}")).unwrap();
        assert_eq!(
            (event.name.as_str(), show(&event.properties).as_str()),
            (name, properties),
            "{members}"
        );
        assert_eq!(identifiers(&event), ["user_id:u stated"]);
    }
    assert_eq!(call(Call::Track, user).unwrap_err().reason, Reason::MissingMember);
}

#[test]
fn reserved_traits_are_the_facts_that_they_name() {
    let traits = r#""userId":"u","traits":{"firstName":"Sara","lastName":"R","last_name":"Rahimi","birthday":"1990-01-02"}"#;
    let event = call(Call::Identify, traits).unwrap();
    assert_eq!(
        show(&event.traits),
        r#"{"birth_date":"1990-01-02","first_name":"Sara","lastName":"R","last_name":"Rahimi"}"#
    );
}

#[test]
fn ids_are_coerced_and_those_that_are_nothing_left_out() {
    check_ids(
        Call::Identify,
        "web",
        r#""userId":42,"anonymousId":null"#,
        &["user_id:42 stated"],
    );
    check_ids(
        Call::Identify,
        "web",
        r#""userId":"","anonymousId":"a""#,
        &["anonymous_id:a observed"],
    );
    check_ids(Call::Identify, "pos", r#""userId":"u""#, &["user_id:u staff"]);
    check_ids(
        Call::Identify,
        "web",
        r#""context":{"device":{"id":"d"},"externalIds":[{"id":"i","type":"ios.idfa"},{"id":"g","type":"x","collection":
           "accounts"},{"id":7},3],"traits":{"email":"S@x.ir"}}"#,
        &["device_id:d observed", "email:s@x.ir stated", "ios_idfa:i stated"],
    );
    for (members, expected) in [
        (r#""userId":null,"anonymousId":"""#, Reason::NoIdentity),
        (r#""userId":{"a":1}"#, Reason::WrongType),
    ] {
        assert_eq!(
            call(Call::Identify, members).unwrap_err().reason,
            expected,
            "{members}"
        );
    }
}

#[test]
fn a_merge_states_what_it_says_is_one_persons() {
    let members = r#""mergeProperties":[{"type":"email","value":"S@x.ir"},{"type":"userId","value":42},
        {"type":"email"},{"value":"x"},7]"#;
    check_ids(
        Call::Merge,
        "web",
        members,
        &["email:s@x.ir stated", "user_id:42 stated"],
    );
    let merge = call(Call::Merge, members).unwrap();
    assert_eq!(merge.name, "Merge");
    // As any other call it says of somebody.
    assert_eq!(
        call(Call::Merge, r#""mergeProperties":[]"#).unwrap_err().reason,
        Reason::NoIdentity
    );
}

#[test]
fn traits_in_the_context_stand_in_for_missing_ones() {
    let event = call(
        Call::Identify,
        r#""userId":"u","context":{"ip":"1","traits":{"city":"Shiraz"}}"#,
    )
    .unwrap();
    assert_eq!(
        (show(&event.traits).as_str(), show(&event.context).as_str()),
        (r#"{"city":"Shiraz"}"#, r#"{"ip":"1"}"#)
    );
    let both = r#""userId":"u","traits":{"city":"Yazd"},"context":{"traits":{"city":"Shiraz"}}"#;
    assert_eq!(
        show(&call(Call::Identify, both).unwrap().traits),
        r#"{"city":"Yazd"}"#
    );
}

#[test]
fn an_alias_joins_two_user_ids_only_where_the_source_may_say_so() {
    let alias = r#""userId":"new","previousId":"old""#;
    let both = ["anonymous_id:old observed", "user_id:new stated"];
    for (source, former) in [("web", None), ("crm", Some("old"))] {
        check_ids(Call::Alias, source, alias, &both);
        let origin = Origin {
            source: Some(source.into()),
            ..origin()
        };
        let event = one(&format!("{{{alias}}}"), Shape::Segment(Call::Alias), &origin).unwrap();
        assert_eq!(event.name, "Alias");
        assert_eq!(
            event.alias_of.as_ref().map(|former| former.value()),
            former,
            "{source}"
        );
    }
    check_ids(
        Call::Alias,
        "crm",
        r#""userId":"u","previousId":"u""#,
        &["user_id:u stated"],
    );
    check_ids(
        Call::Identify,
        "crm",
        r#""userId":"u","previousId":"o""#,
        &["user_id:u stated"],
    );
}

#[test]
fn the_channel_is_said_or_shown_by_the_library() {
    let at = |channel: Option<&str>| Origin {
        channel: channel.map(str::to_owned),
        ..origin()
    };
    for (made, members, of_origin, expected) in [
        (Call::Track, r#""channel":"store""#, None, "store"),
        (Call::Track, r#""channel":"server""#, None, "web"),
        (
            Call::Track,
            r#""channel":"server""#,
            Some("call-center"),
            "call-center",
        ),
        (Call::Screen, r#""a":1"#, Some("web"), "mobile"),
        (
            Call::Track,
            r#""context":{"library":{"name":"analytics-kotlin"}}"#,
            None,
            "mobile",
        ),
        (
            Call::Track,
            r#""context":{"library":{"name":"com.rudderstack.Android.sdk"}}"#,
            Some("web"),
            "mobile",
        ),
        (
            Call::Track,
            r#""context":{"library":{"name":"analytics-react-native"}}"#,
            None,
            "mobile",
        ),
        (
            Call::Track,
            r#""context":{"library":{"name":"axios-analytics"}}"#,
            None,
            "web",
        ),
        (
            Call::Track,
            r#""context":{"device":{"type":"ios"}}"#,
            None,
            "mobile",
        ),
        (
            Call::Track,
            r#""context":{"library":{"name":"analytics-android"},"device":{"id":"till-3"}}"#,
            Some("store"),
            "store",
        ),
    ] {
        let body = format!("{{\"userId\":\"u\",\"event\":\"E\",{members}}}");
        let event = one(&body, Shape::Segment(made), &at(of_origin)).unwrap();
        assert_eq!(event.channel, expected, "{members} {of_origin:?}");
    }
    // A key is for its channel, whatever SDKs say there.
    let bound = Origin {
        is_bound: true,
        ..at(Some("web"))
    };
    for members in [
        r#""channel":"mobile""#,
        r#""channel":"server""#,
        r#""context":{"library":{"name":"analytics-kotlin"}}"#,
    ] {
        let body = format!("{{\"userId\":\"u\",\"event\":\"E\",{members}}}");
        let event = one(&body, Shape::Segment(Call::Track), &bound).unwrap();
        assert_eq!(event.channel, "web", "{members}");
    }
}

#[test]
fn the_original_time_is_corrected_by_when_it_was_sent() {
    let times = r#""userId":"u","originalTimestamp":"2026-11-22T09:00:00+00:00","timestamp":"2020-01-01T00:00:00Z",
        "sentAt":"2026-11-22T10:00:00Z""#;
    let event = call(Call::Identify, times).unwrap();
    assert_eq!(time::format(event.time), "2026-11-22T11:00:00Z");
    let event = call(
        Call::Identify,
        r#""userId":"u","timestamp":"2026-11-22T09:00:00Z""#,
    )
    .unwrap();
    assert_eq!(time::format(event.time), "2026-11-22T09:00:00Z");
}

#[test]
fn what_a_batch_says_holds_for_messages_that_do_not() {
    let body = r#"{"batch":[
        {"type":"Track","event":"A","userId":"u","messageId":"m-1","timestamp":"2026-11-22T10:00:00Z",
         "context":{"ip":"2"}},
        {"type":"charge","userId":"u","messageId":"m-2"},
        {"userId":"u"},
        {"type":"batch","userId":"u"},
        {"type":"track","event":"B","userId":"u","sentAt":"2026-11-22T12:00:00Z","timestamp":"2026-11-22T10:00:00Z"}],
        "sentAt":"2026-11-22T11:00:00Z","context":{"ip":"1","locale":"fa"},"integrations":{"x":true},"writeKey":"k"}"#;
    let decoded = decode(body.as_bytes(), Shape::Segment(Call::Batch), &origin(), &rules()).unwrap();
    let (unknown, missing) = (Some(Reason::UnknownType), Some(Reason::MissingMember));
    assert_eq!(reasons(&decoded), [None, unknown, missing, unknown, None]);
    assert_eq!(decoded.items[1].as_ref().unwrap_err().id.as_deref(), Some("m-2"));
    let (first, last) = (
        decoded.items[0].as_ref().unwrap(),
        decoded.items[4].as_ref().unwrap(),
    );
    assert_eq!(
        (first.id.id.as_str(), time::format(first.time).as_str()),
        ("m-1", "2026-11-22T11:00:00Z")
    );
    assert_eq!(show(&first.context), r#"{"ip":"2","locale":"fa"}"#);
    assert_eq!(time::format(last.time), "2026-11-22T10:00:00Z");
}

#[test]
fn a_batch_is_an_object_with_a_list() {
    let large = format!(r#"{{"batch":[],"context":{{"a":"{}"}}}}"#, "x".repeat(9000));
    let deep = format!(r#"{{"batch":[],"sentAt":{}{}}}"#, "[".repeat(40), "]".repeat(40));
    for (body, expected) in [
        (r#"{"batch":[]}"#, None),
        (r#"{"sentAt":null,"batch":[]}"#, None),
        ("{}", Some(Reason::MissingMember)),
        (r#"{"batch":{}}"#, Some(Reason::WrongType)),
        (r#"{"batch":[],"context":[]}"#, Some(Reason::WrongType)),
        ("[]", Some(Reason::NotAnObject)),
        ("3", Some(Reason::NotAnObject)),
        ("", Some(Reason::NotJson)),
        (large.as_str(), Some(Reason::TooLarge)),
        (deep.as_str(), Some(Reason::TooDeep)),
    ] {
        let decoded = decode(body.as_bytes(), Shape::Segment(Call::Batch), &origin(), &rules());
        let reason = decoded
            .map(|decoded| assert!(decoded.items.is_empty()))
            .err()
            .map(|rejection| rejection.reason);
        assert_eq!(reason, expected, "{body}");
    }
}
