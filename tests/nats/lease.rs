//! Who holds the lease of a tenant: one, for as long as it renews it, and another soon after.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use yekta::{
    nats::{
        Connection,
        bucket::Bucket,
        lease::{Holder, Lease, Leases, Left},
    },
    telemetry::{ClusterMetrics, Registry},
};

use crate::{
    connected, run,
    server::{NatsServer, PATIENCE},
    settings,
};

/// The shortest that a server lets an entry live.
const TIME: Duration = Duration::from_secs(1);
/// How often one is given up while a renewal is on its way: before, beside or behind what removes it.
const RENEWALS_LEFT: usize = 20;
/// Where it must not end for being renewed late, however busy the machine is.
const KEPT: Duration = Duration::from_secs(6);

fn holder(name: &str) -> Holder {
    Holder::new(
        format!("id of {name}"),
        name.to_owned(),
        format!("http://{name}:8080"),
    )
}

async fn leases(server: &NatsServer, connection: &Connection) -> Leases {
    leases_for(server, connection, TIME).await
}

async fn leases_for(server: &NatsServer, connection: &Connection, time: Duration) -> Leases {
    let settings = settings(server);
    let bucket = Bucket::ensure(connection, &settings).await.unwrap();
    Leases::of(bucket, &settings.tenant, time)
}

async fn won(leases: &Leases, name: &str) -> Lease {
    let winning = async { leases.win(&holder(name), || true, |_| {}).await };
    tokio::time::timeout(PATIENCE, winning).await.unwrap()
}

fn metrics() -> ClusterMetrics {
    ClusterMetrics::register(&Registry::new("1").unwrap()).unwrap()
}

#[test]
fn one_of_many_holds_it_and_the_others_are_told_who() {
    let server = NatsServer::start();
    run(async {
        let mut all = Vec::new();
        for number in 0..5 {
            let connection = connected(&server).await;
            let leases = leases_for(&server, &connection, KEPT).await;
            let told = Arc::new(Mutex::new(None));
            let known = Arc::clone(&told);
            let trying = tokio::spawn(async move {
                let tell =
                    |held: Option<&Holder>| *known.lock().unwrap() = held.map(|held| held.name.clone());
                let mut lease = leases.win(&holder(&number.to_string()), || true, tell).await;
                lease.keep(&metrics()).await;
            });
            all.push((number.to_string(), told, trying));
        }
        let connection = connected(&server).await;
        let leases = leases_for(&server, &connection, KEPT).await;
        let deadline = Instant::now() + PATIENCE;
        // Longer than it lasts: it is renewed.
        let long_enough = Instant::now() + KEPT + TIME;
        let mut held = None;
        loop {
            let now = leases.holder().await.unwrap().map(|holder| holder.name);
            assert!(held.is_none() || held == now, "{held:?} held it, now {now:?}");
            held = now;
            let others = all.iter().filter(|(name, ..)| Some(name) != held.as_ref());
            let all_know = others.clone().count() == 4
                && others.clone().all(|(_, told, _)| *told.lock().unwrap() == held);
            if all_know && Instant::now() >= long_enough {
                break;
            }
            assert!(Instant::now() < deadline, "not all were told of {held:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for (_, _, trying) in all {
            assert!(!trying.is_finished(), "nobody lost it");
            trying.abort();
        }
    });
}

#[test]
fn who_is_silent_loses_it_and_is_told_when_it_comes_back() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let leases = leases(&server, &connection).await;
        // It is not renewed by anybody.
        let begun = Instant::now();
        let mut silent = won(&leases, "a").await;
        let longer = leases_for(&server, &connection, KEPT).await;
        let mut other = won(&longer, "b").await;
        assert!(begun.elapsed() >= TIME / 2, "it was held until it ended");
        let other_keeps = tokio::spawn(async move { other.keep(&metrics()).await });
        let told = tokio::time::timeout(PATIENCE, silent.keep(&metrics()))
            .await
            .unwrap();
        assert!(
            matches!(&told, Left::Taken(other) if other.name == "b"),
            "{told:?}"
        );
        assert!(!other_keeps.is_finished(), "the one that came back took nothing");
        // Nor does it take it away by giving up what it thinks it has.
        silent.release().await;
        assert_eq!(leases.holder().await.unwrap().unwrap().name, "b");
        other_keeps.abort();
    });
}

#[test]
fn who_may_not_try_leaves_it_to_others() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let leases = leases(&server, &connection).await;
        let (may_try, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let trying = tokio::spawn({
            let (leases, may_try, looks) = (leases.clone(), Arc::clone(&may_try), Arc::clone(&looks));
            async move {
                let told = |_: Option<&Holder>| {
                    looks.fetch_add(1, Ordering::SeqCst);
                };
                leases
                    .win(&holder("a"), || may_try.load(Ordering::SeqCst), told)
                    .await
            }
        });
        let deadline = Instant::now() + PATIENCE;
        // When it looks for the third time, it has left it twice.
        while looks.load(Ordering::SeqCst) < 3 {
            assert!(Instant::now() < deadline, "it does not look who holds it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(leases.holder().await.unwrap(), None);
        won(&leases, "b").await.release().await;
        may_try.store(true, Ordering::SeqCst);
        tokio::time::timeout(PATIENCE, trying).await.unwrap().unwrap();
    });
}

#[test]
fn one_that_ended_and_nobody_wanted_is_taken_up_again() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let leases = leases(&server, &connection).await;
        let mut lease = won(&leases, "a").await;
        let deadline = Instant::now() + PATIENCE;
        while leases.holder().await.unwrap().is_some() {
            assert!(Instant::now() < deadline, "it never ended");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let keeping = tokio::spawn(async move { lease.keep(&metrics()).await });
        while leases.holder().await.unwrap().is_none() {
            assert!(Instant::now() < deadline, "nobody took it up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!keeping.is_finished());
        keeping.abort();
    });
}

#[test]
fn one_that_is_given_up_is_free_at_once() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let settings = settings(&server);
        let bucket = Bucket::ensure(&connection, &settings).await.unwrap();
        // So long that nobody would wait for its end.
        let leases = Leases::of(bucket, &settings.tenant, Duration::from_secs(3_600));
        won(&leases, "a").await.release().await;
        assert_eq!(leases.holder().await.unwrap(), None);
        won(&leases, "b").await;
    });
}

#[test]
fn one_that_is_given_up_with_a_renewal_on_its_way_is_free_at_once() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let leases = leases_for(&server, &connection, LONG).await;
        let entry = || async { leases.holder().await.unwrap() };
        for _ in 0..RENEWALS_LEFT {
            let mut lease = won(&leases, "a").await;
            {
                let metrics = metrics();
                let keeping = lease.keep(&metrics);
                tokio::pin!(keeping);
                // It sends the first renewal, and does not hear of it any more.
                assert!(futures_util::poll!(&mut keeping).is_pending());
            }
            assert!(entry().await.is_some());
            lease.release().await;
            assert_eq!(entry().await, None);
        }
    });
}

#[test]
fn of_many_that_tell_something_first_one_is_heard() {
    let server = NatsServer::start();
    run(async {
        let mut telling = Vec::new();
        for number in 0..5_u8 {
            let connection = connected(&server).await;
            let bucket = Bucket::ensure(&connection, &settings(&server)).await.unwrap();
            telling.push(tokio::spawn(async move {
                bucket
                    .put_first("check.default", vec![number])
                    .await
                    .unwrap()
                    .to_vec()
            }));
        }
        let mut told = Vec::new();
        for one in telling {
            told.push(one.await.unwrap());
        }
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    });
}

/// Long enough that no test's pause outlasts it.
const LONG: Duration = Duration::from_secs(10);

#[test]
fn whoever_holds_it_hears_who_is_to_hold_it_and_all_others_leave_it_to_that_one() {
    let server = NatsServer::start();
    run(async {
        let connection = connected(&server).await;
        let settings = settings(&server);
        let bucket = Bucket::ensure(&connection, &settings).await.unwrap();
        let leases = Leases::of(bucket.clone(), &settings.tenant, LONG);
        let mut held = won(&leases, "a").await;
        // Who is to hold it that does keeps it.
        leases.ask("a").await.unwrap();
        let kept = tokio::time::timeout(LONG / 2, held.keep(&metrics())).await;
        assert!(kept.is_err(), "{kept:?}");
        leases.ask("c").await.unwrap();
        let left = tokio::time::timeout(PATIENCE, held.keep(&metrics())).await;
        assert_eq!(left.unwrap(), Left::Asked("c".to_owned()));
        held.release().await;
        let other = tokio::time::timeout(TIME, leases.win(&holder("b"), || true, |_| {})).await;
        assert!(other.is_err(), "{other:?}");
        let held = won(&leases, "c").await;
        held.release().await;
        // It was done: nobody is kept from it any more.
        let begun = Instant::now();
        let held = won(&leases, "b").await;
        assert!(begun.elapsed() < LONG, "it was left to who had held it");
        held.release().await;
        // Nor where it is taken back, and for no longer than that where nobody comes.
        leases.ask("nobody").await.unwrap();
        leases.unask("somebody else").await;
        let other = tokio::time::timeout(TIME, leases.win(&holder("b"), || true, |_| {})).await;
        assert!(other.is_err(), "{other:?}");
        leases.unask("nobody").await;
        won(&leases, "b").await.release().await;
        let short = Leases::of(bucket, &settings.tenant, TIME);
        short.ask("nobody").await.unwrap();
        won(&short, "b").await;
    });
}
