//! What a loaded service measures and logs: the work, and never whom it was about.

use yekta::cli::generate;

use crate::{
    api::Api,
    load,
    measured::{sample, values},
    process::{Service, serve},
};

const EVENTS: usize = 600;
/// Values that are asked for.
const ASKED: [&str; 4] = [
    "+989125550199",
    "9125550199",
    "nobody@example.org",
    "somebody-unknown",
];

#[test]
fn work_is_measured_and_nobody_is_named() {
    let data = tempfile::tempdir().unwrap();
    let mut command = serve(data.path());
    command.env("YEKTA_LOG__FILTER", "trace");
    let service = Service::of(command);
    let api = Api::of(&service.url);
    let events = generate::events(3, 30, EVENTS);
    let accepted = load::send_all(&service.url, &events);
    ask(&api);

    let metrics = api.text("/metrics");
    for name in [
        "engine_commit_seconds_count",
        "engine_commit_bytes_sum",
        "http_query_seconds_count",
    ] {
        assert!(
            sample(&metrics, &format!("yekta_{name}")) > 0.0,
            "{name}: {metrics}"
        );
    }
    for name in [
        "yekta_engine_resolutions_total",
        "yekta_engine_freshness_seconds_count",
        "yekta_engine_events_total{outcome=\"accepted\"}",
    ] {
        assert_eq!(sample(&metrics, name).to_string(), accepted.to_string(), "{name}");
    }
    assert!(sample(&metrics, "yekta_engine_rejections_total") > 0.0);

    let log = service.stop();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "nothing was logged in detail: {log}"
    );
    let mut values = values(&events);
    values.extend(ASKED.map(str::to_owned));
    assert!(values.len() > 20);
    for value in &values {
        assert!(!metrics.contains(value), "a metric tells {value}");
        let told = log.lines().find(|line| line.contains(value));
        assert!(told.is_none(), "the log tells {value}: {told:?}");
    }
}

/// Questions and events that fail, as well as ones that do not: their errors name nobody either.
fn ask(api: &Api) {
    let unknown = api.lookup("phone", "+989125550199", "callcenter");
    assert_eq!(unknown["match"], "none");
    api.lookup("email", "nobody@example.org", "web");
    let known = api.lookup("user_id", "somebody-unknown", "pos");
    assert_eq!(known["match"], "none");
    for body in [
        r#"{"id":"b","channel":"web","type":"X","identifiers":[{"kind":"phone","value":"+989125550199","trust":"no"}]}"#,
        r#"{"id":"c","channel":"nowhere","type":"X","identifiers":[{"kind":"email","value":"nobody@example.org"}]}"#,
        r#"{"id":"d","channel":"web","identifiers":"somebody-unknown"}"#,
        r#"[{"value":"somebody-unknown""#,
    ] {
        api.try_post("/v1/events", body).unwrap();
    }
    for path in [
        "/v1/profiles/user_id:somebody-unknown",
        "/v1/context/none/email:nobody@example.org",
    ] {
        api.try_get(path);
    }
}
