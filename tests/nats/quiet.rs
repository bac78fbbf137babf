//! A tenant that is quiet while others write into the same stream: its position moves on with the stream, so that it is
//! not refused when what it read itself is gone, and nothing of it is skipped.

use std::{fs, ops::Range};

use yekta::nats::{
    assets::Names,
    ingest::{FollowError, IdentityError},
};

use crate::{
    connected,
    house::House,
    ingest::native,
    run,
    server::{NatsServer, copy},
};

/// Publishes events of another tenant.
async fn others(server: &NatsServer, ids: Range<usize>) {
    let connection = connected(server).await;
    for id in ids {
        let sent = connection
            .jetstream
            .publish("yekta.v1.other.event.web.a", native(id).into())
            .await;
        sent.unwrap().await.unwrap();
    }
}

#[test]
fn its_own_may_be_gone_once_it_moved_on() {
    for kept in [Some(9), None] {
        let server = NatsServer::start();
        let house = House::new();
        run(async {
            let open = house.open(&server).await;
            let own = open.publish("web.a", &[], native(1)).await;
            open.consumed(own).await;
            others(&server, 0..8).await;
            open.consumed(own + 8).await;
            open.close().await;
            let stream = connected(&server).await.jetstream.get_stream(Names::EVENTS).await;
            let purge = stream.as_ref().unwrap().purge();
            match kept {
                // What stands at its position is another tenant's.
                Some(first) => purge.sequence(first).await.unwrap(),
                None => purge.await.unwrap(),
            };
            let again = house.open(&server).await;
            let next = again.publish("web.a", &[], native(2)).await;
            again.consumed(next).await;
            again.counts((1, 0, 0)).await;
            again.close().await;
        });
    }
}

#[test]
fn nothing_of_its_own_is_skipped_among_what_others_write() {
    const ROUNDS: usize = 20;
    let server = NatsServer::start();
    let house = House::new();
    run(async {
        let open = house.open(&server).await;
        for round in 0..ROUNDS {
            others(&server, 0..round % 3).await;
            open.publish("web.a", &[], native(round)).await;
            others(&server, 0..2).await;
            let stream = open.connection.jetstream.get_stream(Names::EVENTS).await.unwrap();
            open.consumed(stream.cached_info().state.last_sequence).await;
        }
        open.counts((u64::try_from(ROUNDS).unwrap(), 0, 0)).await;
        open.close().await;
    });
}

#[test]
fn an_end_that_was_lost_is_noticed_at_the_number_of_anothers_message_too() {
    let mut server = NatsServer::start();
    let house = House::new();
    let error = run(async {
        let open = house.open(&server).await;
        let own = open.publish("web.a", &[], native(1)).await;
        open.consumed(own).await;
        open.close().await;
        server.kill();
        let (store, aside) = (server.folder().join("store"), server.folder().join("aside"));
        copy(&store, &aside);
        server.restart();
        let open = house.open(&server).await;
        others(&server, 0..4).await;
        open.consumed(own + 4).await;
        open.close().await;
        server.kill();
        fs::remove_dir_all(&store).unwrap();
        fs::rename(&aside, &store).unwrap();
        server.restart();
        others(&server, 10..18).await;
        house.open(&server).await.refused().await
    });
    assert!(
        matches!(
            error,
            FollowError::Identity(IdentityError::Reused { sequence: 5, .. })
        ),
        "{error}"
    );
}
