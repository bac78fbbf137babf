//! What a resolver writes for whom, and what it is asked.

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    domain::{
        event::{Event, StreamPlace},
        identifier::{Kind, Trust},
        identity::Key,
    },
    engine::{
        api::{Answer, Command, CommandError, Outcome, Submission},
        commands::Ordered,
        parting::{MoveId, Routed},
        resolver::{
            components::turn,
            links::links_of,
            tests::{PARTITIONS, Scene, event, key},
        },
        step::Stepped,
        writer::input::Input,
    },
    journal::InputPosition,
    store::{ArrivalRecord, DepartureRecord, Order, RejectionRecord, View as _, codec, keys},
    wire::{Reason, Rejection},
};

pub(super) fn input(events: &[Event]) -> Input {
    let submission = |event: &Event| Submission::Event(Box::new(event.clone()));
    Input {
        submissions: events.iter().map(submission).collect(),
        ..Input::default()
    }
}

fn connect(keys: &[Key]) -> Input {
    Input::command(Ordered::of_our_own(Command::Connect { keys: keys.to_vec() }))
}

/// What a step wrote for partitions, in its order.
pub(super) fn written(stepped: &Stepped) -> Vec<(u32, Routed)> {
    let messages = stepped.commit.iter().flat_map(|commit| &commit.messages);
    let routed = messages.filter_map(|message| {
        let rest = message.subject.strip_prefix("yekta.v1.default.").unwrap();
        Routed::read(rest, &message.body).unwrap()
    });
    routed.collect()
}

/// Somebody who is known by a customer id alone.
pub(super) fn somebody(id: &str, user: &str) -> Event {
    event(id, &[(Kind::USER_ID, user, Trust::Verified)])
}

/// Two customers who begin in two partitions, and these.
fn apart(scene: &Scene) -> [(String, u32); 2] {
    let begins = |user: &str| turn(scene.keyring.key(&key(Kind::USER_ID, user)).0, PARTITIONS);
    let other = (0..).map(|number| format!("other-{number}"));
    let other = other
        .take(1_000)
        .find(|other| begins(other) != begins("one"))
        .unwrap();
    let place = begins(&other);
    [("one".to_owned(), begins("one")), (other, place)]
}

#[test]
fn an_event_goes_to_the_partition_of_whoever_it_is_of() {
    let mut scene = Scene::new();
    let place = StreamPlace {
        stream: "YEKTA_EVENTS".to_owned(),
        sequence: 7,
        subject: "yekta.v1.default.event.web".to_owned(),
    };
    let first = somebody("1", "one");
    let read = Input {
        submissions: vec![Submission::Read(Box::new(first.clone()), Arc::new(place.clone()))],
        position: Some(InputPosition {
            stream: "YEKTA_EVENTS".to_owned(),
            created_ns: 1,
            sequence: 7,
            digest: [3; 16],
        }),
        ..Input::default()
    };
    let stepped = scene.take(&read);
    assert_eq!(stepped.outcomes, [Outcome::Routed]);
    assert_eq!(stepped.standing.input, read.position);
    let [(one, home), _] = apart(&scene);
    assert_eq!(written(&stepped), [(home, Routed::event(first, Some(place)))]);
    // What comes again goes there again, whatever else it has.
    let again = event_with_mail("2", &one);
    let stepped = scene.take(&input(std::slice::from_ref(&again)));
    assert_eq!(written(&stepped), [(home, Routed::event(again, None))]);
    let by_mail = event("3", &[(Kind::EMAIL, "a@b.c", Trust::Observed)]);
    let stepped = scene.take(&input(std::slice::from_ref(&by_mail)));
    assert_eq!(written(&stepped), [(home, Routed::event(by_mail, None))]);
}

fn event_with_mail(id: &str, user: &str) -> Event {
    event(
        id,
        &[
            (Kind::USER_ID, user, Trust::Verified),
            (Kind::EMAIL, "a@b.c", Trust::Staff),
        ],
    )
}

#[test]
fn the_smaller_of_two_who_are_connected_moves_before_the_event_comes() {
    let mut scene = Scene::new();
    let [(one, home), (other, place)] = apart(&scene);
    scene.take(&input(&[
        somebody("1", &one),
        somebody("2", &one),
        somebody("3", &other),
    ]));
    let both = event(
        "4",
        &[
            (Kind::USER_ID, &one, Trust::Verified),
            (Kind::USER_ID, &other, Trust::Observed),
        ],
    );
    let stepped = scene.take(&input(std::slice::from_ref(&both)));
    let id = MoveId { batch: 2, index: 0 };
    let departure = DepartureRecord {
        to: home,
        keys: vec![scene.keyring.key(&key(Kind::USER_ID, &other))],
    };
    let expected = [
        (place, Routed::Depart(id, departure)),
        (home, Routed::Arrive(id, ArrivalRecord { from: place })),
        (home, Routed::event(both, None)),
    ];
    assert_eq!(written(&stepped), expected);
    let later = somebody("5", &other);
    let stepped = scene.take(&input(std::slice::from_ref(&later)));
    assert_eq!(written(&stepped), [(home, Routed::event(later, None))]);
}

#[test]
fn whoever_is_connected_twice_in_one_batch_moves_once_and_before_its_events_come() {
    let mut scene = Scene::new();
    let [(one, home), (other, place)] = apart(&scene);
    // The other two become more than the one, once they are one.
    let third = (0..1_000).map(|number| format!("third-{number}"));
    let begins = |user: &str| turn(scene.keyring.key(&key(Kind::USER_ID, user)).0, PARTITIONS);
    let third = third
        .into_iter()
        .find(|user| begins(user) != home && begins(user) != place)
        .unwrap();
    let far = begins(&third);
    let events = [
        somebody("1", &one),
        somebody("2", &one),
        somebody("3", &other),
        somebody("4", &third),
        somebody("5", &third),
        somebody("6", &third),
        somebody("7", &third),
        somebody("8", &third),
    ];
    scene.take(&input(&events));
    let pair = |id: &str, a: &str, b: &str| {
        event(
            id,
            &[
                (Kind::USER_ID, a, Trust::Verified),
                (Kind::USER_ID, b, Trust::Verified),
            ],
        )
    };
    let stepped = scene.take(&input(&[pair("9", &one, &other), pair("10", &other, &third)]));
    let to: Vec<_> = written(&stepped)
        .into_iter()
        .map(|(partition, routed)| match routed {
            Routed::Event(routed) => (partition, routed.event.id.id, 0),
            Routed::Depart(id, departure) => (
                partition,
                format!("depart {} to {}", departure.keys.len(), departure.to),
                id.index,
            ),
            Routed::Arrive(id, arrival) => (partition, format!("arrive from {}", arrival.from), id.index),
            Routed::Ahead(id, number, _) => (partition, format!("ahead {number}"), id.index),
            Routed::Put(id, _) => (partition, "put".to_owned(), id.index),
        })
        .collect();
    let mut leave = [home, place];
    leave.sort_unstable();
    let [first, second] = leave;
    let expected = [
        (first, format!("depart 1 to {far}"), 0),
        (second, format!("depart 1 to {far}"), 1),
        (far, format!("arrive from {first}"), 0),
        (far, format!("arrive from {second}"), 1),
        (far, "9".to_owned(), 0),
        (far, "10".to_owned(), 0),
    ];
    assert_eq!(to, expected);
}

#[test]
fn all_who_leave_one_partition_for_another_go_together_and_who_is_new_does_not_go() {
    let mut scene = Scene::new();
    let [(one, home), (other, place)] = apart(&scene);
    let begins = |user: &str| turn(scene.keyring.key(&key(Kind::USER_ID, user)).0, PARTITIONS);
    let mut more = (0..1_000)
        .map(|number| format!("more-{number}"))
        .filter(|user| begins(user) == place);
    let (next, new) = (more.next().unwrap(), more.next().unwrap());
    let before = [&one, &one, &one, &other, &next].map(|user| user.as_str());
    let ids = ["1", "2", "3", "4", "5"];
    let events: Vec<Event> = ids
        .iter()
        .zip(before)
        .map(|(id, user)| somebody(id, user))
        .collect();
    scene.take(&input(&events));
    let joining = |id: &str, user: &str| {
        event(
            id,
            &[
                (Kind::USER_ID, &one, Trust::Verified),
                (Kind::USER_ID, user, Trust::Observed),
            ],
        )
    };
    let events = [
        somebody("6", &new),
        joining("7", &other),
        joining("8", &new),
        joining("9", &next),
    ];
    let stepped = scene.take(&input(&events));
    let hash = |user: &String| scene.keyring.key(&key(Kind::USER_ID, user));
    let mut keys = vec![hash(&other), hash(&next)];
    keys.sort_unstable();
    let id = MoveId { batch: 2, index: 0 };
    let mut expected = vec![
        (place, Routed::Depart(id, DepartureRecord { to: home, keys })),
        (home, Routed::Arrive(id, ArrivalRecord { from: place })),
    ];
    expected.extend(events.map(|event| (home, Routed::event(event, None))));
    assert_eq!(written(&stepped), expected);
}

#[test]
fn what_is_about_the_tenant_goes_to_all_and_what_is_about_nobody_to_one() {
    let mut scene = Scene::new();
    let mut price = event("1", &[]);
    price.name = "Price Changed".to_owned();
    let stepped = scene.take(&input(std::slice::from_ref(&price)));
    assert_eq!(stepped.outcomes, [Outcome::Noted]);
    let expected: Vec<_> = (0..PARTITIONS.get())
        .map(|to| (to, Routed::event(price.clone(), None)))
        .collect();
    assert_eq!(written(&stepped), expected);
    let nobody = event("2", &[]);
    assert!(links_of(&nobody, &scene.rules.identity, &scene.keyring).is_empty());
    let expected = [(
        turn(scene.keyring.event(&nobody.id).0, PARTITIONS),
        Routed::event(nobody.clone(), None),
    )];
    for _ in 0..2 {
        assert_eq!(
            written(&scene.take(&input(std::slice::from_ref(&nobody)))),
            expected
        );
    }
}

#[test]
fn what_is_connected_by_word_is_together_and_nothing_else_is_done_here() {
    let mut scene = Scene::new();
    let [(one, home), (other, place)] = apart(&scene);
    scene.take(&input(&[
        somebody("1", &one),
        somebody("2", &one),
        somebody("3", &other),
    ]));
    let [one, other] = [one, other].map(|user| key(Kind::USER_ID, &user));
    let code = key(Kind::QR_TOKEN, "code");
    let stepped = scene.take(&connect(&[other.clone(), code.clone()]));
    assert!(matches!(&stepped.answers[..], [Ok(Answer::Connected { partition })] if *partition == place));
    assert!(written(&stepped).is_empty());
    let stepped = scene.take(&connect(&[one, code]));
    assert!(matches!(&stepped.answers[..], [Ok(Answer::Connected { partition })] if *partition == home));
    let moved: Vec<u32> = written(&stepped)
        .into_iter()
        .map(|(partition, _)| partition)
        .collect();
    assert_eq!(moved, [place, home]);
    // Of one value it is asked where it is: nothing is written for that, nor for one that nobody has.
    let stepped = scene.take(&connect(&[other]));
    assert!(matches!(&stepped.answers[..], [Ok(Answer::Connected { partition })] if *partition == home));
    assert!(stepped.commit.is_none());
    let stepped = scene.take(&connect(&[key(Kind::QR_TOKEN, "never minted")]));
    assert!(matches!(&stepped.answers[..], [Err(CommandError::NobodyThere)]));
    assert!(stepped.commit.is_none());
    let stepped = scene.take(&connect(&[]));
    assert!(matches!(&stepped.answers[..], [Err(CommandError::NobodyThere)]));
    let token = "code".to_owned();
    let elsewhere = Input::command(Ordered::of_our_own(Command::RevokeQr { token }));
    let stepped = scene.take(&elsewhere);
    assert!(matches!(&stepped.answers[..], [Err(CommandError::Resolver)]));
    assert!(stepped.commit.is_none());
}

#[test]
fn what_was_refused_is_kept_and_told() {
    let mut scene = Scene::new();
    let rejection = Rejection {
        reason: Reason::TooLarge,
        message: "read the event".to_owned(),
        id: Some("1".to_owned()),
        source: None,
        origin: None,
        body: Vec::new(),
    };
    let stepped = scene.take(&Input {
        submissions: vec![Submission::Refused(Box::new(rejection))],
        ..Input::default()
    });
    assert_eq!(stepped.outcomes, [Outcome::Refused]);
    let subjects: Vec<_> = stepped
        .commit
        .iter()
        .flat_map(|commit| &commit.messages)
        .map(|one| &one.subject)
        .collect();
    assert_eq!(subjects, ["yekta.v1.default.dlq.too_large"]);
    let mut kept = Vec::new();
    scene
        .store
        .scan_prefix(keys::REJECTIONS, Order::Ascending, &mut |_, value| {
            let record: RejectionRecord = codec::decode(value)?;
            kept.push(record.id);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!(kept, [Some("1".to_owned())]);
}
