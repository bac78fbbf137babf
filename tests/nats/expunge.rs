//! Erasing from the input stream: nothing of it is in the server's files, what others said stays, and the follower goes
//! on over the gaps.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use yekta::{
    domain::{identifier::Kind, identity::Key},
    engine::api::{Command, Target},
    nats::{assets::Names, expunge::Going},
};

use crate::{
    house::House,
    run,
    server::{NatsServer, wait_for},
};

/// Whether some file of a stream's holds these bytes.
pub(crate) fn holds(server: &NatsServer, stream: &str, text: &str) -> bool {
    let streams = server.folder().join("store/jetstream/$G/streams");
    is_within(&streams.join(stream), text.as_bytes())
}

/// Files come and go while the server runs.
fn is_within(folder: &Path, bytes: &[u8]) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return is_within(&path, bytes);
        }
        let held = fs::read(path).unwrap_or_default();
        held.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn said(id: &str, who: &str, note: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"Note Taken","identifiers":[{{"kind":"user_id","value":"{who}"}}],"properties":{{"note":"{note}"}}}}"#
    )
}

/// What Sara said up to a message.
fn sara(through: u64) -> Going {
    Going {
        through,
        is_erased: Arc::new(|item| item.event().is_some_and(|event| event.id.id.starts_with("sara"))),
        refused: BTreeSet::new(),
    }
}

#[test]
fn what_an_erased_person_said_is_in_no_file_and_the_follower_goes_on() {
    let mut server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        let (one, other) = (
            said("sara-2", "u-1", "canary-sara"),
            said("sara-3", "u-1", "canary-sara"),
        );
        let (shared, kaveh) = (
            said("sara-4", "u-1", "canary-both"),
            said("kaveh-2", "u-2", "canary-both"),
        );
        for body in [
            said("sara-1", "u-1", "canary-sara"),
            said("kaveh-1", "u-2", "canary-kaveh"),
            format!("[{one},{other}]"),
            format!("[{shared},{kaveh}]"),
            said("kaveh-3", "u-2", "canary-kaveh"),
        ] {
            open.publish("web.note_taken", &[], body).await;
        }
        let five = said("sara-5", "u-1", "canary-sara");
        let last = open.publish("web.note_taken", &[], five).await;
        open.consumed(last).await;
        // Not consumed, as far as is said: it may not go.
        let six = said("sara-6", "u-1", "canary-behind");
        let behind = open.publish("web.note_taken", &[], six).await;
        open.consumed(behind).await;
        wait_for("the server to write its files", || {
            let written = |text| holds(&server, Names::EVENTS, text);
            (written("canary-sara") && written("canary-behind")).then_some(())
        });

        let erased = open.expunge().input(&sara(last)).await.unwrap();
        assert_eq!(
            erased, 4,
            "one that holds something of others too goes as a whole"
        );
        assert!(!holds(&server, Names::EVENTS, "canary-sara"));
        for text in ["canary-kaveh", "canary-behind"] {
            assert!(holds(&server, Names::EVENTS, text), "{text}");
        }
        let again = open.expunge().input(&sara(last)).await.unwrap();
        assert_eq!(again, 0);

        // The message that was read last goes as well.
        let erased = open.expunge().input(&sara(behind)).await.unwrap();
        assert_eq!(erased, 1);
        let next = open
            .publish("web.note_taken", &[], said("kaveh-4", "u-2", "canary-kaveh"))
            .await;
        open.consumed(next).await;
        let tail = open
            .publish("web.note_taken", &[], said("sara-7", "u-1", "canary-sara"))
            .await;
        open.consumed(tail).await;
        let erased = open.expunge().input(&sara(tail)).await.unwrap();
        assert_eq!(erased, 1);
        open.close().await;

        server.restart();
        for text in ["canary-sara", "canary-behind"] {
            assert!(!holds(&server, Names::EVENTS, text), "{text}");
        }
        let again = house.open(&server).await;
        assert_eq!(again.position(), tail);
        let next = again
            .publish("web.note_taken", &[], said("kaveh-5", "u-2", "canary-kaveh"))
            .await;
        assert_eq!(next, tail + 1, "the number of what was erased is not given again");
        again.consumed(next).await;
        again.counts((1, 0, 0)).await;
        again.close().await;
    });
}

#[test]
fn what_is_refused_as_erased_is_to_be_deleted_however_much_else_is_refused_behind_it() {
    let server = NatsServer::start();
    let house = House::with(&[("engine.rejections_max", "1")]);
    run(async {
        let open = house.open(&server).await;
        let first = said("sara-1", "u-1", "canary-sara");
        let taken = open.publish("web.note_taken", &[], first.clone()).await;
        open.consumed(taken).await;
        let handle = &open.engine().handle;
        let target = Target::Identifier(Key {
            kind: Kind::USER_ID,
            value: "u-1".to_owned(),
        });
        let within_us = i64::MAX / 4;
        let erased = handle.command(None, Command::Erase { target, within_us }).await;
        erased.unwrap();
        let again = open.publish("web.note_taken", &[], first).await;
        let mut last = again;
        for _ in 0..3 {
            last = open.publish("web.note_taken", &[], "no json").await;
        }
        open.consumed(last).await;
        let query = handle.query();
        let kept = query.rejections(10).unwrap();
        assert!(
            kept.iter().all(|one| one.code != "erased"),
            "it is kept no longer"
        );
        assert_eq!(query.undeleted(10).unwrap(), vec![again]);
        let places = vec![again];
        handle.command(None, Command::Deleted { places }).await.unwrap();
        assert_eq!(query.undeleted(10).unwrap(), Vec::<u64>::new());
        open.close().await;
    });
}
