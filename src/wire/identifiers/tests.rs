//! Identifiers as events carry them: kinds, trust, and values that are dropped.

use crate::wire::{
    Origin, Shape,
    fixture::{all, dropped, identifiers, one, origin, show},
    qr,
};

fn check(source: &str, members: &str, expected: &[&str], drops: &[&str]) {
    let origin = Origin {
        source: Some(source.into()),
        channel: Some("web".into()),
        ..origin()
    };
    let body = format!("{{\"type\":\"X\",{members}}}");
    let event = one(&body, Shape::Native, &origin).unwrap();
    assert_eq!(identifiers(&event), expected, "{body}");
    assert_eq!(dropped(&event), drops, "{body}");
}

#[test]
fn values_are_normalised_sorted_and_hold_their_highest_trust_once() {
    check(
        "pos/1",
        r#""identifiers":[
            {"kind":"phone","value":"۰۹۱۲ ۳۴۵ ۶۷۸۹"},
            {"kind":"phone","value":"+98 912 345 6789","trust":"verified"},
            {"kind":"phone","value":"0098 912 345 6789","trust":"observed"},
            {"kind":"email","value":"Sara@X.ir"},
            {"kind":"telegram","value":17,"trust":"observed"}]"#,
        &[
            "email:sara@x.ir staff",
            "phone:+989123456789 verified",
            "telegram:17 observed",
        ],
        &[],
    );
}

#[test]
fn a_source_is_believed_no_further_than_it_may_be() {
    let stated = r#""identifiers":[{"kind":"user_id","value":"u","trust":"verified"}]"#;
    check("crm", stated, &["user_id:u stated"], &[]);
    check("web", stated, &["user_id:u verified"], &[]);
}

#[test]
fn a_value_that_names_nobody_is_dropped_and_its_event_lives_on() {
    check(
        "pos/1",
        r#""identifiers":[
            {"kind":"user_id","value":"null"},
            {"kind":"user_id","value":"u-1"},
            {"kind":"phone","value":"+266696687"},
            {"kind":"email","value":"sara"},
            {"kind":"device_id","value":null},
            {"kind":"device_id","value":"  "}],
          "context":{"yekta_dropped":"mine"}"#,
        &["user_id:u-1 staff"],
        &[
            "device_id empty",
            "email malformed",
            "phone withheld",
            "user_id blocked",
        ],
    );
}

#[test]
fn what_is_dropped_is_told_without_its_value() {
    let body = r#"{"type":"X","channel":"web","identifiers":[{"kind":"email","value":"sara-at-home"}]}"#;
    let event = one(body, Shape::Native, &origin()).unwrap();
    assert_eq!(
        show(&event.context),
        r#"{"yekta_dropped":[{"kind":"email","reason":"malformed"}]}"#
    );
}

#[test]
fn contacts_among_the_traits_are_found() {
    check(
        "crm",
        r#""traits":{"email":"S@X.ir","phone":"+989123456789"}"#,
        &["email:s@x.ir stated", "phone:+989123456789 stated"],
        &[],
    );
}

#[test]
fn an_order_is_known_by_one_id_within_its_namespace() {
    for (source, id, expected) in [
        ("web", "\" o-77 \"", "o-77"),
        ("web", "77", "77"),
        ("pos/1", "\"o-77\"", "pos/o-77"),
        ("pos/1", "\"pos/o-77\"", "pos/o-77"),
    ] {
        let origin = Origin {
            source: Some(source.into()),
            channel: Some("web".into()),
            ..origin()
        };
        let body = format!("{{\"type\":\"X\",\"properties\":{{\"order_id\":{id}}}}}");
        let event = one(&body, Shape::Native, &origin).unwrap();
        assert_eq!(
            identifiers(&event),
            [format!("order_id:{expected} stated")],
            "{body}"
        );
        assert_eq!(
            event.property_text("order_id").as_deref(),
            Some(expected),
            "{body}"
        );
    }
    check(
        "pos/1",
        r#""identifiers":[{"kind":"order_id","value":"o-1"}]"#,
        &["order_id:pos/o-1 staff"],
        &[],
    );
}

#[test]
fn of_a_qr_token_nothing_stays_but_its_digest() {
    let token = "MZXW6YTBOI2GK3TUMVZA";
    let digest = qr::digest(token).unwrap();
    for members in [
        format!(r#""type":"QR Scanned","properties":{{"token":"{token}"}}"#),
        format!(
            r#""type":"qr_scanned","properties":{{"token":" https://x.ir/q/{}?a=1 "}}"#,
            token.to_lowercase()
        ),
        format!(
            r#""type":"X","identifiers":[{{"kind":"qr_token","value":"{token}"}}],
               "properties":{{"url":"https://x.ir/q/{token}"}},"context":{{"page":{{"path":["/q/{token}"]}}}}"#
        ),
    ] {
        let event = one(
            &format!("{{\"channel\":\"web\",{members}}}"),
            Shape::Native,
            &origin(),
        )
        .unwrap();
        assert_eq!(
            identifiers(&event),
            [format!("qr_token:{digest} stated")],
            "{members}"
        );
        assert!(!all(&event).to_ascii_uppercase().contains(token), "{members}");
        assert!(event.property("token").is_none());
    }
}
