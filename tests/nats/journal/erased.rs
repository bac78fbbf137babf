//! What is erased from what the journal feeds, and what is left of the journal itself once it is forgotten.

use std::thread;

use yekta::{
    domain::{channel::Channels, identifier::IdentifierRules},
    journal::{Anew, Document},
    nats::expunge::{Expunge, ExpungeError, Notice, Published},
    wire::{DecodeLimits, DecodeRules},
};

use super::*;
use crate::{expunge::holds, server::wait_for};

const JOURNAL: &str = "YEKTA_JOURNAL_default";
const OUT: &str = "YEKTA_OUT_default";
const BUCKET: &str = "KV_YEKTA_PROFILES_default";
const CANARY: &str = "canary-sara";

impl Ground {
    fn expunge(&self) -> Expunge {
        let rules = DecodeRules {
            channels: Channels::default(),
            identifiers: IdentifierRules::standard(),
            limits: DecodeLimits::default(),
            retention: Default::default(),
        };
        let (connection, names) = (&self.connection, self.assets.names.clone());
        Expunge::new(connection, names, Arc::new(rules), Duration::from_secs(5))
    }

    /// How many messages a stream holds.
    fn messages(&self, stream: &str) -> u64 {
        self.runtime.block_on(async {
            let stream = self.connection.jetstream.get_stream(stream).await;
            stream.unwrap().cached_info().state.messages
        })
    }

    fn wait_until_caught_up(&self, expunge: &Expunge) {
        wait_for("all of the journal to be taken", || {
            self.runtime.block_on(expunge.caught_up()).ok()
        });
    }

    fn wait_until_written(&self, stream: &str) {
        wait_for("the server to write its files", || {
            holds(&self.server, stream, CANARY).then_some(())
        });
    }
}

fn told(rest: &str) -> Message {
    Message {
        subject: format!("yekta.v1.default.{rest}"),
        key: String::new(),
        body: format!("{{\"said\":\"{CANARY}\"}}").into(),
        trace: None,
    }
}

/// A commit that tells what was said on these subjects.
fn telling(batch: u64, subjects: &[&str]) -> Commit {
    Commit {
        messages: subjects.iter().map(|rest| told(rest)).collect(),
        ..commit(batch, &[])
    }
}

fn is_theirs(published: Published<'_>) -> bool {
    let body = published.body;
    body.windows(CANARY.len())
        .any(|window| window == CANARY.as_bytes())
}

#[test]
fn what_is_published_about_a_profile_is_in_no_file() {
    let ground = Ground::new();
    let mut journal = ground.open();
    let sara = ["profile.updated.a", "context.web.note_taken.a", "dlq.no_json"];
    journal.append(&telling(1, &sara)).unwrap();
    journal.append(&telling(2, &["profile.erased.a"])).unwrap();
    journal.append(&telling(3, &["profile.updated.b"])).unwrap();
    wait_for("the stream to follow", || {
        (ground.messages(OUT) == 5).then_some(())
    });
    ground.wait_until_written(OUT);

    let expunge = ground.expunge();
    ground.wait_until_caught_up(&expunge);
    ground.runtime.block_on(async {
        let now = jiff::Timestamp::now().as_microsecond();
        assert_eq!(expunge.notice("a", CANARY, now).await.unwrap(), Notice::At(4));
        // Of another erasure, or of none: it is still to come, or was dropped before anything that is there.
        for (profile, erasure) in [("a", "another"), ("b", CANARY)] {
            let behind = expunge.notice(profile, erasure, now).await;
            assert!(matches!(behind, Err(ExpungeError::Behind { .. })), "{behind:?}");
            assert_eq!(
                expunge.notice(profile, erasure, 0).await.unwrap(),
                Notice::Dropped
            );
        }
        let before = |published: Published<'_>| published.sequence < 4 && is_theirs(published);
        assert_eq!(expunge.out(4, &before).await.unwrap(), 3);
        assert_eq!(expunge.out(4, &before).await.unwrap(), 0);
        // What came later is there, and the last message stays whoever is meant.
        assert!(holds(&ground.server, OUT, CANARY));
        assert_eq!(expunge.out(u64::MAX, &is_theirs).await.unwrap(), 1);
        assert_eq!(expunge.out(u64::MAX, &is_theirs).await.unwrap(), 0);
    });
    assert_eq!(ground.messages(OUT), 1);
}

/// Others, so large that more than half of their block lives whatever is filled into it.
fn others() -> Vec<Document> {
    let body = |number: u32| format!("{{\"number\":{number},\"wide\":\"{}\"}}", "x".repeat(60_000));
    let document = |number| Document {
        key: format!("k{number}"),
        body: body(number).into(),
    };
    (0..40).map(document).collect()
}

#[test]
fn a_document_that_was_replaced_is_in_no_file_once_the_bucket_was_written_anew() {
    let mut ground = Ground::new();
    let mut journal = ground.open();
    let messages = others().into_iter().map(|Document { key, body }| Message {
        subject: format!("yekta.v1.default.profile.updated.{key}"),
        key,
        body,
        trace: None,
    });
    let first = Commit {
        messages: messages.collect(),
        ..commit(1, &[])
    };
    journal.append(&first).unwrap();
    journal.append(&telling(2, &["profile.updated.a"])).unwrap();
    journal.append(&telling(3, &["profile.updated.a"])).unwrap();
    let gone = Message {
        subject: "yekta.v1.default.profile.erased.a".into(),
        key: "a".into(),
        body: b"{}".to_vec(),
        trace: None,
    };
    let fourth = Commit {
        messages: vec![gone],
        ..commit(4, &[])
    };
    journal.append(&fourth).unwrap();
    let expunge = ground.expunge();
    ground.wait_until_caught_up(&expunge);
    // All of them, and that one is no more.
    assert_eq!(ground.messages(BUCKET), 41);
    ground.wait_until_written(BUCKET);

    ground.runtime.block_on(expunge.has_room()).unwrap();
    journal.append_anew(&commit(5, &[]), &Anew::Blanks).unwrap();
    ground.wait_until_caught_up(&expunge);
    assert!(holds(&ground.server, BUCKET, CANARY), "its block is kept");
    journal
        .append_anew(&commit(6, &[]), &Anew::Documents(others()))
        .unwrap();
    ground.wait_until_caught_up(&expunge);
    // All of them, that one is no more, and nobody.
    assert_eq!(ground.messages(BUCKET), 42);
    assert!(ground.runtime.block_on(expunge.profiles()).unwrap() > 0);
    wait_for("the blocks to go", || {
        (!holds(&ground.server, BUCKET, CANARY)).then_some(())
    });
    assert_eq!(ground.messages(BUCKET), 41);

    // What is there still is read as before, and the server goes on where it was.
    ground.server.restart();
    journal.append(&commit(7, &["b"])).unwrap();
    assert_eq!(all(&journal, usize::MAX).unwrap().len(), 7);
    ground.wait_until_caught_up(&expunge);
    assert_eq!(ground.messages(BUCKET), 42);
    ground.runtime.block_on(async {
        let bucket = ground
            .connection
            .jetstream
            .get_key_value("YEKTA_PROFILES_default");
        let bucket = bucket.await.unwrap();
        for Document { key, body } in others() {
            assert_eq!(bucket.get(&key).await.unwrap().unwrap(), body, "{key}");
        }
        for key in ["a", "blank"] {
            assert_eq!(bucket.get(key).await.unwrap(), None, "{key}");
        }
    });
    assert_eq!(ground.open().last_batch(), 7);
}

#[test]
fn what_is_forgotten_is_in_no_file_once_the_term_was_renewed() {
    let ground = Ground::new();
    let mut journal = ground.open();
    for batch in 1..=3 {
        journal.append(&telling(batch, &["profile.updated.a"])).unwrap();
    }
    ground.wait_until_written(JOURNAL);
    journal.roll().unwrap();
    assert_eq!(journal.epoch(), 1);
    let end = journal.append(&commit(4, &["b"])).unwrap();
    assert_eq!(all(&journal, usize::MAX).unwrap().len(), 4);
    let first = journal.forget(end).unwrap();
    // The record, the pieces and messages of the last commit, its marker.
    assert_eq!(ground.messages(JOURNAL), end.0 - first.0 + 1);
    assert!(first < end);
    wait_for("the blocks to go", || {
        (!holds(&ground.server, JOURNAL, CANARY)).then_some(())
    });
    journal.append(&commit(5, &["b"])).unwrap();
    let next = ground.open();
    assert_eq!((next.epoch(), next.last_batch()), (2, 5));
    let refused = journal.roll().unwrap_err();
    assert!(matches!(refused, Error::Fenced { epoch: 2, own: 1 }), "{refused}");
    assert!(matches!(journal.append(&commit(6, &["b"])), Err(Error::Poisoned)));
}

#[test]
fn a_term_is_renewed_once_the_server_is_back_and_not_while_a_commit_is_under_way() {
    let mut ground = Ground::new();
    let mut journal = ground.open();
    begin(&mut journal, commit(1, &["a"]));
    let refused = journal.roll().unwrap_err();
    assert!(refused.to_string().contains("renew the term"), "{refused}");
    journal.finish().unwrap();
    ground.server.kill();
    thread::scope(|scope| {
        let renewing = scope.spawn(|| journal.roll());
        ground.server.restart();
        renewing.join().unwrap().unwrap();
    });
    journal.append(&commit(2, &["a"])).unwrap();
    assert_eq!(all(&journal, usize::MAX).unwrap().len(), 2);
    assert_eq!(ground.open().last_batch(), 2);
}
