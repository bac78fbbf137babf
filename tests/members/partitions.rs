//! A tenant whose customers are between several partitions: whoever is killed meanwhile, in the end each event counts once, in
//! one partition, and the persons are those that one engine makes of the same events.

use std::{thread, time::Instant};

use serde_json::json;

use crate::{
    answers::{follow, try_send},
    channel::visit,
    giant::{Giant, PARTITIONS, SLICE, asked, is_arrival, people, post, undisturbed},
    kills::kills,
    load,
    process::wait_for,
    times,
};

const SEED: u64 = 1_330;

#[test]
fn partitions_make_the_persons_that_one_engine_makes_whoever_is_killed() {
    let names = ["a", "b"];
    let mut giant = Giant::new(&names);
    let (mut world, mut events) = (people(SEED), Vec::new());
    let mut took = Vec::new();
    for kill in 0..kills() {
        giant.tell(&mut world, &mut events);
        let name = giant.wait_until_whole()["giant"];
        let begun = Instant::now();
        giant.kill(name);
        let (urls, some) = (giant.urls(), world.by_ref().take(SLICE).collect::<Vec<_>>());
        thread::scope(|scope| {
            scope.spawn(|| post(&urls, &some));
            // Every other time it is back before its leases lapse, or about then.
            if kill % 2 == 0 {
                giant.wait_until_whole();
                took.push(begun.elapsed());
            }
        });
        events.extend(some);
        giant.start(name);
        giant.wait_until_whole();
    }
    times::tell("from the kill of a process until another has all of it", &took);
    // Who moved is told of beside what comes.
    wait_for("somebody to have moved", || {
        let departed = |partition| giant.told(partition, "profile.departed").len();
        ((0..PARTITIONS).map(departed).sum::<usize>() > 0).then_some(())
    });
    giant.check(world, events);
}

#[test]
fn a_tenant_gets_more_partitions_while_events_come() {
    let mut giant = Giant::new(&["a", "b"]);
    let (mut world, mut events) = (people(SEED + 1), Vec::new());
    for partitions in [PARTITIONS, 2 * PARTITIONS] {
        giant.divide(partitions);
        for _ in 0..3 {
            giant.tell(&mut world, &mut events);
        }
    }
    giant.wait_until_whole();
    wait_for("customers to move to the new partitions", || {
        let has_some = |partition| {
            giant
                .told(partition, "profile")
                .iter()
                .any(|told| is_arrival(&told.json()))
        };
        (PARTITIONS..giant.partitions).all(has_some).then_some(())
    });
    giant.tell(&mut world, &mut events);
    giant.wait_until_told(load::distinct(&events));
    giant.wait_until_settled();
    giant.check_told(load::distinct(&events));
    giant.check_united(load::distinct(&events));
    let expected = undisturbed(&events);
    giant.check_copied(&expected);
    assert_eq!(giant.stop(), expected);
}

#[test]
fn whoever_is_asked_answers_for_the_partition_that_has_the_customer() {
    let giant = Giant::new(&["a", "b"]);
    let users: Vec<String> = (0..12).map(|number| format!("u-{number}")).collect();
    for user in &users {
        giant.post(&[visit(&format!("v-{user}"), user)]);
    }
    for service in giant.running.values() {
        for user in &users {
            let url = format!("{}/t/giant/v1/profiles/user_id:{user}", service.url);
            let seen = asked(&url, |answer| answer.status == 200);
            assert_eq!(seen.body["counters"]["events"], 1, "{seen:?}");
            // By its id as well, which says nothing of where it is.
            let id = seen.body["id"].as_str().unwrap();
            let url = format!("{}/t/giant/v1/profiles/{id}", service.url);
            assert_eq!(
                asked(&url, |answer| answer.status == 200).body["id"],
                seen.body["id"]
            );
        }
        let nobody = format!("{}/t/giant/v1/profiles/user_id:nobody", service.url);
        assert_eq!(try_send("GET", &nobody, None).unwrap().status, 404);
    }
    // What only an owner can do is done by the owner of that partition, once.
    let url = &giant.running.first_key_value().unwrap().1.url;
    for user in &users {
        let consent = json!({"email": {"marketing": "denied"}});
        let path = format!("{url}/t/giant/v1/profiles/user_id:{user}/consent?request_id=c-{user}");
        let answer = follow("PUT", &path, Some(&consent));
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let all = (0..PARTITIONS).map(|partition| giant.told(partition, "context").len());
    assert!(
        all.clone().all(|told| told > 0),
        "one partition has everybody: {:?}",
        all.collect::<Vec<_>>()
    );
}
