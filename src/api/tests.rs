//! Requests, as an edge without addresses reads them from one JSON body.

use std::fmt::Debug;

use super::*;

fn check<T: DeserializeOwned + Debug + PartialEq>(body: &str, expected: &T) {
    let request: T = read(body.as_bytes()).unwrap();
    assert_eq!(&request, expected, "{body}");
    let shown = format!("{request:?}");
    for secret in ["+98", "S3CRET", "basket"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

fn refused<T: DeserializeOwned + Debug>(body: &str, place: &str) {
    let failure = read::<T>(body.as_bytes()).unwrap_err();
    assert_eq!(failure.code(), "bad_body", "{body}");
    assert!(failure.message().ends_with(place), "{failure}");
    assert!(!failure.message().contains("+98"), "{failure}");
}

fn who() -> Who {
    "phone:+98".to_owned().into()
}

#[test]
fn questions_about_a_profile_are_read_from_a_body() {
    let whole = r#"{"who":"phone:+98","limit":7,"cursor":"c","channel":"web","min_position":9,"else":{}}"#;
    check(
        whole,
        &ProfileRequest {
            who: who(),
            min_position: Some(9),
        },
    );
    check(
        whole,
        &TimelineRequest {
            who: who(),
            limit: Some(7),
            cursor: Some("c".to_owned()),
            channel: Some("web".to_owned()),
            min_position: Some(9),
        },
    );
    check(
        r#"{"who":"phone:+98"}"#,
        &IdentityRequest {
            who: who(),
            min_position: None,
        },
    );
}

#[test]
fn lists_and_contexts_are_read_from_a_body() {
    let nothing = RejectionsRequest {
        limit: None,
        min_position: None,
    };
    check("", &nothing);
    check("{}", &nothing);
    let identifiers: Vec<AskedIdentifier> =
        serde_json::from_str(r#"[{"kind":"phone","value":"+98"},{"kind":"user_id","value":7}]"#).unwrap();
    check(
        r#"{"identifiers":[{"kind":"phone","value":"+98"},{"kind":"user_id","value":7}],"flat":true}"#,
        &LookupRequest {
            identifiers,
            view: None,
            flat: true,
            region: None,
            deadline_ms: None,
            min_position: None,
        },
    );
    check(
        r#"{"view":"pos","who":"phone:+98","min_position":0,"region":"IR","deadline_ms":300,"store_id":"s"}"#,
        &ContextRequest {
            view: "pos".to_owned(),
            who: Some(who()),
            identifiers: None,
            flat: false,
            region: Some("IR".to_owned()),
            deadline_ms: Some(300),
            min_position: Some(0),
            store_id: Some("s".to_owned()),
        },
    );
}

#[test]
fn commands_are_read_from_a_body() {
    let (token, text) = (Token::from("S3CRET".to_owned()), |text: &str| {
        Some(text.to_owned())
    });
    let whole = r#"{"token":"S3CRET","store_id":"s","request_id":"r","min_position":3}"#;
    check(
        whole,
        &QrReadRequest {
            token: token.clone(),
            store_id: text("s"),
            min_position: Some(3),
        },
    );
    check(
        whole,
        &QrRedeemRequest {
            token: token.clone(),
            store_id: text("s"),
            request_id: text("r"),
        },
    );
    check(
        whole,
        &QrRevokeRequest {
            token,
            request_id: text("r"),
        },
    );
    check(
        r#"{"profile":"p","basket":{"a":"S3CRET"},"purpose":"lookup"}"#,
        &QrMintRequest {
            profile: text("p"),
            identifier: None,
            basket: Some(serde_json::json!({"a": "S3CRET"})),
            offer: None,
            expires: None,
            store_id: None,
            purpose: QrPurpose::Lookup,
            offline: false,
            benefit: None,
            request_id: None,
        },
    );
    let granted = BTreeMap::from([("ads".to_owned(), Decision::Granted)]);
    check(
        r#"{"who":"phone:+98","consent":{"sms":{"ads":"granted"}},"request_id":"r"}"#,
        &ConsentRequest {
            who: who(),
            consent: BTreeMap::from([("sms".to_owned(), granted)]),
            request_id: text("r"),
        },
    );
}

#[test]
fn a_body_that_is_none_is_refused_without_its_words() {
    refused::<ProfileRequest>("", "1:2");
    refused::<ProfileRequest>(r#"{"who":"phone:+98","min_position":"+98"}"#, "1:39");
    refused::<LookupRequest>(r#"{"view":"+98"}"#, "1:14");
    refused::<ConsentRequest>(r#"{"who":"phone:+98","consent":{"sms":{"ads":"+98"}}}"#, "1:48");
}

#[test]
fn a_list_of_members_is_no_object() {
    let list = "expected a JSON object as /openapi.json describes it";
    refused::<WordRequest>(r#"["user_id:a","user_id:b","me","because",null]"#, list);
    for body in [
        r#"{"identifiers":[["phone","+98"]]}"#,
        r#"{"identifiers":[{"kind":"phone","value":["+98"]}]}"#,
    ] {
        assert_eq!(
            read::<LookupRequest>(body.as_bytes()).unwrap_err().code(),
            "bad_body"
        );
    }
    let told = read::<UndoRequest>(br#"{"event":{"source":"s","id":"1"}}"#);
    let listed = read::<UndoRequest>(br#"{"event":["s","1"]}"#);
    assert_eq!((told.is_ok(), listed.is_ok()), (true, false));
}
