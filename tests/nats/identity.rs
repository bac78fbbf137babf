//! A stream that is not the one that was read is never followed: it was made anew, lost its end, or let go of what was
//! not read.

use std::fs;

use yekta::nats::{
    assets::{self, Names},
    ingest::{FollowError, IdentityError},
};

use crate::{
    house::{House, until},
    ingest::{native, publish},
    made_again, run,
    server::{NatsServer, copy},
    settings,
};

/// What the follower of `house` says after `change` was made to what it had read: 20 messages.
fn refusal(change: impl AsyncFnOnce(&mut NatsServer)) -> Option<IdentityError> {
    let mut server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        for id in 0..20 {
            open.publish("web.product_viewed", &[], native(id)).await;
        }
        open.consumed(20).await;
        open.close().await;
        change(&mut server).await;
        let open = house.open(&server).await;
        let next = open.publish("web.product_viewed", &[], native(99)).await;
        until("an end, or the next event", || {
            open.has_ended() || open.events().0 > 0
        })
        .await;
        if !open.has_ended() {
            open.consumed(next).await;
            open.close().await;
            return None;
        }
        match open.refused().await {
            FollowError::Identity(error) => Some(error),
            error => panic!("{error}"),
        }
    })
}

async fn stream(server: &NatsServer) -> async_nats::jetstream::stream::Stream {
    let connection = crate::connected(server).await;
    connection.jetstream.get_stream(Names::EVENTS).await.unwrap()
}

#[test]
fn a_stream_that_was_made_anew_is_refused() {
    for grown in [0, 40] {
        let error = refusal(async |server| {
            let connection = crate::connected(server).await;
            connection.jetstream.delete_stream(Names::EVENTS).await.unwrap();
            let other = House::new().open(server).await;
            other.close().await;
            publish(server, 100..100 + grown).await;
        });
        assert!(
            matches!(error, Some(IdentityError::Recreated { sequence: 20, .. })),
            "{error:?}"
        );
    }
}

#[test]
fn a_copy_that_operators_vouch_for_is_read_on_and_another_stream_is_not() {
    for (ids, is_copy) in [(0..20, true), (100..120, false)] {
        let (server, house) = (NatsServer::start(), House::new());
        run(async {
            let open = house.open(&server).await;
            publish(&server, 0..20).await;
            open.consumed(20).await;
            open.close().await;
            let connection = crate::connected(&server).await;
            connection.jetstream.delete_stream(Names::EVENTS).await.unwrap();
            made_again(async || assets::ensure(&connection, &settings(&server)).await).await;
            publish(&server, ids).await;
            publish(&server, 200..201).await;
            let made = stream(&server).await.cached_info().created.unix_timestamp_nanos();
            let made = i64::try_from(made).unwrap();
            // Who names another point vouches for nothing.
            let open = house.open_copy(&server, Some(made - 1)).await;
            until("an end", || open.has_ended()).await;
            let refused = open.refused().await;
            assert!(
                matches!(
                    refused,
                    FollowError::Identity(IdentityError::Recreated { sequence: 20, .. })
                ),
                "{refused}"
            );
            let open = house.open_copy(&server, Some(made)).await;
            if is_copy {
                open.consumed(21).await;
                assert_eq!(open.events().0, 1, "only the one that is new");
                open.close().await;
                // What was read of the copy is known as that from then on.
                let open = house.open(&server).await;
                publish(&server, 201..202).await;
                open.consumed(22).await;
                open.close().await;
            } else {
                until("an end", || open.has_ended()).await;
                let refused = open.refused().await;
                assert!(
                    matches!(
                        refused,
                        FollowError::Identity(IdentityError::Reused { sequence: 20, .. })
                    ),
                    "{refused}"
                );
            }
        });
    }
}

#[test]
fn a_stream_that_let_go_of_unread_messages_is_refused_and_one_of_read_ones_is_not() {
    let error = refusal(async |server| {
        publish(server, 20..30).await;
        stream(server).await.purge().sequence(26).await.unwrap();
    });
    assert!(
        matches!(
            error,
            Some(IdentityError::RetentionPassed {
                sequence: 20,
                first: 26,
                ..
            })
        ),
        "{error:?}"
    );
    let error = refusal(async |server| {
        stream(server).await.purge().await.unwrap();
    });
    assert_eq!(error, None);
    let error = refusal(async |server| {
        stream(server).await.delete_message(20).await.unwrap();
    });
    assert_eq!(error, None);
}

#[test]
fn a_stream_that_lost_its_end_is_refused_also_when_it_has_grown_on() {
    for (grown, expected) in [(0..0, "LostTail"), (50..60, "Reused")] {
        let mut server = NatsServer::start();
        let house = House::new();
        let error = run(async {
            let open = house.open(&server).await;
            for id in 0..15 {
                open.publish("web.a", &[], native(id)).await;
            }
            open.consumed(15).await;
            open.close().await;
            server.kill();
            let (store, aside) = (server.folder().join("store"), server.folder().join("aside"));
            copy(&store, &aside);
            server.restart();
            let open = house.open(&server).await;
            for id in 15..20 {
                open.publish("web.a", &[], native(id)).await;
            }
            open.consumed(20).await;
            open.close().await;
            server.kill();
            fs::remove_dir_all(&store).unwrap();
            fs::rename(&aside, &store).unwrap();
            server.restart();
            publish(&server, grown).await;
            house.open(&server).await.refused().await
        });
        assert!(format!("{error:?}").contains(expected), "{error:?}");
    }
}

#[test]
fn a_stream_that_is_made_anew_is_noticed_while_it_is_followed() {
    let server = NatsServer::start();
    let house = House::new();
    let error = run(async {
        let open = house.open(&server).await;
        let last = open.publish("web.a", &[], native(1)).await;
        open.consumed(last).await;
        let jetstream = &open.connection.jetstream;
        let config = jetstream
            .get_stream(Names::EVENTS)
            .await
            .unwrap()
            .cached_info()
            .config
            .clone();
        jetstream.delete_stream(Names::EVENTS).await.unwrap();
        made_again(async || jetstream.create_stream(&config).await).await;
        open.refused().await
    });
    let FollowError::Identity(error) = error else {
        panic!("{error}")
    };
    assert!(
        matches!(
            error,
            IdentityError::Recreated { .. } | IdentityError::Missing { .. }
        ),
        "{error}"
    );
}
