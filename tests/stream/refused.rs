//! Servers and streams that will not do: refused at the start with one sentence that says what to change.

use async_nats::jetstream::stream::Config;

use crate::{
    broker::{Broker, EVENTS, JOURNAL},
    process::{Running, serve, wait_for},
    server::NatsServer,
    serving::{refusal, serve_on, start_ready},
};

fn check_said(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
}

#[test]
fn a_stream_that_does_not_fit_is_left_alone_and_named() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let broker = Broker::of(&server);
    broker.make(Config {
        name: EVENTS.to_owned(),
        subjects: vec!["yekta.v1.*.event.>".to_owned()],
        ..Config::default()
    });
    let said = refusal(serve_on(&server, data.path()));
    check_said(&said, &[EVENTS, "expected", "nats stream edit"]);
    assert!(!broker.stream(EVENTS).config.allow_atomic_publish);
    // Set right, it will do.
    broker.remove(EVENTS);
    // The server removes its files behind its answer, and refuses another of that name meanwhile.
    let kept = server.folder().join("store/jetstream/$G/streams").join(EVENTS);
    wait_for("the files of the stream to go", || (!kept.exists()).then_some(()));
    start_ready(&server, data.path()).stop();
    let fits = broker.remove(JOURNAL);
    broker.make(Config {
        allow_direct: false,
        ..fits
    });
    let said = refusal(serve_on(&server, data.path()));
    check_said(&said, &[JOURNAL]);
}

#[test]
fn a_server_that_keeps_no_streams_is_refused() {
    let (server, data) = (NatsServer::with("", &[]), tempfile::tempdir().unwrap());
    let said = refusal(serve_on(&server, data.path()));
    check_said(&said, &["JetStream is not enabled", &server.url()]);
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let (mut server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    server.kill();
    let said = refusal(serve_on(&server, data.path()));
    check_said(&said, &[&server.url(), "start nats-server there"]);
}

#[test]
fn a_server_that_does_not_let_it_in_is_named_and_the_password_is_not() {
    let guarded = "authorization { user: yekta, password: expected-secret }";
    let (server, data) = (NatsServer::with(guarded, &["-js"]), tempfile::tempdir().unwrap());
    let with = |password: &str| {
        let mut command = serve_on(&server, data.path());
        command
            .env("YEKTA_NATS__USER", "yekta")
            .env("YEKTA_NATS__PASSWORD", password);
        command
    };
    let said = refusal(with("another-secret"));
    check_said(&said, &["refused the credentials", &server.url()]);
    assert!(!said.contains("secret"), "{said}");
    crate::process::Service::of(with("expected-secret")).stop();
}

#[test]
fn a_wrong_configuration_is_another_exit_code() {
    let data = tempfile::tempdir().unwrap();
    for url in ["nats://user:s3cret@127.0.0.1:1", "nats:// nowhere"] {
        let mut command = serve(data.path());
        command.args(["--nats-url", url]);
        let mut running = Running::start(command);
        assert_eq!(running.ended().code(), Some(78), "{}", running.log());
        let log = running.log();
        assert!(log.contains("nats.url") && !log.contains("s3cret"), "{log}");
    }
}
