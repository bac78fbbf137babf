//! Moves that fit no commit: however narrow a journal is and wherever a writer ends, they end as in one commit, and nothing is
//! counted or told twice.

use std::{collections::BTreeMap, ops::ControlFlow, sync::atomic::Ordering};

use crate::{
    domain::{
        identifier::{Kind, Trust},
        identity::IdentityRules,
    },
    engine::{
        Position,
        api::Outcome,
        parting::{
            MoveId, Moved,
            tests::{
                bounded::Narrow,
                cut::{linked, sent},
                live, profile,
                world::{Place, World, event, read_updates},
            },
        },
    },
    store::{DepartureRecord, Order, Read as _, View as _, keys, keys::parting},
};

const ALI: &[&str] = &["ali", "ali-2"];
/// Changes that a commit takes of a move: fewer than a customer has rows.
const CHANGES: usize = 24;
const MOVE: MoveId = MoveId { batch: 1, index: 0 };

/// A folder of this name with two customers.
fn prepared(world: &World, name: &str, rules: &IdentityRules) {
    let place = world.place_by(name, 0, rules);
    live(world, &place, "ali");
    live(world, &place, "sara");
    place.stop();
}

/// A partition in a copy of that.
fn of_two(world: &World, name: &str) -> Place {
    world.copied("prepared", name);
    world.place(name, 0)
}

fn depart(place: &Place) -> Moved {
    let departure = DepartureRecord {
        to: 1,
        keys: linked(place, ALI, "ali").into_iter().collect(),
    };
    Moved::Depart(MOVE, departure)
}

/// How many profiles were told of as gone, and how many as come.
fn told(place: &Place) -> (usize, usize) {
    let updates = place.query().updates_after(Position::START, 100_000).unwrap();
    let came = updates
        .iter()
        .filter(|update| String::from_utf8_lossy(&update.body).contains(r#""resolution":"arrived""#));
    let came = came.count();
    let subjects = read_updates(place, Position::START);
    let gone = subjects
        .iter()
        .filter(|subject| subject.contains(".profile.departed."));
    (gone.count(), came)
}

/// Fails where a partition still notes something of a move.
fn has_nothing_left_of_it(place: &Place) {
    for prefix in [parting::STAGED, parting::PLANNED, b"H\x0a", parting::UNTOLD] {
        assert_eq!(rows(place, prefix), 0, "nothing of the move is noted any more");
    }
}

/// How many rows a partition has below a prefix.
fn rows(place: &Place, prefix: &[u8]) -> usize {
    let (query, mut rows) = (place.query(), 0);
    let mut count = |_: &[u8], _: &[u8]| {
        rows += 1;
        Ok(ControlFlow::Continue(()))
    };
    let store = query.store();
    store.scan_prefix(prefix, Order::Ascending, &mut count).unwrap();
    rows
}

/// By what a partition finds its customers.
fn indexed(place: &Place) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut rows = place.rows();
    rows.retain(|key, _| {
        matches!(
            key.first(),
            Some(b'I' | b'N' | b'D' | b'O' | b'G' | b'B' | b'L' | b'T')
        )
    });
    rows
}

#[test]
fn a_move_in_several_commits_ends_as_in_one_wherever_it_is_cut_off() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    prepared(&world, "prepared", &rules);
    let (q, p) = (of_two(&world, "q"), world.place("p", 1));
    let whole = world.carry(&q, &p, ALI, "ali");
    let expected = (q.rows(), p.rows(), told(&q), told(&p));
    assert!(expected.2.0 > 0 && expected.3.1 > 0);
    q.stop();
    p.stop();

    *world.narrow.borrow_mut() = Narrow {
        changes_max: Some(CHANGES),
        ..Narrow::default()
    };
    let mut halves = (0, 0);
    for number in 1.. {
        assert!(number < 200, "a move has an end");
        let (q, p) = (
            of_two(&world, &format!("q{number}")),
            world.place(&format!("p{number}"), 1),
        );
        let moved = depart(&q);
        let (q, is_cut, is_half) = world.cut(q, &moved, number);
        halves.0 += usize::from(is_half);
        let parcel = sent(&q, MOVE);
        assert_eq!(parcel, whole, "cut {number}");
        let (p, also_cut, also_half) = world.cut(p, &Moved::Arrive(parcel), number);
        halves.1 += usize::from(also_half);
        assert_eq!(q.rows(), expected.0, "who departed, cut {number}");
        assert_eq!(p.rows(), expected.1, "who arrived, cut {number}");
        assert_eq!((told(&q), told(&p)), (expected.2, expected.3), "cut {number}");
        has_nothing_left_of_it(&q);
        has_nothing_left_of_it(&p);
        q.stop();
        p.stop();
        if !is_cut && !also_cut {
            break;
        }
    }
    assert!(halves.0 > 1 && halves.1 > 1, "{halves:?}");
}

#[test]
fn what_was_noted_of_a_move_that_did_not_begin_is_noted_anew() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    prepared(&world, "prepared", &rules);
    let other = world.place("other", 0);
    live(&world, &other, "sara");
    let expected = other.rows();
    other.stop();
    *world.narrow.borrow_mut() = Narrow {
        changes_max: Some(CHANGES),
        ..Narrow::default()
    };
    let (q, p) = (of_two(&world, "q"), world.place("p", 1));
    let moved = depart(&q);
    world.narrow.borrow().left.store(1, Ordering::SeqCst);
    assert!(!world.is_moved(&q, moved.clone(), 0));
    let q = world.gone_on(q);
    world.settle(&q);
    let me = (Kind::USER_ID, "ali", Trust::Verified);
    let more = || event("ali", "Page Viewed", 30, std::slice::from_ref(&me));
    assert!(matches!(q.submit(vec![more()])[..], [Outcome::Accepted(_)]));
    let (q, is_cut, _) = world.cut(q, &moved, 0);
    assert!(!is_cut);
    assert_eq!(q.rows(), expected, "what came meanwhile left as well");
    let (p, ..) = world.cut(p, &Moved::Arrive(sent(&q, MOVE)), 0);
    assert_eq!(p.submit(vec![more()]), [Outcome::Duplicate]);
    has_nothing_left_of_it(&q);
    has_nothing_left_of_it(&p);
    q.stop();
    p.stop();
}

#[test]
fn what_was_noted_of_a_move_is_forgotten_where_one_commit_holds_it_by_then() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    prepared(&world, "prepared", &rules);
    *world.narrow.borrow_mut() = Narrow {
        changes_max: Some(CHANGES),
        ..Narrow::default()
    };
    let q = of_two(&world, "q");
    let moved = depart(&q);
    world.narrow.borrow().left.store(2, Ordering::SeqCst);
    assert!(!world.is_moved(&q, moved.clone(), 0));
    *world.narrow.borrow_mut() = Narrow::default();
    let q = world.gone_on(q);
    world.settle(&q);
    assert!(rows(&q, parting::PLANNED) > 0, "it was noted who leaves");
    assert!(world.is_moved(&q, moved, 0));
    world.settle(&q);
    has_nothing_left_of_it(&q);
    q.stop();
}

#[test]
fn who_leaves_is_told_by_as_many_messages_as_it_takes() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    prepared(&world, "prepared", &rules);
    let q = of_two(&world, "whole");
    assert!(world.is_moved(&q, depart(&q), 0));
    world.settle(&q);
    let expected = (q.rows(), sent(&q, MOVE));
    q.stop();
    for changes_max in [None, Some(CHANGES)] {
        *world.narrow.borrow_mut() = Narrow {
            changes_max,
            ..Narrow::default()
        };
        let mut q = of_two(&world, &format!("told-{changes_max:?}"));
        let Moved::Depart(_, DepartureRecord { to, mut keys }) = depart(&q) else {
            panic!("expected a departure");
        };
        let last = keys.split_off(2);
        for (number, key) in (0..).zip(keys) {
            let ahead = Moved::Ahead(MOVE, number, DepartureRecord { to, keys: vec![key] });
            let before = q.consumed();
            assert!(world.is_moved(&q, ahead, 0));
            assert!(q.consumed() > before, "it is noted");
            let (name, index) = (q.name.clone(), q.index);
            q.stop();
            q = world.place(&name, index);
        }
        let left = Moved::Depart(MOVE, DepartureRecord { to, keys: last });
        let (q, ..) = world.cut(q, &left, 0);
        assert_eq!((q.rows(), sent(&q, MOVE)), expected, "{changes_max:?}");
        has_nothing_left_of_it(&q);
        q.stop();
    }
}

#[test]
fn who_came_in_part_by_rules_that_hold_no_more_is_made_anew() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    prepared(&world, "prepared", &rules);
    let (q, one) = (of_two(&world, "q"), world.place("one", 1));
    live(&world, &one, "ali");
    assert!(world.is_moved(&q, depart(&q), 0));
    let parcel = Moved::Arrive(sent(&q, MOVE));
    let mut others = IdentityRules::standard();
    others.identifiers.atoms_max = 7;
    let later = |place: Place| Place {
        rules: others.clone(),
        ..place
    };
    let Place {
        engine, name, index, ..
    } = one;
    engine.stop().unwrap();
    let one = world.place_by(&name, index, &others);
    *world.narrow.borrow_mut() = Narrow {
        changes_max: Some(CHANGES),
        ..Narrow::default()
    };
    for number in 1..3 {
        let p = world.place(&format!("p{number}"), 1);
        let left = world.narrow.borrow().left.clone();
        left.store(number, Ordering::SeqCst);
        assert!(!world.is_moved(&p, parcel.clone(), 0));
        let p = world.gone_on(later(p));
        assert!(p.query().store().get(parting::STAGED).unwrap().is_some());
        let (p, ..) = world.cut(p, &parcel, 0);
        assert_eq!(indexed(&p), indexed(&one), "cut {number}");
        let atoms = |place: &Place| place.query().store().atoms(keys::ATOMS).unwrap();
        assert_eq!(atoms(&p), atoms(&one), "cut {number}");
        has_nothing_left_of_it(&p);
        p.stop();
    }
    q.stop();
    one.stop();
}

#[test]
fn what_other_rules_made_is_made_anew_where_it_arrives_in_several_commits() {
    let rules = IdentityRules::standard();
    let world = World::new(&rules);
    let mut others = IdentityRules::standard();
    others.identifiers.atoms_max = 7;
    let (q, one) = (world.place_by("q", 0, &others), world.place("one", 1));
    live(&world, &q, "ali");
    live(&world, &one, "ali");
    assert!(world.is_moved(&q, depart(&q), 0));
    let parcel = sent(&q, MOVE);
    let atoms = |place: &Place| place.query().store().atoms(keys::ATOMS).unwrap();
    let shown = |place: &Place| {
        let portrait = place.query().portrait(profile(place, "ali")).unwrap().unwrap();
        (portrait.fingerprint, portrait.pending)
    };
    *world.narrow.borrow_mut() = Narrow {
        changes_max: Some(CHANGES),
        ..Narrow::default()
    };
    let mut halves = 0;
    for number in (1..).step_by(2) {
        assert!(number < 200, "a move has an end");
        let p = world.place(&format!("p{number}"), 1);
        let (p, is_cut, is_half) = world.cut(p, &Moved::Arrive(parcel.clone()), number);
        halves += usize::from(is_half);
        world.settle(&p);
        assert!(p.query().store().get(keys::RENEWAL).unwrap().is_none());
        assert_eq!(atoms(&p), atoms(&one), "cut {number}");
        assert_eq!(indexed(&p), indexed(&one), "cut {number}");
        assert_eq!(shown(&p), shown(&one), "cut {number}");
        has_nothing_left_of_it(&p);
        p.stop();
        if !is_cut {
            break;
        }
    }
    assert!(halves > 1, "{halves}");
    q.stop();
    one.stop();
}
