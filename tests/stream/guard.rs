//! Who may ask over NATS, and see how much: as over HTTP, by a key or token in the header `Authorization`.

use std::fs;

use serde_json::{Value, json};

use crate::{
    broker::Broker,
    process::Service,
    server::NatsServer,
    serving::{serve_on, wait_until_ready},
};

const AGENT: &str = "a-key-of-the-agents-desk";
const TILL: &str = "a-key-of-the-till-no-12";
const ADMIN: &str = "a-key-of-who-answers-000";

#[test]
fn a_question_over_nats_is_answered_as_the_role_may_see() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let file = |name: &str, text: &str| {
        let path = data.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (agent, till) = (file("agent.key", AGENT), file("till.key", TILL));
    let admin = file("admin.key", ADMIN);
    let config = file(
        "yekta.toml",
        &format!(
            "[keys.desk]\nrole = \"agent\"\nfile = {agent:?}\n[keys.till]\nrole = \"pos\"\nfile = {till:?}\n\
             [keys.office]\nrole = \"admin\"\nfile = {admin:?}\n"
        ),
    );
    let mut command = serve_on(&server, &data.path().join("data"));
    command.args(["--config", &config]);
    let service = Service::of(command);
    wait_until_ready(&service.url);
    let broker = Broker::of(&server);
    broker.tell_all(&[json!({"id": "e-1", "source": "web/shop", "channel": "web", "type": "Signed In",
        "traits": {"first_name": "Mina"}, "identifiers": [{"kind": "user_id", "value": "mina-7731", "trust": "verified"}]})]);
    let ask = |secret: Option<&str>, call: &str, body: &Value| broker.ask_by(secret, call, body);

    let who = json!({"who": "user_id:mina-7731"});
    for (secret, call, code) in [
        (None, "q.profile", 401),
        (Some("nobodys-key-0123456789"), "q.profile", 401),
        (None, "c.consent", 401),
        (Some(TILL), "q.profile", 403),
        (Some(TILL), "q.timeline", 403),
        (Some(AGENT), "c.merge", 403),
        (Some(AGENT), "q.rejections", 403),
        (Some(AGENT), "q.readers", 403),
    ] {
        assert_eq!(ask(secret, call, &who).unwrap_err().0, code, "{call}");
    }
    let profile = ask(Some(AGENT), "q.profile", &who).unwrap();
    assert_eq!(profile["identifiers"][0]["value"], "***31");
    assert_eq!(profile["traits"]["first_name"], "Mina");
    let context = |secret, view: &str| {
        let body = json!({"view": view, "who": "user_id:mina-7731"});
        ask(Some(secret), "q.context", &body).map(|context| context["match"].clone())
    };
    assert_eq!(context(TILL, "pos"), Ok(json!("one")));
    assert_eq!(context(TILL, "callcenter").unwrap_err().0, 404);
    let told = ask(Some(ADMIN), "q.readers", &who).unwrap();
    let readers = told["readers"].as_array().unwrap().iter();
    let readers: Vec<_> = readers
        .map(|one| (one["who"].as_str().unwrap(), one["shown"].as_str().unwrap()))
        .collect();
    assert_eq!(
        readers,
        [("office", "all"), ("till", "all"), ("desk", "masked")],
        "{told}"
    );
    // Everybody may know who answers: a second process asks it before it starts.
    assert!(ask(None, "c.owner", &json!({})).is_ok());
    service.stop();
}
