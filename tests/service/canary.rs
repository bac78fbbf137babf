//! A person whose every value is marked goes through all that the service does: the marks stand in no log and no metric,
//! and once the person was erased in no file; and they do not come back, whatever is restored.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    folder::{copied, files},
    process::{Service, output, printed, serve, wait_for, yekta},
};

/// What marks whatever the person says, each in another way of saying it.
const MARKS: [&str; 10] = [
    "canaryuser7731",
    "canarymail7731",
    "9127731773",
    "canarydevice7731",
    "canaryloyalty7731",
    "Canariensis7731",
    "canaryaddress7731",
    "canarybasket7731",
    "canaryremark7731",
    "canarypage7731",
];
/// What another person says, who stays.
const KEPT: &str = "keeperuser4242";

/// A service that tells all it does, where numbers are of one country.
pub fn command(folder: &Path) -> Command {
    let mut command = serve(folder);
    command.env("YEKTA_LOG__FILTER", "debug");
    command.env("YEKTA_CHANNELS__WEB__REGION", "IR");
    command.env("YEKTA_CHANNELS__CALLCENTER__REGION", "IR");
    command.env("YEKTA_CHANNELS__STORE__REGION", "IR");
    command
}

fn told(id: &str, [channel, name]: [&str; 2], identifiers: Value, more: Value) -> Value {
    let mut event =
        json!({"id": id, "source": "test", "channel": channel, "type": name, "identifiers": identifiers});
    event
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    event
}

/// What the person does on all channels.
fn history() -> Vec<Value> {
    let browser = json!({"kind": "anonymous_id", "value": "canarydevice7731"});
    let user = json!({"kind": "user_id", "value": "canaryuser7731", "trust": "verified"});
    let mail = json!({"kind": "email", "value": "canarymail7731@example.com", "trust": "verified"});
    let phone = json!({"kind": "phone", "value": "0912 773 1773", "trust": "verified"});
    let page = json!({"properties": {"url": "https://shop.example/canarypage7731", "product_id": "canarybasket7731"},
        "context": {"page": {"title": "canarypage7731"}}});
    vec![
        told("1", ["web", "Page Viewed"], json!([browser]), page.clone()),
        told("2", ["web", "Product Added to Wishlist"], json!([browser]), page),
        told(
            "3",
            ["web", "Signed In"],
            json!([browser, user, mail]),
            json!({"traits": {"first_name": "Canariensis7731", "address": "1 canaryaddress7731 St"}}),
        ),
        told(
            "4",
            ["store", "Order Completed"],
            json!([user, {"kind": "loyalty_id", "value": "canaryloyalty7731"}]),
            json!({"properties": {"order_id": "canarybasket7731", "total": 5, "currency": "EUR"}}),
        ),
        told(
            "5",
            ["callcenter", "Call Started"],
            json!([user, phone]),
            json!({"properties": {"said": "canaryremark7731"}}),
        ),
        told(
            "6",
            ["callcenter", "Ticket Opened"],
            json!([phone]),
            json!({"properties": {"ticket_id": "t-1", "subject": "canaryremark7731"}}),
        ),
        // Typed by nobody knows whom.
        told(
            "7",
            ["web", "Form Submitted"],
            json!([{"kind": "email", "value": "canarymail7731@example.com"}]),
            json!({}),
        ),
    ]
}

fn call(service: &Service, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{}{path}", service.url);
    let answer = match method {
        "GET" => agent.get(&url).call(),
        "DELETE" => agent.delete(&url).call(),
        "PUT" => agent.put(&url).send(body.to_string()),
        _ => agent.post(&url).send(body.to_string()),
    };
    let mut answer = answer.unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    let read = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (answer.status().as_u16(), read)
}

/// Everything that can be done with the person is done.
pub fn lived(service: &Service) {
    let post = |path: &str, body: Value| {
        let (status, answer) = call(service, "POST", path, &body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    for event in history() {
        assert_eq!(post("/v1/events", event)["accepted"], 1);
    }
    let other = told(
        "k",
        ["web", "Signed In"],
        json!([{"kind": "user_id", "value": KEPT}]),
        json!({}),
    );
    post("/v1/events", other);
    let segment = json!({"userId": "canaryuser7731", "traits": {"last_name": "Canariensis7731"}, "messageId": "8",
        "type": "identify"});
    post("/v1/identify", segment);
    // What cannot be read as an event names them too.
    let bad = json!([{"id": "9", "type": "Page Viewed", "channel": "web", "time": "never",
        "identifiers": [{"kind": "email", "value": "canarymail7731@example.com"}]}]);
    assert_eq!(post("/v1/events", bad)["rejected"][0]["code"], "bad_time");
    let user = json!({"kind": "user_id", "value": "canaryuser7731"});
    let minted = post(
        "/v1/qr",
        json!({"identifier": user, "basket": {"what": "canarybasket7731"}}),
    );
    let token = minted["token"].as_str().unwrap().to_owned();
    call(service, "GET", &format!("/v1/qr/{token}"), &Value::Null);
    post(
        "/v1/lookup",
        json!({"view": "callcenter", "identifiers": [{"kind": "phone", "value": "0912 773 1773"}]}),
    );
    for path in [
        "/v1/profiles/user_id:canaryuser7731",
        "/v1/profiles/phone:+989127731773/timeline",
        "/v1/profiles/email:canarymail7731@example.com/identity",
        "/v1/context/callcenter/phone:+989127731773",
        "/v1/identity/explain?a=user_id:canaryuser7731&b=email:canarymail7731@example.com",
        "/v1/profiles/user_id:canaryuser7731-of-nobody",
    ] {
        call(service, "GET", path, &Value::Null);
    }
    let consent = json!({"sms": {"marketing": "granted"}});
    call(
        service,
        "PUT",
        "/v1/profiles/user_id:canaryuser7731/consent",
        &consent,
    );
    post(
        "/v1/identity/separate",
        json!({"a": "user_id:canaryuser7731", "b": format!("user_id:{KEPT}"),
        "why": "canaryremark7731"}),
    );
}

/// The marks that stand in these bytes.
pub fn marks_in(bytes: &[u8]) -> BTreeSet<&'static str> {
    let has = |mark: &&str| bytes.windows(mark.len()).any(|part| part == mark.as_bytes());
    MARKS.into_iter().filter(has).collect()
}

/// Each file below `folder` that holds a mark, and which.
pub fn marked(folder: &Path) -> Vec<(PathBuf, BTreeSet<&'static str>)> {
    let all = files(folder).into_iter();
    let read = all.map(|path| {
        let marks = marks_in(&fs::read(&path).unwrap());
        (path, marks)
    });
    read.filter(|(_, marks)| !marks.is_empty()).collect()
}

fn erase(service: &Service) -> Value {
    let mut erase = yekta([
        "erase",
        "user_id:canaryuser7731",
        "--now",
        "--wait",
        "120",
        "--json",
        "--url",
    ]);
    erase.arg(&service.url);
    serde_json::from_str(&printed(erase, b"")).unwrap()
}

fn is_nobody(service: &Service) {
    for who in [
        "user_id:canaryuser7731",
        "phone:+989127731773",
        "email:canarymail7731@example.com",
    ] {
        let (status, answer) = call(service, "GET", &format!("/v1/profiles/{who}"), &Value::Null);
        assert_eq!(
            (status, &answer["code"]),
            (404, &json!("nobody_there")),
            "{answer}"
        );
    }
}

#[test]
fn marked_values_stand_in_no_log_and_after_an_erasure_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::of(command(dir.path()));
    lived(&service);
    let (_, metrics) = call(&service, "GET", "/metrics", &Value::Null);
    assert_eq!(marks_in(metrics.as_str().unwrap().as_bytes()), BTreeSet::new());
    let log = service.stop();
    assert_eq!(marks_in(log.as_bytes()), BTreeSet::new(), "{log}");
    let before = marked(dir.path());
    let seen: BTreeSet<&str> = before
        .iter()
        .flat_map(|(_, marks)| marks.iter().copied())
        .collect();
    assert_eq!(seen, MARKS.into(), "what is looked for can be seen: {before:?}");
    let kept = copied(dir.path());

    let service = Service::of(command(dir.path()));
    let receipt = erase(&service);
    assert!(receipt["gone_at"].is_string(), "{receipt}");
    assert!(
        receipt["clearing_at"].as_str() <= receipt["gone_at"].as_str() && receipt["clearing_at"].is_string(),
        "{receipt}"
    );
    assert_eq!(marked(dir.path()), [], "while it runs");
    is_nobody(&service);
    let again = call(&service, "POST", "/v1/events", &Value::from(history())).1;
    assert_eq!(
        (&again["accepted"], again["rejected"][0]["code"].as_str()),
        (&json!(0), Some("erased"))
    );
    assert_eq!(
        call(
            &service,
            "GET",
            &format!("/v1/profiles/user_id:{KEPT}"),
            &Value::Null
        )
        .0,
        200
    );
    let log = service.stop();
    assert_eq!(marks_in(log.as_bytes()), BTreeSet::new(), "{log}");
    assert_eq!(marked(dir.path()), [], "after what came again");
    let mut verify = yekta(["verify", "--data-dir"]);
    verify.arg(dir.path());
    assert!(output(verify, b"").status.success());
    let service = Service::of(command(dir.path()));
    is_nobody(&service);
    service.stop();

    // A copy from before is put back, and only the ledger of erasures as it was last.
    let ledger = Path::new("default/erasures");
    fs::copy(dir.path().join(ledger), kept.path().join(ledger)).unwrap();
    let service = Service::of(command(kept.path()));
    is_nobody(&service);
    let path = format!("/v1/erasures/{}", receipt["erasure"].as_str().unwrap());
    wait_for("the restored files to be cleared", || {
        let (_, receipt) = call(&service, "GET", &path, &Value::Null);
        receipt["gone_at"].as_str().map(str::to_owned)
    });
    assert_eq!(marked(kept.path()), []);
    service.stop();
}
