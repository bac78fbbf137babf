//! What was refused and names somebody who is erased at a partition.

use crate::{
    domain::{event::StreamPlace, identifier::Kind, identity::Key},
    engine::{
        api::{Answer, Command, Submission},
        commands::Ordered,
        resolver::tests::{Scene, key},
        step::Stepped,
        writer::input::Input,
    },
    store::{ErasureId, ErasureRecord, Order, ProfileId, Read as _, RejectionRecord, View as _, codec, keys},
    wire::{Reason, Rejection},
};

const PROFILE: ProfileId = ProfileId([7; 16]);
const ERASURE: ErasureId = ErasureId([9; 16]);

/// An item that stood there and was refused.
fn refused(sequence: u64, body: &str) -> Submission {
    Submission::Refused(Box::new(Rejection {
        reason: Reason::WrongType,
        message: "read the event".to_owned(),
        id: None,
        source: None,
        origin: Some(Box::new(StreamPlace {
            stream: "YEKTA_EVENTS".to_owned(),
            sequence,
            subject: "yekta.v1.default.event.web".to_owned(),
        })),
        body: body.as_bytes().to_vec(),
    }))
}

/// A resolver that keeps an item that names Sara, and one that names Tamara.
fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.take(&Input {
        submissions: vec![
            refused(4, r#"{"email":"Sara@Example.org"}"#),
            refused(5, r#"{"email":"tamara@example.org"}"#),
        ],
        ..Input::default()
    });
    assert_eq!(places(&scene), [4, 5]);
    scene
}

fn places(scene: &Scene) -> Vec<u64> {
    let mut places = Vec::new();
    let read = scene
        .store
        .scan_prefix(keys::REJECTIONS, Order::Ascending, &mut |_, value| {
            let kept: RejectionRecord = codec::decode(value)?;
            places.extend(kept.origin.map(|place| place.sequence));
            Ok(std::ops::ControlFlow::Continue(()))
        });
    read.unwrap();
    places
}

fn erase(scene: &mut Scene, keys: &[Key]) -> Stepped {
    let command = Command::EraseRefused {
        profile: PROFILE,
        keys: keys.to_vec(),
        within_us: 5,
    };
    let ordered = Ordered {
        erasure: ERASURE,
        ..Ordered::of_our_own(command)
    };
    scene.take(&Input::command(ordered))
}

fn noted(scene: &Scene) -> Option<ErasureRecord> {
    scene.store.record(&keys::erasure(ERASURE)).unwrap()
}

/// Whether a message of the input stream is to be deleted there.
fn goes(scene: &Scene, place: u64) -> bool {
    scene.store.get(&keys::undeleted(place)).unwrap().is_some()
}

#[test]
fn what_names_them_goes_and_it_is_noted_where_it_stood() {
    let mut scene = scene();
    let sara = key(Kind::EMAIL, "sara@example.org");
    let stepped = erase(&mut scene, std::slice::from_ref(&sara));
    assert!(
        matches!(&stepped.answers[..], [Ok(Answer::Erased { erasure })] if erasure.removed.rejections == 1)
    );
    assert_eq!(places(&scene), [5]);
    let erasure = noted(&scene).unwrap();
    assert_eq!(
        (erasure.profile, erasure.refused.as_slice()),
        (PROFILE, [4].as_slice())
    );
    assert_eq!(erasure.keys, [scene.keyring.key(&sara)]);
    assert_eq!(erasure.due.micros_since(erasure.at), 5);
    assert!(scene.store.get(&keys::pending(ERASURE)).unwrap().is_some());
    assert!(goes(&scene, 4) && !goes(&scene, 5));
    let commit = stepped.commit.unwrap();
    // What was published of it lies before a message by which that is known.
    let [told] = commit.messages.as_slice() else {
        panic!("one message is told")
    };
    assert_eq!(told.subject, format!("yekta.v1.default.profile.erased.{PROFILE}"));
    let body = String::from_utf8(told.body.clone()).unwrap();
    assert!(body.contains(&ERASURE.to_string()), "{body}");
    let said = |bytes: &[u8]| bytes.windows(4).any(|part| part.eq_ignore_ascii_case(b"sara"));
    let values = commit.changes.iter().filter_map(|change| change.value.as_deref());
    assert!(!values.chain([told.body.as_slice()]).any(said));
}

#[test]
fn where_nothing_names_them_nothing_is_kept() {
    let mut scene = scene();
    let nobody = key(Kind::EMAIL, "nobody@example.org");
    let stepped = erase(&mut scene, &[nobody]);
    assert!(matches!(&stepped.answers[..], [Ok(Answer::Noted)]));
    assert!(stepped.commit.is_none());
    assert_eq!(noted(&scene), None);
    // Nor where it is asked for once more.
    let sara = [key(Kind::EMAIL, "sara@example.org")];
    assert!(erase(&mut scene, &sara).commit.is_some());
    assert!(erase(&mut scene, &sara).commit.is_none());
    assert_eq!(places(&scene), [5]);
}

#[test]
fn what_comes_back_from_before_goes_again_by_where_it_stood() {
    let mut before = scene();
    erase(&mut before, &[key(Kind::EMAIL, "sara@example.org")]);
    let erasure = noted(&before).unwrap();
    let mut scene = scene();
    let again = Input::command(Ordered::erasing_again(erasure.clone()));
    let stepped = scene.take(&again);
    assert!(matches!(&stepped.answers[..], [Ok(Answer::Erased { .. })]));
    assert_eq!(places(&scene), [5]);
    assert_eq!(noted(&scene).unwrap().refused, erasure.refused);
    assert!(goes(&scene, 4));
}
