//! The configuration of three servers that operators begin with: they are one cluster, keep three copies of what a member
//! makes, and each user may do what they need and nothing else.

use std::time::Duration;

use async_nats::{
    ConnectOptions, header,
    jetstream::{consumer::pull, kv, stream::StorageType},
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::{
    broker::{Broker, EVENTS, JOURNAL, OUT, PROFILES},
    cluster::{Cluster, Files, Ports},
    process::{Service, serve, wait_for},
    replicas::{step_down, wait_until_whole},
    serving::wait_until_ready,
    streams,
};

const SERVERS: [&str; 3] = [
    include_str!("../../config/examples/cluster/nats-1.conf"),
    include_str!("../../config/examples/cluster/nats-2.conf"),
    include_str!("../../config/examples/cluster/nats-3.conf"),
];
const ACCOUNTS: &str = include_str!("../../config/examples/cluster/accounts.conf");
/// How long a lease of this test lasts: longer than a busy machine takes for what happens meanwhile.
const LEASE: Duration = Duration::from_secs(5);
const LEASE_SUBJECT: &str = "$KV.YEKTA_CLUSTER.owner.default";

/// A server's file as it stands there, with a port of this machine for each that it names.
fn files(number: usize, ports: &[Ports]) -> Files {
    let (own, of) = (ports[number], format!("nats-{}", number + 1));
    let mut config = SERVERS[number].to_owned();
    for (there, here) in [
        (format!("listen: \"{of}:4222\""), own.clients),
        (format!("listen: \"{of}:6222\""), own.routes),
    ] {
        assert_eq!(config.matches(&there).count(), 1, "{there}");
        config = config.replace(&there, &format!("listen: \"127.0.0.1:{here}\""));
    }
    config = config.replace(
        "http: \"127.0.0.1:8222\"",
        &format!("http: \"127.0.0.1:{}\"", own.monitoring),
    );
    let routes: Vec<String> = ports
        .iter()
        .map(|one| format!("nats://route:of-route@127.0.0.1:{}", one.routes))
        .collect();
    let users = ["admin", "channel", "reader", "operator", "route"];
    let mut environment: Vec<(String, String)> = users
        .into_iter()
        .map(|user| {
            (
                format!("YEKTA_{}_PASSWORD", user.to_uppercase()),
                format!("of-{user}"),
            )
        })
        .collect();
    environment.push(("YEKTA_PASSWORD".to_owned(), "of-yekta".to_owned()));
    environment.push(("YEKTA_ROUTES".to_owned(), format!("[{}]", routes.join(", "))));
    Files {
        name: of,
        config,
        beside: vec![("accounts.conf".to_owned(), ACCOUNTS.to_owned())],
        environment,
    }
}

fn connected(cluster: &Cluster, user: &str) -> Broker {
    let options = ConnectOptions::with_user_and_password(user.to_owned(), format!("of-{user}"));
    let options = match user {
        "yekta" => options,
        other => options.custom_inbox_prefix(format!("_INBOX_{other}")),
    };
    Broker::at(&cluster.urls(), options)
}

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

/// Writes the lease where the entry there is the one of the revision `expected`, as members do.
fn write_lease(member: &Broker, expected: u64) -> Option<u64> {
    let time = format!("{}s", LEASE.as_secs());
    let expected = expected.to_string();
    let headers = [
        (header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE.as_ref(), &*expected),
        (header::NATS_MESSAGE_TTL.as_ref(), &*time),
    ];
    member.put(LEASE_SUBJECT, &headers, "{}").ok()
}

/// A member takes a lease, keeps it against another, sees it end, takes it anew and gives it back.
fn a_member_may_have_a_lease(member: &Broker) {
    let bucket = member.runtime.block_on(async {
        let config = kv::Config {
            bucket: "YEKTA_CLUSTER".to_owned(),
            history: 1,
            storage: StorageType::File,
            num_replicas: 3,
            limit_markers: Some(LEASE),
            ..kv::Config::default()
        };
        member.patient.create_key_value(config).await.unwrap()
    });
    let entry = || member.runtime.block_on(bucket.entry("owner.default")).unwrap();
    let mut watched = member.runtime.block_on(bucket.watch_all()).unwrap();
    let first = write_lease(member, 0).unwrap();
    assert_eq!(write_lease(member, 0), None, "another took it");
    let renewed = write_lease(member, first).unwrap();
    assert_eq!(write_lease(member, first), None, "it was renewed");
    // Any of the copies may answer.
    wait_for("the renewed lease to be shown", || {
        entry().filter(|entry| entry.revision == renewed)
    });
    let seen = member.runtime.block_on(watched.next()).unwrap().unwrap();
    assert_eq!(seen.key, "owner.default");
    wait_for("the end of the lease", || {
        entry()
            .is_none_or(|entry| entry.operation != kv::Operation::Put)
            .then_some(())
    });
    let again = wait_for("another lease", || {
        let last = entry().map_or(0, |entry| entry.revision);
        write_lease(member, last)
    });
    member.runtime.block_on(async {
        let stream = member.patient.get_stream("KV_YEKTA_CLUSTER").await.unwrap();
        let purge = stream.purge().filter(LEASE_SUBJECT).sequence(again + 1);
        purge.await.unwrap();
    });
    wait_for("the lease to be gone", || entry().is_none().then_some(()));
    member.runtime.block_on(bucket.purge("owner.default")).unwrap();
}

/// Whether somebody may read a stream, as a consumer of it.
fn may_read(broker: &Broker, stream: &str) -> bool {
    broker.runtime.block_on(async {
        let stream = broker.jetstream.get_stream_no_info(stream).await.unwrap();
        stream.create_consumer(pull::Config::default()).await.is_ok()
    })
}

#[test]
fn three_servers_keep_three_copies_and_nobody_may_do_more_than_they_need() {
    let (cluster, data) = (Cluster::of(files), tempfile::tempdir().unwrap());
    let [member, channel, reader, operator] =
        ["yekta", "channel", "reader", "operator"].map(|user| connected(&cluster, user));
    wait_until_whole(&operator);
    let mut command = serve(data.path());
    command
        .env("YEKTA_NATS__URL", cluster.urls().join(","))
        .env("YEKTA_NATS__REPLICAS", "3")
        .env("YEKTA_NATS__USER", "yekta")
        .env("YEKTA_NATS__PASSWORD", "of-yekta");
    let service = Service::of(command);
    wait_until_ready(&service.url);
    let profiles = format!("KV_{PROFILES}");
    for stream in [EVENTS, JOURNAL, OUT, &profiles] {
        let copies = member.stream(stream).cluster.unwrap().replicas.len();
        assert_eq!(copies, 2, "of {stream}, beside the leader's");
    }
    a_member_may_have_a_lease(&member);
    // A member has views led anew, and hears who leads; nobody else has.
    for view in [OUT, &profiles] {
        wait_for("a view to be led anew", || step_down(&member, view).then_some(()));
        assert!(!step_down(&channel, view) && !step_down(&reader, view));
    }
    // A member may ask how members are.
    member.told_of_itself();

    // A channel says what happened and asks; a reader reads what is published.
    channel.tell(&event("e-1"));
    let update = &reader.read(streams::of(OUT, "yekta.v1.default.profile.updated.*"), 1)[0].json();
    let id = update["profile"].as_str().unwrap();
    wait_for("the entry", || reader.entry(id).filter(|entry| entry == update));
    let profile = channel.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile, update["document"]);
    operator.stream(JOURNAL);

    let before = (member.last_sequence(JOURNAL), member.last_sequence(EVENTS));
    for broker in [&channel, &reader, &operator] {
        for subject in [
            "yekta.v1.default.j.commit".to_owned(),
            format!("yekta.v1.default.j.profile.updated.{id}"),
            format!("$KV.YEKTA_PROFILES_default.{id}"),
            format!("yekta.v1.default.profile.updated.{id}"),
            LEASE_SUBJECT.to_owned(),
        ] {
            assert_eq!(broker.try_publish(&subject, &[], "{}"), None, "{subject}");
        }
        let consent = json!({"who": id, "consent": {"sms": {"marketing": "granted"}}});
        assert_eq!(broker.try_ask("c.consent", &consent), None);
    }
    let own = "yekta.v1.default.event.web.page_viewed";
    assert_eq!(reader.try_publish(own, &[], "{}"), None);
    assert_eq!(operator.try_publish(own, &[], "{}"), None);
    assert_eq!(reader.try_ask("q.profile", &json!({"who": id})), None);
    for stream in [OUT, &profiles] {
        wait_for("a reader to read", || may_read(&reader, stream).then_some(()));
    }
    for (broker, stream) in [
        (&reader, JOURNAL),
        (&reader, EVENTS),
        (&reader, "KV_YEKTA_CLUSTER"),
        (&channel, OUT),
        (&channel, JOURNAL),
    ] {
        assert!(!may_read(broker, stream), "{stream}");
    }
    let after = (member.last_sequence(JOURNAL), member.last_sequence(EVENTS));
    assert_eq!(before, after);
    let log = service.stop();
    assert!(!log.to_lowercase().contains("violation"), "{log}");
}
