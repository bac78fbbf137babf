//! Who may write: one owner, and nobody else.

use super::*;

#[test]
fn whoever_opens_last_owns_the_journal_and_the_other_is_told() {
    let ground = Ground::new();
    let mut first = ground.open();
    first.append(&commit(1, &["a"])).unwrap();
    // One commit is under way, one is staged behind it, when the other comes.
    begin(&mut first, commit(2, &["a"]));
    begin(&mut first, commit(3, &["a"]));
    first.finish().unwrap();
    first.finish().unwrap();
    let mut second = ground.open();
    assert_eq!((first.epoch(), second.epoch()), (1, 2));
    assert_eq!((second.last_batch(), second.last()), (3, first.last()));
    begin(&mut first, commit(4, &["lost"]));
    second.append(&commit(4, &["b"])).unwrap();
    let refused = first.finish().unwrap_err();
    assert!(matches!(refused, Error::Fenced { epoch: 2, own: 1 }), "{refused}");
    assert!(matches!(first.append(&commit(4, &["a"])), Err(Error::Poisoned)));
    second.append(&commit(5, &["b"])).unwrap();
    let read = all(&second, usize::MAX).unwrap();
    let keys: Vec<&str> = read
        .iter()
        .map(|(_, commit)| commit.messages[0].key.as_str())
        .collect();
    assert_eq!(keys, ["a", "a", "a", "b", "b"]);
}

#[test]
fn an_owner_that_slept_through_the_take_over_commits_nothing() {
    let ground = Ground::new();
    let mut first = ground.open();
    begin(&mut first, commit(1, &["a"]));
    begin(&mut first, commit(2, &["lost"]));
    // What is staged behind the first is committed only by `finish`: another owner comes in between.
    crate::server::wait_for("the first commit", || (ground.end() > 1).then_some(()));
    let second = ground.open();
    assert_eq!(second.last_batch(), 1);
    first.finish().unwrap();
    let refused = first.finish().unwrap_err();
    assert!(matches!(refused, Error::Fenced { .. }), "{refused}");
    assert_eq!(all(&second, usize::MAX).unwrap().len(), 1);
}

#[test]
fn a_staged_commit_is_refused_where_something_else_slipped_in() {
    let ground = Ground::new();
    let mut journal = ground.open();
    begin(&mut journal, commit(1, &["a"]));
    begin(&mut journal, commit(2, &["a"]));
    // The first is stored before the foreign message, or its own expectation fails.
    crate::server::wait_for("the first commit", || (ground.end() > 1).then_some(()));
    ground.publish("yekta.v1.default.j.profile.updated.foreign");
    journal.finish().unwrap();
    let refused = journal.finish().unwrap_err();
    let said = refused.to_string();
    assert!(matches!(refused, Error::Stream { .. }), "{said}");
    assert!(said.contains("message is part of no commit"), "{said}");
    // Nobody goes on behind it by mistake.
    let refused = ground.open_with(config()).unwrap_err();
    assert!(matches!(refused, Error::Stream { .. }), "{refused}");
}

#[test]
fn a_lost_epoch_record_is_noticed() {
    let ground = Ground::new();
    let mut journal = ground.open();
    journal.append(&commit(1, &["a"])).unwrap();
    ground.runtime.block_on(async {
        let stream = ground
            .connection
            .jetstream
            .get_stream("YEKTA_JOURNAL_default")
            .await
            .unwrap();
        stream.delete_message(1).await.unwrap();
    });
    let refused = journal.append(&commit(2, &["a"])).unwrap_err();
    assert!(
        refused.to_string().contains("the epoch record is gone"),
        "{refused}"
    );
    // The next owner is of a later epoch all the same: the commits say so.
    assert_eq!(ground.open().epoch(), 2);
}
