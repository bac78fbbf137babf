//! What a resolver wrote for a partition, as that follows it: events, and customers who come with what another partition had.

use yekta::{
    domain::event::Event,
    engine::parting::{MoveId, Parcel, Routed},
    journal::Message,
    nats::{Connection, assets, ingest::FollowError},
    store::{ArrivalRecord, DepartureRecord, ParcelRecord},
    wire::{Origin, Shape, decode},
};

use crate::{
    connected,
    house::{House, Open, of_partition, until},
    run,
    server::NatsServer,
};

/// What a resolver's messages begin with in its journal, and those of the partition 0.
const RESOLVER: &str = "yekta.v1.default.j";
const OTHER: &str = "yekta.v1.default_p0.j";
const MOVE: MoveId = MoveId { batch: 7, index: 0 };

/// The event of a customer.
fn event(house: &House, number: usize) -> Event {
    let body = format!(
        r#"{{"id":"e-{number}","type":"A","channel":"web","identifiers":[{{"kind":"user_id","value":"u-{number}"}}]}}"#
    );
    let origin = Origin {
        source: None,
        channel: None,
        is_bound: false,
        name: None,
        received: yekta::app::clock::now(),
        trace: None,
        place: None,
    };
    let decoded = decode(body.as_bytes(), Shape::Native, &origin, &house.rules()).unwrap();
    decoded.items.into_iter().next().unwrap().unwrap()
}

/// Puts a message into the journal whose subject it has, and answers its number.
async fn written(connection: &Connection, message: Message) -> u64 {
    let sent = connection
        .jetstream
        .publish(message.subject, message.body.into())
        .await;
    sent.unwrap().await.unwrap().sequence
}

/// Writes as the resolver does for a partition.
async fn routed(open: &Open, partition: u32, routed: &Routed) -> u64 {
    let message = routed.message(RESOLVER, partition).unwrap();
    written(&open.connection, message).await
}

/// What partition 0 had of whoever moves, in several messages: rows of no kind, which say nothing.
fn parcel(rows: ParcelRecord) -> Vec<Message> {
    let parcel = Parcel {
        id: MOVE,
        record: rows,
    };
    parcel.messages(OTHER).unwrap()
}

#[test]
fn a_partition_has_the_events_that_are_routed_to_it_in_their_order() {
    run(async {
        let (server, house) = (NatsServer::start(), House::new());
        let open = house.open_partition(&server, 1).await;
        routed(&open, 1, &Routed::event(event(&house, 1), None)).await;
        routed(&open, 0, &Routed::event(event(&house, 2), None)).await;
        let departure = DepartureRecord {
            to: 0,
            keys: Vec::new(),
        };
        routed(&open, 1, &Routed::Depart(MOVE, departure)).await;
        let last = routed(&open, 1, &Routed::event(event(&house, 3), None)).await;
        open.consumed(last).await;
        assert_eq!(open.events(), (2, 0, 0));
        assert_eq!([1, 2, 3].map(|number| open.events_of(number)), [1, 0, 1]);
        open.close().await;

        // What is read is read no more.
        let open = house.open_partition(&server, 1).await;
        let last = routed(&open, 1, &Routed::event(event(&house, 1), None)).await;
        open.consumed(last).await;
        assert_eq!(open.events(), (0, 1, 0));
        open.close().await;
    });
}

#[test]
fn a_partition_that_is_quiet_says_how_far_the_others_have_come() {
    run(async {
        let (server, house) = (NatsServer::start(), House::new());
        let open = house.open_partition(&server, 1).await;
        let last = routed(&open, 0, &Routed::event(event(&house, 2), None)).await;
        open.consumed(last).await;
        assert_eq!(open.events(), (0, 0, 0));
        open.close().await;
    });
}

#[test]
fn whoever_comes_is_waited_for_until_all_that_they_had_is_there() {
    run(async {
        let (server, house) = (NatsServer::start(), House::new());
        let open = house.open_partition(&server, 1).await;
        let before = routed(&open, 1, &Routed::event(event(&house, 1), None)).await;
        routed(&open, 1, &Routed::Arrive(MOVE, ArrivalRecord { from: 0 })).await;
        let behind = routed(&open, 1, &Routed::event(event(&house, 3), None)).await;
        let waits = |open: &Open| open.counted("yekta_nats_parcel_waits") == 1;
        open.consumed(before).await;
        until("the partition to wait", || waits(&open)).await;
        assert_eq!(
            open.position(),
            before,
            "the journal of the other is not there at all"
        );
        // Whoever waits can stop, and waits again.
        open.close().await;
        let open = house.open_partition(&server, 1).await;
        until("the partition to wait again", || waits(&open)).await;

        let other = connected(&server).await;
        assets::ensure(&other, &of_partition(&server, 0)).await.unwrap();
        let pieces = parcel(ParcelRecord::default());
        for piece in pieces {
            assert_eq!(open.position(), before, "only a part is there");
            written(&other, piece).await;
        }
        open.consumed(behind).await;
        assert_eq!(open.events(), (1, 0, 0));
        assert_eq!(open.counted("yekta_nats_parcels_fetched_total"), 1);
        assert!(!waits(&open));
        open.close().await;
    });
}

#[test]
fn what_cannot_be_carried_out_is_not_passed_over() {
    run(async {
        let (server, house) = (NatsServer::start(), House::new());
        let open = house.open_partition(&server, 1).await;
        let mut message = Routed::event(event(&house, 1), None)
            .message(RESOLVER, 1)
            .unwrap();
        message.body = b"\xff".to_vec();
        let damaged = written(&open.connection, message).await;
        let position = open.position();
        let refused = open.refused().await;
        let FollowError::Routed { sequence, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!(sequence, damaged);
        assert!(position < damaged);
    });
}
