//! Partitions under the same secrets, between which customers move. What each store has is compared, key by key, with that of
//! an engine that was told of the same customers from the start.

mod answered;
mod bounded;
mod cut;
mod ranked;
mod spoken;
mod staged;
mod told;
mod traced;
mod world;

use crate::{
    domain::{
        event::EventId,
        identifier::{Kind, Trust},
        identity::{IdentityRules, Key},
        time::Timestamp,
    },
    engine::{
        api::{Answer, Command, Mint, Outcome, Purpose, Statement, Target, Undo},
        parting::{
            Moved,
            tests::world::{HOUR, NOW, Place, World, event, known, order, read_updates},
        },
        queries::query::{Address, Found},
    },
    store::{AtomId, EventHash, Read as _, View as _, keys, keys::Erased},
};

fn user(name: &str) -> Key {
    Key {
        kind: Kind::USER_ID,
        value: name.to_owned(),
    }
}

/// Everything that a partition may have of somebody: a late log-in, a code, a word, two ids in one event, an event that was
/// taken back, somebody who is only mentioned, facts, orders, a flow that waits.
fn live(world: &World, place: &Place, who: &str) {
    let device = format!("device-{who}");
    let second = format!("{who}-2");
    let mail = format!("{who}@example.org");
    let cookie = (Kind::ANONYMOUS_ID, device.as_str(), Trust::Observed);
    let me = (Kind::USER_ID, who, Trust::Verified);
    let other = (Kind::USER_ID, second.as_str(), Trust::Verified);
    let email = (Kind::EMAIL, mail.as_str(), Trust::Verified);
    let mut named = event(who, "Profile Updated", 5, &[me.clone(), email]);
    named.traits = known(who);
    let events = vec![
        event(who, "Page Viewed", 2, std::slice::from_ref(&cookie)),
        event(who, "Product Added", 3, std::slice::from_ref(&cookie)),
        event(who, "Signed In", 1, &[cookie, me.clone()]),
        order(who, 4, &me),
        named,
        event(who, "Survey Answered", 6, &[me.clone(), other.clone()]),
        event(
            who,
            "Newsletter Opened",
            7,
            &[(Kind::EMAIL, &mail, Trust::Observed)],
        ),
        event(
            who,
            "Page Viewed",
            8,
            &[(Kind::USER_ID, second.as_str(), Trust::Observed)],
        ),
        event(who, "Signed In", 9, &[other]),
        event(who, "Wrong", 10, &[me]),
    ];
    for event in events {
        place.submit(vec![event]);
    }
    let target = |name: &str| Target::Identifier(user(name));
    let commands = [
        Command::MintQr(Mint {
            target: target(who),
            purpose: Purpose::Lookup,
            basket: None,
            offer: None,
            expires: Timestamp::from_micros(NOW.as_micros() + HOUR),
            store_id: None,
            offline: None,
        }),
        Command::Merge {
            of: [target(who), target(&second)],
            statement: Statement::default(),
        },
        Command::Undo {
            what: Undo::Event(EventId {
                source: who.to_owned(),
                id: "Wrong 10".to_owned(),
            }),
            statement: Statement::default(),
        },
    ];
    for (number, command) in commands.into_iter().enumerate() {
        place.command(&format!("{who}-{number}"), command).unwrap();
    }
    world.settle(place);
}

fn profile(place: &Place, who: &str) -> crate::store::ProfileId {
    let query = place.query();
    match query.find(&Address::Identifier(user(who))).unwrap() {
        Found::One(profile) => profile,
        found => panic!("{who}: {found:?}"),
    }
}

#[test]
fn who_moves_has_all_there_and_nothing_here_and_back_again() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let (both, one, other) = (
        world.place("both", 0),
        world.place("one", 1),
        world.place("other", 0),
    );
    let empty = p.rows();
    for place in [&q, &both] {
        live(&world, place, "ali");
        live(&world, place, "sara");
    }
    live(&world, &other, "sara");
    live(&world, &one, "ali");
    assert_eq!(q.rows(), both.rows(), "the same input makes the same store");
    let before = q.query().dossier(profile(&q, "ali")).unwrap().unwrap();
    assert_eq!(before.timers.len(), 1);
    assert_eq!(before.words.len(), 1);
    assert_eq!(before.codes.len(), 1);

    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    assert_eq!(q.rows(), other.rows(), "nothing is left of who departed");
    assert_eq!(
        p.rows(),
        one.rows(),
        "who arrived has all, as if they had always been there"
    );
    assert_eq!(
        q.query().find(&Address::Identifier(user("ali"))).unwrap(),
        Found::None
    );
    let after = p.query().dossier(profile(&p, "ali")).unwrap().unwrap();
    assert_eq!(after.portrait.version, before.portrait.version);
    assert_eq!(after.portrait.fingerprint, before.portrait.fingerprint);
    assert_eq!(after.events, before.events);
    assert_eq!(format!("{:?}", after.timers), format!("{:?}", before.timers));

    world.carry(&p, &q, &["ali", "ali-2"], "ali");
    assert_eq!(q.rows(), both.rows());
    assert_eq!(p.rows(), empty);
    for place in [q, p, both, one, other] {
        place.stop();
    }
}

#[test]
fn what_waits_is_done_where_they_are_and_once_also_after_a_restart() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    live(&world, &q, "ali");
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    let at = p.query().applied();
    let (q, p) = (world.again(q), world.again(p));
    assert_eq!(p.consumed(), 1, "what was carried is consumed");
    world.advance(25 * HOUR);
    for place in [&q, &p] {
        place.handle().wake();
        world.settle(place);
    }
    let acted = |place: &Place, after| {
        let updates = read_updates(place, after);
        updates
            .iter()
            .filter(|subject| subject.contains(".action."))
            .count()
    };
    assert_eq!(acted(&p, at), 1);
    assert_eq!(acted(&q, crate::engine::Position::START), 0);
    q.stop();
    p.stop();
}

#[test]
fn followers_of_one_partition_hear_where_they_went_and_nothing_else() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    live(&world, &q, "ali");
    let (id, before) = (profile(&q, "ali"), q.query().applied());
    let version = q.query().portrait(id).unwrap().unwrap().version;
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    let told = |place: &Place, after| -> Vec<(String, String)> {
        let updates = place.query().updates_after(after, 100).unwrap();
        updates
            .into_iter()
            .filter(|update| update.is_of_profiles())
            .map(|update| (update.subject, String::from_utf8(update.body).unwrap()))
            .collect()
    };
    let departed = told(&q, before);
    assert!(
        departed
            .iter()
            .all(|(subject, _)| subject.contains(".profile.departed."))
    );
    let own = departed
        .iter()
        .find(|(subject, _)| subject.ends_with(&id.to_string()));
    let body: serde_json::Value = serde_json::from_str(&own.unwrap().1).unwrap();
    assert_eq!((&body["to"], &body["version"]), (&1.into(), &version.into()));
    let arrived = told(&p, crate::engine::Position::START);
    assert_eq!(arrived.len(), departed.len(), "each once: {arrived:?}");
    assert!(
        arrived
            .iter()
            .all(|(_, body)| body.contains(r#""resolution":"arrived""#))
    );
    q.stop();
    p.stop();
}

#[test]
fn what_was_taken_back_or_erased_is_known_where_they_went() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    live(&world, &q, "ali");
    live(&world, &q, "sara");
    let erase = Command::Erase {
        target: Target::Identifier(user("sara")),
        within_us: HOUR,
    };
    let Answer::Erased { erasure } = q.command("erase", erase).unwrap() else {
        panic!("expected a receipt");
    };
    assert!(erasure.removed.events > 0 && !erasure.claims.is_empty());
    world.settle(&q);
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    world.carry(&q, &p, &["sara", "sara-2"], "sara");
    for who in ["ali", "sara"] {
        let me = (Kind::USER_ID, who, Trust::Verified);
        let wrong = event(who, "Wrong", 10, std::slice::from_ref(&me));
        let bought = order(who, 4, &me);
        let expected = match who {
            "sara" => Outcome::Erased,
            _ => Outcome::Duplicate,
        };
        assert_eq!(
            p.submit(vec![wrong, bought]),
            [Outcome::Duplicate, expected],
            "{who}"
        );
    }
    let query = p.query();
    for claim in &erasure.claims {
        let mark = keys::erased(Erased::Atom(AtomId(claim.0)));
        assert!(query.store().get(&mark).unwrap().is_some());
    }
    let hash: EventHash = query.keyring().event(&EventId {
        source: "sara".to_owned(),
        id: "Order Completed 4".to_owned(),
    });
    for place in [&q, &p] {
        let mark = keys::erased(Erased::Event(hash));
        assert!(place.query().store().get(&mark).unwrap().is_some());
    }
    q.stop();
    p.stop();
}

#[test]
fn nobody_departs_as_an_empty_parcel() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let (here, there) = (q.rows(), p.rows());
    let parcel = world.carry(&q, &p, &["nobody"], "nobody");
    assert_eq!(parcel.record, Default::default());
    assert_eq!((q.consumed(), p.consumed()), (1, 1));
    assert_eq!((q.rows(), p.rows()), (here, there));
    assert_eq!(Moved::Arrive(parcel.clone()).id(), parcel.id);
    q.stop();
    p.stop();
}

#[test]
fn what_other_rules_made_is_made_anew_where_it_arrives() {
    let world = World::new(&IdentityRules::standard());
    let mut others = IdentityRules::standard();
    others.identifiers.atoms_max = 7;
    let (q, p, one) = (
        world.place_by("q", 0, &others),
        world.place("p", 1),
        world.place("one", 1),
    );
    live(&world, &q, "ali");
    live(&world, &one, "ali");
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    world.settle(&p);
    assert!(p.query().store().get(keys::RENEWAL).unwrap().is_none());
    let atoms = |place: &Place| place.query().store().atoms(keys::ATOMS).unwrap();
    assert_eq!(atoms(&p), atoms(&one));
    let fingerprint = |place: &Place| {
        let portrait = place.query().portrait(profile(place, "ali")).unwrap().unwrap();
        (portrait.fingerprint, portrait.pending)
    };
    assert_eq!(fingerprint(&p), fingerprint(&one));
    for place in [q, p, one] {
        place.stop();
    }
}

/// Somebody as they come back behind an erasure: with orders, a code, and a word about two of their ids.
fn come_back(world: &World, place: &Place, who: &str) {
    let second = format!("{who}-2");
    let me = (Kind::USER_ID, who, Trust::Verified);
    let other = (Kind::USER_ID, second.as_str(), Trust::Verified);
    place.submit(vec![
        event(who, "Signed In", 90, std::slice::from_ref(&me)),
        event(who, "Signed In", 91, &[other]),
        order(who, 92, &me),
    ]);
    let target = |name: &str| Target::Identifier(user(name));
    let mint = Command::MintQr(Mint {
        target: target(who),
        purpose: Purpose::Lookup,
        basket: None,
        offer: None,
        expires: Timestamp::from_micros(NOW.as_micros() + 1_000 * HOUR),
        store_id: None,
        offline: None,
    });
    let merge = Command::Merge {
        of: [target(who), target(&second)],
        statement: Statement::default(),
    };
    place.command("back-2", mint).unwrap();
    place.command("back-3", merge).unwrap();
    world.settle(place);
}

#[test]
fn who_came_back_loses_nothing_by_an_erasure_that_is_heard_of_late() {
    let world = World::new(&IdentityRules::standard());
    let (q, p, r) = (world.place("q", 0), world.place("p", 1), world.place("r", 2));
    live(&world, &q, "sara");
    let erase = Command::Erase {
        target: Target::Identifier(user("sara")),
        within_us: HOUR,
    };
    let at = q.query().applied();
    let Answer::Erased { erasure } = q.command("erase", erase).unwrap() else {
        panic!("expected a receipt");
    };
    let tells = |place: &Place, after| {
        let updates = read_updates(place, after);
        updates.iter().any(|subject| subject.contains(".profile.erased."))
    };
    assert!(tells(&q, at));

    world.advance(2 * HOUR);
    let p = world.again(p);
    come_back(&world, &p, "sara");
    let kept = |place: &Place| {
        let mut rows = place.rows();
        // Events, codes, words and segments.
        rows.retain(|key, _| matches!(key.first(), Some(b'E' | b'Q' | b'V' | b'W' | b'm')));
        rows
    };
    let before = kept(&p);
    for prefix in *b"EQVWm" {
        assert!(before.keys().any(|key| key.first() == Some(&prefix)));
    }
    for place in [&p, &r] {
        let at = place.query().applied();
        let again = place.command("again", Command::EraseAgain(erasure.clone()));
        let Answer::Erased { erasure: again } = again.unwrap() else {
            panic!("expected a receipt");
        };
        assert_eq!(again.removed, Default::default());
        assert!(tells(place, at), "by that a broker knows what it is to delete");
        world.settle(place);
    }
    assert_eq!(kept(&p), before);
    let query = p.query();
    let dossier = query.dossier(profile(&p, "sara")).unwrap().unwrap();
    assert_eq!((dossier.words.len(), dossier.codes.len()), (1, 1));
    for place in [q, p, r] {
        place.stop();
    }
}
