//! Who was told of a customer, asked of the service that noted it.

use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    audit::{ADMIN, AGENT, ANALYST, SHOP, ask, keyed},
    process::{Service, output, printed, yekta},
};

/// Status and code of a question that is refused.
fn refused(service: &Service, key: Option<&str>, path: &str) -> (u16, String) {
    let config = Agent::config_builder().http_status_as_error(false).build();
    let mut question = config.new_agent().get(format!("{}{path}", service.url));
    if let Some(key) = key {
        question = question.header("authorization", format!("Bearer {key}"));
    }
    let mut answer = question.call().unwrap();
    let body: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    (
        answer.status().as_u16(),
        body["code"].as_str().unwrap().to_owned(),
    )
}

/// Somebody whom two were told of while she was a cookie, and one since she is Mina: her profile, and the id before.
fn told_of_mina(service: &Service) -> (String, String) {
    let seen = json!({"id": "e-1", "type": "Product Viewed", "identifiers": [
        {"kind": "anonymous_id", "value": "cookie-7731", "trust": "observed"}]});
    ask(service, SHOP, "/v1/events", Some(&seen)).unwrap();
    let by_cookie = "/v1/profiles/anonymous_id:cookie-7731";
    let former = ask(service, AGENT, by_cookie, None).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    ask(service, ANALYST, &format!("/v1/profiles/{former}"), None).unwrap();
    let signed_in = json!({"id": "e-2", "type": "Signed In", "identifiers": [
        {"kind": "anonymous_id", "value": "cookie-7731", "trust": "observed"},
        {"kind": "user_id", "value": "mina-7731", "trust": "verified"}]});
    ask(service, SHOP, "/v1/events", Some(&signed_in)).unwrap();
    let context = ask(service, AGENT, "/v1/context/callcenter/user_id:mina-7731", None).unwrap();
    (context["profile"].as_str().unwrap().to_owned(), former)
}

/// Who was told, but for those who asked that.
fn others(answer: &Value) -> Vec<Value> {
    let readers = answer["readers"].as_array().unwrap().iter();
    readers.filter(|one| one["who"] != "office").cloned().collect()
}

#[test]
fn who_answers_for_the_service_sees_who_was_told_of_a_customer() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::of(keyed(dir.path()));
    let (mina, former) = told_of_mina(&service);
    let path = format!("/v1/profiles/{mina}/readers");
    let answer = ask(&service, ADMIN, &path, None).unwrap();
    assert_eq!(
        (&answer["profile"], &answer["kept"], &answer["next"]),
        (&json!(mina), &json!(true), &Value::Null)
    );
    let told = |at: &Value, [who, role, action, shown]: [&str; 4], view: Value| json!({"at": at, "who": who, "role": role, "action": action, "purpose": "call 4711", "view": view, "shown": shown});
    let readers = answer["readers"].as_array().unwrap();
    let at = |number: usize| &readers[number]["at"];
    let expected = [
        told(
            at(0),
            ["office", "admin", "read who was told of customers", "all"],
            Value::Null,
        ),
        told(
            at(1),
            ["desk", "agent", "read contexts", "all"],
            json!("callcenter"),
        ),
        told(
            at(2),
            ["figures", "analyst", "read profiles", "nameless"],
            Value::Null,
        ),
        told(at(3), ["desk", "agent", "read profiles", "masked"], Value::Null),
    ];
    assert_eq!(readers.as_slice(), expected);
    // By the id that was absorbed, and by whatever else names her.
    for who in [former.as_str(), "user_id:mina-7731"] {
        let same = ask(&service, ADMIN, &format!("/v1/profiles/{who}/readers"), None).unwrap();
        assert_eq!((&same["profile"], others(&same)), (&json!(mina), others(&answer)));
    }
    for (key, expected) in [
        (Some(AGENT), (403, "forbidden")),
        (Some(ANALYST), (403, "forbidden")),
        (Some(SHOP), (401, "unauthorized")),
        (None, (401, "unauthorized")),
    ] {
        let (status, code) = refused(&service, key, &path);
        assert_eq!((status, code.as_str()), expected, "{key:?}");
    }
    let nobody = format!("/v1/profiles/{}/readers", "0".repeat(32));
    assert_eq!(refused(&service, Some(ADMIN), &nobody).0, 404);
    let cursor = format!("{path}?cursor=mina");
    assert_eq!(
        refused(&service, Some(ADMIN), &cursor),
        (400, "bad_cursor".to_owned())
    );
}

#[test]
fn who_was_told_is_read_page_by_page_while_more_are() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::of(keyed(dir.path()));
    let (mina, _) = told_of_mina(&service);
    let (mut told, mut query) = (Vec::new(), "?limit=1".to_owned());
    loop {
        // Each page is noted, and so is what the desk asks meanwhile: behind what is still to come.
        let answer = ask(
            &service,
            ADMIN,
            &format!("/v1/profiles/{mina}/readers{query}"),
            None,
        )
        .unwrap();
        ask(&service, AGENT, &format!("/v1/profiles/{mina}"), None).unwrap();
        assert_eq!(answer["readers"].as_array().unwrap().len(), 1, "{answer}");
        told.push(answer["readers"][0]["who"].as_str().unwrap().to_owned());
        match answer["next"].as_str() {
            Some(next) => query = format!("?limit=1&cursor={next}"),
            None => break,
        }
        assert!(told.len() < 10, "{told:?}");
    }
    assert_eq!(told, ["office", "desk", "figures", "desk"]);

    let asked = |latest: &str, format: &[&str]| {
        let mut command = yekta([
            "readers",
            mina.as_str(),
            "--latest",
            latest,
            "--url",
            service.url.as_str(),
        ]);
        command.args(format).env("YEKTA_KEY", ADMIN);
        printed(command, b"")
    };
    let lines = asked("3", &["--json"]);
    let all: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (all.len(), &all[0]["who"], &all[1]["who"]),
        (3, &json!("office"), &json!("desk"))
    );
    let shown = asked("1000", &[]);
    assert!(
        shown.contains("  figures  analyst  read profiles  nameless"),
        "{shown}"
    );
}

#[test]
fn where_nobody_is_noted_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = keyed(dir.path());
    command.env("YEKTA_AUDIT__ENABLED", "false");
    let service = Service::of(command);
    let (mina, _) = told_of_mina(&service);
    let answer = ask(&service, ADMIN, &format!("/v1/profiles/{mina}/readers"), None).unwrap();
    let expected = json!({"profile": mina, "kept": false, "readers": [], "next": null});
    assert_eq!(answer, expected);
    let mut command = yekta(["readers", mina.as_str(), "--url", service.url.as_str()]);
    command.env("YEKTA_KEY", ADMIN);
    let said = output(command, b"");
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&said.stderr).contains("notes nobody"));
}
