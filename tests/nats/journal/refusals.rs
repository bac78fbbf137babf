//! What is refused leaves the journal as it was; what is wrong with the stream is noticed.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::made_again;

#[test]
fn a_commit_that_does_not_fit_is_refused_before_anything_is_sent() {
    let ground = Ground::new();
    let limited = JetStreamJournalConfig {
        commit_bytes_max: 2 << 20,
        ..config()
    };
    let mut journal = ground.open_with(limited).unwrap();
    journal.append(&commit(1, &["a"])).unwrap();
    let mut refused = |commit: Commit| journal.begin(Arc::new(commit)).unwrap_err();

    let many = commit(2, &["a"; 1_000]);
    assert!(matches!(
        refused(many),
        Error::TooMany {
            messages: 1_002,
            messages_max: 1_000
        }
    ));
    let mut large = commit(2, &["a"]);
    large.messages[0].body = vec![7; 1 << 20];
    assert!(matches!(refused(large.clone()), Error::TooLarge { bytes_max } if bytes_max == 1 << 20));
    large.changes[0].value = Some(vec![7; 1 << 20]);
    assert!(matches!(refused(large), Error::TooLarge { bytes_max } if bytes_max == 2 << 20));
    let mut headed = commit(2, &["a"]);
    headed.messages[0].key = "k".repeat(70_000);
    assert!(matches!(refused(headed), Error::TooLarge { .. }));
    assert!(matches!(
        refused(commit(3, &[])),
        Error::BatchOutOfOrder {
            found: 3,
            expected: 2
        }
    ));
    for subject in [
        "elsewhere.a",
        "yekta.v1.default.commit",
        "yekta.v1.default.profile.*",
        "yekta.v1.default.",
    ] {
        let mut foreign = commit(2, &["a"]);
        foreign.messages[0].subject = subject.into();
        assert!(matches!(refused(foreign), Error::Broker { .. }), "{subject}");
    }
    journal.append(&commit(2, &["a"])).unwrap();
    assert!(matches!(journal.finish(), Err(Error::Idle)));
}

#[test]
fn a_stream_that_was_made_anew_is_noticed() {
    let ground = Ground::new();
    let mut journal = ground.open();
    journal.append(&commit(1, &["a"])).unwrap();
    let identity = journal.identity();
    assert!(
        identity.starts_with("jetstream YEKTA_JOURNAL_default created 20"),
        "{identity}"
    );
    assert_eq!(ground.open().identity(), identity);
    let mut journal = ground.open();
    let anew = ground.runtime.block_on(async {
        let jetstream = &ground.connection.jetstream;
        jetstream.delete_stream("YEKTA_JOURNAL_default").await.unwrap();
        made_again(async || assets::ensure(&ground.connection, &settings(&ground.server)).await).await
    });
    let says_so = |error: Error| {
        assert!(error.to_string().contains("the stream was made anew"), "{error}");
    };
    says_so(journal.reader().read_after(Position::START, 1).unwrap_err());
    says_so(journal.append(&commit(2, &["a"])).unwrap_err());
    says_so(ground.open_with(config()).unwrap_err());
    let ground = Ground {
        assets: anew,
        ..ground
    };
    let journal = ground.open();
    assert_eq!((journal.last(), journal.last_batch()), (Position::START, 0));
    assert_ne!(journal.identity(), identity);
}

#[test]
fn a_stream_without_its_commits_is_noticed() {
    let ground = Ground::new();
    let mut journal = ground.open();
    for batch in 1..=3 {
        journal.append(&commit(batch, &["a", "b"])).unwrap();
    }
    let whole = all(&journal, usize::MAX).unwrap();
    let delete = |sequence| {
        ground.runtime.block_on(async {
            let stream = ground
                .connection
                .jetstream
                .get_stream("YEKTA_JOURNAL_default")
                .await
                .unwrap();
            stream.delete_message(sequence).await.unwrap();
        });
    };
    // A message in the midst of the second commit.
    delete(whole[1].0.0 - 1);
    assert_eq!(
        journal.reader().read_after(Position::START, usize::MAX).unwrap(),
        whole[..1]
    );
    let refused = journal.reader().read_after(whole[0].0, usize::MAX).unwrap_err();
    assert!(refused.to_string().contains("message is missing"), "{refused}");
    assert_eq!(
        journal.reader().read_after(whole[1].0, usize::MAX).unwrap(),
        whole[2..]
    );
}

#[test]
fn waiting_for_a_broker_that_is_away_ends_when_told_to_stop() {
    let mut ground = Ground::new();
    let stop = CancellationToken::new();
    let stoppable = JetStreamJournalConfig {
        stop: stop.clone(),
        ..config()
    };
    let mut journal = ground.open_with(stoppable).unwrap();
    journal.append(&commit(1, &["a"])).unwrap();
    let before = journal.last();
    ground.server.kill();
    begin(&mut journal, commit(2, &["a"]));
    let finishing = std::thread::spawn(move || journal.finish());
    crate::server::wait_for("the link to be lost", || {
        (!ground.connection.link().connected).then_some(())
    });
    stop.cancel();
    crate::server::wait_for("the writer to give up", || finishing.is_finished().then_some(()));
    let refused = finishing.join().unwrap().unwrap_err();
    assert!(matches!(refused, Error::Broker { .. }), "{refused}");
    ground.server.restart();
    crate::server::wait_for("the link", || ground.connection.link().connected.then_some(()));
    let journal = ground.open();
    // Whether it is stored is found out by the next start.
    assert!(journal.last() >= before);
}
