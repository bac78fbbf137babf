//! What is no more of somebody goes with them as well.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::Event,
        identifier::{Kind, Trust},
        identity::IdentityRules,
    },
    engine::{
        api::{Command, Outcome, Statement, Target, Undo},
        parting::tests::{
            profile, user,
            world::{HOUR, Place, World, event, known},
        },
        resolver::links_of,
    },
    store::KeyHash,
};

pub(super) fn links(place: &Place, events: &[Event]) -> BTreeSet<KeyHash> {
    let query = place.query();
    let links = events
        .iter()
        .map(|event| links_of(event, &query.rules().identity, query.keyring()));
    links.flatten().collect()
}

fn take_back(place: &Place, id: &str, event: &Event) {
    let undo = Command::Undo {
        what: Undo::Event(event.id.clone()),
        statement: Statement::default(),
    };
    place.command(id, undo).unwrap();
}

#[test]
fn who_is_known_by_facts_alone_takes_along_what_was_taken_back() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let empty = q.rows();
    // A label is of many, and links nobody.
    let campaign = Kind::new("campaign").unwrap();
    let events: Vec<Event> = (1..=2)
        .map(|minute| {
            let label = (campaign.clone(), "spring", Trust::Verified);
            let mut event = event("mina", "Form Sent", minute, &[label]);
            event.traits = known("mina");
            event
        })
        .collect();
    q.submit(events.clone());
    let [wrong, _] = events.as_slice() else {
        panic!("expected two");
    };
    take_back(&q, "undo", wrong);
    world.settle(&q);
    world.carry_linked(&q, &p, &links(&q, &events));
    assert_eq!(q.rows(), empty, "nothing is left under what links nobody");
    assert_eq!(p.submit(vec![wrong.clone()]), [Outcome::Duplicate]);
    q.stop();
    p.stop();
}

#[test]
fn who_has_no_events_left_goes_on_from_their_version_where_they_went() {
    let world = World::new(&IdentityRules::standard());
    let (q, p, one) = (world.place("q", 0), world.place("p", 1), world.place("one", 1));
    let me = [(Kind::USER_ID, "ali", Trust::Verified)];
    let (seen, again) = (
        event("ali", "Page Viewed", 1, &me),
        event("ali", "Page Viewed", 2, &me),
    );
    for place in [&q, &one] {
        place.submit(vec![seen.clone()]);
        take_back(place, "undo", &seen);
        world.settle(place);
    }
    world.carry_linked(&q, &p, &links(&q, std::slice::from_ref(&seen)));
    assert_eq!(p.rows(), one.rows());
    let version = |place: &Place| {
        place.submit(vec![again.clone()]);
        let portrait = place.query().portrait(profile(place, "ali")).unwrap();
        portrait.unwrap().version
    };
    assert!(version(&one) > 1);
    assert_eq!(version(&p), version(&one));
    for place in [q, p, one] {
        place.stop();
    }
}

#[test]
fn who_was_erased_and_all_that_marks_it_goes_under_what_linked_them() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let mut said = event(
        "sara",
        "Form Sent",
        1,
        &[(Kind::USER_ID, "sara", Trust::Verified)],
    );
    said.traits = known("sara");
    q.submit(vec![said.clone()]);
    let erase = Command::Erase {
        target: Target::Identifier(user("sara")),
        within_us: HOUR,
    };
    q.command("erase", erase).unwrap();
    world.settle(&q);
    world.carry_linked(&q, &p, &links(&q, std::slice::from_ref(&said)));
    assert_eq!(p.submit(vec![said]), [Outcome::Erased]);
    q.stop();
    p.stop();
}

/// A till's device connects nobody, so what it reports of an order lives where that order is.
#[test]
fn what_a_till_reported_stays_where_its_order_is_when_who_holds_the_device_goes() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let device = || (Kind::DEVICE_ID, "till", Trust::Verified);
    let bought = || (Kind::ORDER_ID, "o1", Trust::Verified);
    let mut at_till = event("pos", "Order Completed", 1, &[device(), bought()]);
    at_till.place.shared_devices = true;
    q.submit(vec![at_till.clone()]);
    let before = q.rows();
    let on_device = event("web", "Page Viewed", 2, &[device()]);
    q.submit(vec![on_device.clone()]);
    world.settle(&q);
    let [ones, others] = [&at_till, &on_device].map(|one| links(&q, std::slice::from_ref(one)));
    assert!(ones.is_disjoint(&others), "nothing connects them");
    world.carry_linked(&q, &p, &others);
    assert_eq!(
        q.rows(),
        before,
        "what the till reported is here, and nothing else"
    );
    // It goes with its order.
    world.carry_linked(&q, &p, &ones);
    assert_eq!(p.submit(vec![at_till]), [Outcome::Duplicate]);
    q.stop();
    p.stop();
}
