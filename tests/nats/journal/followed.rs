//! A journal that another process writes: followed without a gap, told of soon, taken over with its writer fenced.

use std::time::{Duration, Instant};

use yekta::{
    journal::{Commit, Error, FollowedJournal, Journal, Position},
    nats::journal::JetStreamFollower,
};

use crate::{
    journal::{Ground, commit, config},
    made_again,
    server::PATIENCE,
};

const WAIT: Duration = Duration::from_millis(50);

fn follower(ground: &Ground) -> Box<dyn FollowedJournal> {
    let runtime = ground.runtime.handle().clone();
    let opened = JetStreamFollower::open(runtime, &ground.connection, &ground.assets, config());
    Box::new(opened.unwrap())
}

/// Looks until it knows of a position.
fn told(followed: &mut dyn FollowedJournal, position: Position) {
    let deadline = Instant::now() + PATIENCE;
    while followed.last() < position {
        assert!(Instant::now() < deadline, "never told of {position}");
        // What passes is asked again.
        if let Err(error) = followed.look(WAIT) {
            assert!(error.is_passing(), "{error}");
        }
    }
}

fn read(followed: &dyn FollowedJournal, after: Position) -> Vec<(Position, Commit)> {
    let (reader, mut found, mut at) = (followed.reader(), Vec::new(), after);
    while at < followed.last() {
        let more = reader.read_after(at, 1 << 20).unwrap();
        at = more.last().unwrap().0;
        found.extend(more);
    }
    found
}

#[test]
fn what_another_writes_is_told_and_read_without_a_gap() {
    let ground = Ground::new();
    let mut owner = ground.open();
    let first = owner.append(&commit(1, &["a"])).unwrap();
    let mut followed = follower(&ground);
    assert_eq!(followed.identity(), owner.identity());
    assert_eq!(followed.last(), first);
    assert_eq!(followed.look(WAIT).unwrap(), None);
    let mut written = Vec::new();
    for batch in 2..60 {
        let commit = commit(batch, &["a", "b"]);
        written.push((owner.append(&commit).unwrap(), commit));
    }
    told(followed.as_mut(), owner.last());
    assert_eq!(read(followed.as_ref(), first), written);
}

#[test]
fn a_server_that_comes_back_is_followed_on() {
    let mut ground = Ground::new();
    let mut owner = ground.open();
    let mut followed = follower(&ground);
    for batch in 1..4 {
        let position = owner.append(&commit(batch, &["a"])).unwrap();
        told(followed.as_mut(), position);
        ground.server.restart();
    }
    assert_eq!(read(followed.as_ref(), Position::START).len(), 3);
}

#[test]
fn who_takes_over_goes_on_where_the_other_was_and_fences_it() {
    let ground = Ground::new();
    let mut owner = ground.open();
    owner.append(&commit(1, &["a"])).unwrap();
    let followed = follower(&ground);
    let reader = followed.reader();
    let unseen = owner.append(&commit(2, &["b"])).unwrap();
    let epoch = owner.epoch();
    let mut next = followed.take_over().unwrap();
    assert_eq!((next.last(), next.last_batch()), (unseen, 2));
    assert!(next.epoch() > epoch);
    // Readers of before go on with what the new owner writes.
    let written = next.append(&commit(3, &["c"])).unwrap();
    let after = reader.read_after(unseen, 1 << 20).unwrap();
    assert_eq!(after, [(written, commit(3, &["c"]))]);
    match owner.append(&commit(3, &["d"])) {
        Err(Error::Fenced { epoch, own }) => assert!(epoch > own),
        other => panic!("the former owner committed: {other:?}"),
    }
    assert_eq!(next.last(), written);
}

#[test]
fn a_stream_that_was_made_anew_is_not_followed() {
    let ground = Ground::new();
    let mut owner = ground.open();
    owner.append(&commit(1, &["a"])).unwrap();
    let mut followed = follower(&ground);
    assert_eq!(followed.look(WAIT).unwrap(), None);
    let stream = ground.assets.journal.stream.clone();
    let config = ground.runtime.block_on(async {
        let jetstream = &ground.connection.jetstream;
        let config = jetstream
            .get_stream(&stream)
            .await
            .unwrap()
            .cached_info()
            .config
            .clone();
        jetstream.delete_stream(&stream).await.unwrap();
        made_again(async || jetstream.create_stream(&config).await).await;
        config
    });
    assert_eq!(config.name, stream);
    let deadline = Instant::now() + PATIENCE;
    let refused = loop {
        assert!(Instant::now() < deadline, "it is followed on");
        match followed.look(WAIT) {
            Ok(_) => {}
            Err(error) if error.is_passing() => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, Error::Stream { .. }), "{refused}");
}
