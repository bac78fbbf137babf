//! However many move, each is told of once, beside the move and whatever happens meanwhile. A full disk holds up what a partition
//! does by itself.

use std::collections::BTreeMap;

use crate::{
    domain::{
        identifier::{Kind, Trust},
        identity::IdentityRules,
    },
    engine::{
        Position,
        api::{Command, Statement, Target},
        parting::tests::{
            profile, user,
            world::{Place, World, event},
        },
    },
};

/// More than can be told of in one commit.
const MANY: usize = 600;

/// Two partitions, of which one has many customers, each by themselves; and when it had come to that.
fn many(world: &World) -> (Place, Place, Vec<String>) {
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let users: Vec<String> = (0..MANY).map(|number| format!("user-{number}")).collect();
    for some in users.chunks(100) {
        let signed_in = some.iter().map(|user| {
            let named = (Kind::USER_ID, user.as_str(), Trust::Verified);
            event(user, "Signed In", 1, &[named])
        });
        q.submit(signed_in.collect());
    }
    world.settle(&q);
    (q, p, users)
}

fn names(users: &[String]) -> Vec<&str> {
    users.iter().map(String::as_str).collect()
}

/// What was told of each profile behind a position, in order: the kind and the cause.
fn told(place: &Place, after: Position) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for update in place.query().updates_after(after, 100_000).unwrap() {
        if !update.is_of_profiles() {
            continue;
        }
        let body: serde_json::Value = serde_json::from_slice(&update.body).unwrap();
        let words = [&body["kind"], &body["cause"]["resolution"], &body["version"]];
        let words: Vec<String> = words.map(ToString::to_string).into();
        let profile = body["profile"].as_str().unwrap().to_owned();
        told.entry(profile).or_default().push(words.join(" "));
    }
    told
}

fn is_each(told: &BTreeMap<String, Vec<String>>, expected: &str) {
    assert_eq!(told.len(), MANY);
    for (profile, told) in told {
        assert_eq!(told, &[expected], "{profile}");
    }
}

const DEPARTED: &str = r#""departed" null 1"#;
const ARRIVED: &str = r#""updated" "arrived" 1"#;

#[test]
fn however_many_move_each_is_told_of_once() {
    let world = World::new(&IdentityRules::standard());
    let (q, p, users) = many(&world);
    let (at_q, at_p) = (q.query().applied(), p.query().applied());
    world.carry(&q, &p, &names(&users), "nobody");
    is_each(&told(&q, at_q), DEPARTED);
    is_each(&told(&p, at_p), ARRIVED);
    let (q, p) = (world.again(q), world.again(p));
    is_each(&told(&q, at_q), DEPARTED);
    is_each(&told(&p, at_p), ARRIVED);
    q.stop();
    p.stop();
}

#[test]
fn what_was_not_told_before_a_restart_is_told_behind_it() {
    let world = World::new(&IdentityRules::standard());
    let (q, p, users) = many(&world);
    let (at_q, at_p) = (q.query().applied(), p.query().applied());
    world.fill(true);
    let (q, p) = (world.again(q), world.again(p));
    world.carry(&q, &p, &names(&users), "nobody");
    assert!(told(&q, at_q).is_empty(), "the move tells of nobody by itself");
    assert!(told(&p, at_p).is_empty(), "the move tells of nobody by itself");
    let merge = Command::Merge {
        of: [&users[0], &users[1]].map(|name| Target::Identifier(user(name))),
        statement: Statement::default(),
    };
    p.command("merge", merge).unwrap();
    let survivor = profile(&p, &users[0]).to_string();
    let changed = told(&p, at_p);
    world.fill(false);
    let (q, p) = (world.again(q), world.again(p));
    is_each(&told(&q, at_q), DEPARTED);
    let mut arrived = told(&p, at_p);
    for (profile, known) in changed {
        let told = arrived.remove(&profile);
        assert_eq!(told, Some(known), "who changed is told of already");
        assert!(!told.is_some_and(|told| told.iter().any(|one| one == ARRIVED)));
    }
    assert!(!arrived.contains_key(&survivor));
    assert_eq!(arrived.len(), MANY - 2, "of the two, one is no more");
    assert!(arrived.values().all(|told| told == &[ARRIVED]));
    let (q, p) = (world.again(q), world.again(p));
    is_each(&told(&q, at_q), DEPARTED);
    q.stop();
    p.stop();
}

#[test]
fn of_who_came_back_before_it_was_told_only_the_last_move_is() {
    let world = World::new(&IdentityRules::standard());
    let (q, p, users) = many(&world);
    let (at_q, at_p) = (q.query().applied(), p.query().applied());
    world.fill(true);
    let (q, p) = (world.again(q), world.again(p));
    world.carry(&q, &p, &names(&users), "nobody");
    world.carry(&p, &q, &names(&users), "nobody");
    world.fill(false);
    let (q, p) = (world.again(q), world.again(p));
    is_each(&told(&q, at_q), ARRIVED);
    is_each(&told(&p, at_p), DEPARTED);
    q.stop();
    p.stop();
}
