//! Connecting, and the streams and views: made, found again, refused where they do not fit.

use std::time::Duration;

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, Source, StorageType,
};
use yekta::nats::{
    Connection, Link, Settings,
    assets::{self, AssetError},
};

use crate::{
    connected, made_again, run,
    server::{NatsServer, wait_for},
    settings,
};

#[test]
fn what_is_missing_is_made_once() {
    let server = NatsServer::start();
    run(async {
        let (connection, settings) = (connected(&server).await, settings(&server));
        let made = assets::ensure(&connection, &settings).await.unwrap();
        let found = assets::ensure(&connection, &settings).await.unwrap();
        for (made, found) in [
            (&made.events, &found.events),
            (&made.journal, &found.journal),
            (&made.profiles, &found.profiles),
            (&made.out, &found.out),
        ] {
            assert!(made.made && !found.made, "{made:?} {found:?}");
            assert_eq!((&made.stream, made.created_ns), (&found.stream, found.created_ns));
        }
        assert_eq!(made.journal.stream, "YEKTA_JOURNAL_default");
        let bucket = connection
            .jetstream
            .get_key_value("YEKTA_PROFILES_default")
            .await
            .unwrap();
        assert!(bucket.put("p", "outsider".into()).await.is_err());
    });
}

#[test]
fn views_need_not_be_synced_with_each_message_and_all_else_is() {
    let server = NatsServer::start();
    run(async {
        let (connection, settings) = (connected(&server).await, settings(&server));
        assets::ensure(&connection, &settings).await.unwrap();
        for (stream, is_view) in [
            ("YEKTA_EVENTS", false),
            ("YEKTA_JOURNAL_default", false),
            ("KV_YEKTA_PROFILES_default", true),
            ("YEKTA_OUT_default", true),
        ] {
            let found = connection.jetstream.get_stream(stream).await.unwrap();
            let config = found.cached_info().config.clone();
            let is_async = config.persist_mode == Some(PersistenceMode::Async);
            assert_eq!(is_async, is_view, "{stream}");
            if is_view {
                // One that was made otherwise will do.
                connection.jetstream.delete_stream(stream).await.unwrap();
                let synced = Config {
                    persist_mode: None,
                    ..config
                };
                made_again(async || connection.jetstream.create_stream(&synced).await).await;
            }
        }
        assets::ensure(&connection, &settings).await.unwrap();
    });
}

#[test]
fn two_tenants_share_the_events_and_nothing_else() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let tenant = |name: &str| Settings {
            tenant: name.parse().unwrap(),
            ..settings(&server)
        };
        let one = assets::ensure(&connection, &tenant("one")).await.unwrap();
        let two = assets::ensure(&connection, &tenant("two")).await.unwrap();
        assert!(!two.events.made && two.journal.made && two.profiles.made && two.out.made);
        assert_eq!(one.events.created_ns, two.events.created_ns);
        let clash = assets::ensure(&connection, &tenant("ONE")).await.unwrap_err();
        assert!(matches!(clash, AssetError::Create { stream, .. } if stream == "YEKTA_JOURNAL_ONE"));
    });
}

#[test]
fn what_operators_changed_is_left_as_it_is() {
    let server = NatsServer::start();
    run(async {
        let (connection, settings) = (connected(&server).await, settings(&server));
        assets::ensure(&connection, &settings).await.unwrap();
        let stream = connection.jetstream.get_stream("YEKTA_EVENTS").await.unwrap();
        let changed = Config {
            max_age: Duration::from_secs(3_600),
            max_bytes: 1 << 20,
            ..stream.cached_info().config.clone()
        };
        connection.jetstream.update_stream(&changed).await.unwrap();
        assets::ensure(&connection, &settings).await.unwrap();
        let stream = connection.jetstream.get_stream("YEKTA_EVENTS").await.unwrap();
        assert_eq!(stream.cached_info().config.max_bytes, 1 << 20);
    });
}

/// Makes the streams, puts `stream` back as `how` has it, and gives what is said of it.
async fn misfit(
    connection: &Connection,
    settings: &Settings,
    stream: &str,
    how: impl FnOnce(&mut Config),
) -> String {
    for name in [
        "KV_YEKTA_PROFILES_default",
        "YEKTA_OUT_default",
        "YEKTA_JOURNAL_default",
        "YEKTA_EVENTS",
    ] {
        connection.jetstream.delete_stream(name).await.ok();
    }
    made_again(async || assets::ensure(connection, settings).await).await;
    let found = connection.jetstream.get_stream(stream).await.unwrap();
    let mut config = found.cached_info().config.clone();
    connection.jetstream.delete_stream(stream).await.unwrap();
    how(&mut config);
    made_again(async || connection.jetstream.create_stream(&config).await).await;
    let refused = assets::ensure(connection, settings).await.unwrap_err();
    assert!(matches!(refused, AssetError::Misfit { .. }), "{refused:?}");
    refused.to_string()
}

/// What is said of a misfit.
fn says(stream: &str, what: &str) -> String {
    format!("use the stream {stream}: {what}; change it with nats stream edit, or remove the stream")
}

#[test]
fn each_misfit_of_the_events_is_refused_with_what_to_change() {
    let server = NatsServer::start();
    run(async {
        let (connection, settings) = (connected(&server).await, settings(&server));
        let said = |stream, how: fn(&mut Config)| misfit(&connection, &settings, stream, how);
        assert_eq!(
            said("YEKTA_EVENTS", |config| config.allow_atomic_publish = false).await,
            says("YEKTA_EVENTS", "allow_atomic is false, expected true")
        );
        assert_eq!(
            said("YEKTA_EVENTS", |config| config.retention =
                RetentionPolicy::WorkQueue)
            .await,
            says("YEKTA_EVENTS", "retention is workqueue, expected limits")
        );
        assert_eq!(
            said("YEKTA_EVENTS", |config| config.subjects =
                vec!["yekta.v1.a.event.>".into()])
            .await,
            says(
                "YEKTA_EVENTS",
                "subjects is yekta.v1.a.event.>, expected yekta.v1.*.event.>"
            )
        );
        assert_eq!(
            said("YEKTA_EVENTS", |config| config.storage = StorageType::Memory).await,
            says("YEKTA_EVENTS", "storage is memory, expected file")
        );
        assert_eq!(
            said("YEKTA_EVENTS", |config| {
                config.discard = DiscardPolicy::Old;
                config.max_messages = 10;
            })
            .await,
            says("YEKTA_EVENTS", "discard is old, expected new")
        );
        assert_eq!(
            said("YEKTA_EVENTS", |config| config.max_message_size = 65_536).await,
            says(
                "YEKTA_EVENTS",
                "max_msg_size is 65536, expected -1, or at least 1048576"
            )
        );
    });
}

#[test]
fn each_misfit_of_the_journal_and_its_views_is_refused_with_what_to_change() {
    let server = NatsServer::start();
    run(async {
        let (connection, settings) = (connected(&server).await, settings(&server));
        let said = |stream, how: fn(&mut Config)| misfit(&connection, &settings, stream, how);
        assert_eq!(
            said("YEKTA_JOURNAL_default", |config| config.max_age =
                Duration::from_secs(3_600))
            .await,
            says("YEKTA_JOURNAL_default", "max_age is 3600 s, expected 0 s")
        );
        assert_eq!(
            said("YEKTA_JOURNAL_default", |config| config.allow_direct = false).await,
            says("YEKTA_JOURNAL_default", "allow_direct is false, expected true")
        );
        assert_eq!(
            said("YEKTA_JOURNAL_default", |config| config
                .max_messages_per_subject =
                1)
            .await,
            says("YEKTA_JOURNAL_default", "max_msgs_per_subject is 1, expected 0")
        );
        for stream in [
            "YEKTA_JOURNAL_default",
            "KV_YEKTA_PROFILES_default",
            "YEKTA_OUT_default",
        ] {
            assert_eq!(
                said(stream, |config| config.max_message_size = 1_000).await,
                says(stream, "max_msg_size is 1000, expected -1, or at least 1048576")
            );
        }
        assert_eq!(
            said("YEKTA_OUT_default", |config| config.sources =
                Some(vec![Source {
                    name: "YEKTA_EVENTS".into(),
                    ..Source::default()
                }]))
            .await,
            says(
                "YEKTA_OUT_default",
                "sources is YEKTA_EVENTS (), expected YEKTA_JOURNAL_default \
                 (yekta.v1.default.j.action.> -> yekta.v1.default.action.>; \
                 yekta.v1.default.j.context.> -> yekta.v1.default.context.>; \
                 yekta.v1.default.j.dlq.> -> yekta.v1.default.dlq.>; \
                 yekta.v1.default.j.insight.> -> yekta.v1.default.insight.>; \
                 yekta.v1.default.j.profile.> -> yekta.v1.default.profile.>)"
            )
        );
        assert!(
            said("KV_YEKTA_PROFILES_default", |config| config.subjects = vec!["$KV.YEKTA_PROFILES_default.>".into()])
                .await
                .starts_with("use the stream KV_YEKTA_PROFILES_default: subjects is $KV.YEKTA_PROFILES_default.>, expected none;")
        );
    });
}

#[test]
fn a_server_that_takes_smaller_batches_than_commits_may_be_is_refused() {
    for (most, fits) in [(999, false), (100, false), (1_000, true)] {
        let limits = format!("jetstream {{ limits {{ batch {{ max_msgs: {most} }} }} }}");
        let server = NatsServer::with(&limits, &["-js"]);
        run(async {
            let (connection, settings) = (connected(&server).await, settings(&server));
            let ensured = assets::ensure(&connection, &settings).await;
            assert_eq!(ensured.is_ok(), fits, "{most}: {ensured:?}");
            if let Err(refused) = ensured {
                assert_eq!(
                    refused.to_string(),
                    "write batches into the stream YEKTA_JOURNAL_default: the server takes fewer than 1000 messages at \
                     once; set jetstream.limits.batch.max_msgs to 1000 in its configuration, or leave it out"
                );
            }
            // Trying it out stored nothing.
            let stream = connection.jetstream.get_stream("YEKTA_JOURNAL_default").await;
            assert_eq!(stream.unwrap().cached_info().state.last_sequence, 0);
        });
    }
}

#[test]
fn the_link_is_told() {
    let mut server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let is = |connected, reconnects| {
            (connection.link()
                == Link {
                    connected,
                    reconnects,
                    dropped: 0,
                })
            .then_some(())
        };
        wait_for("the first link", || is(true, 0));
        server.kill();
        wait_for("the link to be lost", || is(false, 0));
        server.restart();
        wait_for("the link to come back", || is(true, 1));
    });
}
