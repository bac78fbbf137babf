//! What a partition reads of its resolver's journal: what goes to the writer together, and what by itself.

use tokio_util::bytes::Bytes;

use super::*;
use crate::{
    domain::{
        event::{Event, StreamPlace},
        time::Timestamp,
    },
    engine::parting::ArrivalRecord,
    nats::settings::Tenant,
    wire::{Shape, fixture},
};

fn event(id: &str) -> Event {
    let body = format!(
        r#"{{"id":"{id}","source":"s","channel":"web","type":"A","identifiers":[{{"kind":"user_id","value":"u-1"}}]}}"#
    );
    fixture::one(&body, Shape::Native, &fixture::origin()).unwrap()
}

fn place() -> StreamPlace {
    StreamPlace {
        stream: "YEKTA_EVENTS".to_owned(),
        sequence: 900,
        subject: "yekta.v1.acme.event.web.a".to_owned(),
    }
}

fn source() -> RoutedSource {
    let tenant: Tenant = "acme".parse().unwrap();
    RoutedSource::of(Names::of(&tenant), 2)
}

/// A message of the resolver's journal.
fn written(sequence: u64, routed: &Routed, partition: u32) -> Read {
    let names = source().names;
    let message = routed
        .message(&format!("{}.j", names.prefix()), partition)
        .unwrap();
    Read {
        sequence,
        subject: message.subject,
        headers: Vec::new(),
        body: Bytes::from(message.body),
        stored: Timestamp::from_micros(0),
        pending: Some(100 - sequence),
        delivery: sequence,
    }
}

fn shown(portions: &[Portion]) -> Vec<(u64, usize, Option<u64>, String)> {
    let load = |load: &Load| match load {
        Load::Items(items, awaited) => {
            assert!(awaited.is_empty());
            let ids = items.iter().map(|item| item.event().unwrap().id.id.clone());
            ids.collect::<Vec<_>>().join("+")
        }
        Load::Depart(id, departure) => format!("depart {id} to {}", departure.to),
        Load::Ahead(id, number, departure) => format!("ahead {number} of {id} to {}", departure.to),
        Load::Arrive(id, from) => format!("arrive {id} from {from}"),
        Load::Put(parcel) => format!("put {}", parcel.id),
    };
    let portion = |portion: &Portion| {
        (
            portion.sequence,
            portion.messages,
            portion.pending,
            load(&portion.load),
        )
    };
    portions.iter().map(portion).collect()
}

#[test]
fn whoever_joins_or_leaves_stands_alone_and_all_is_in_its_order() {
    let id = MoveId { batch: 7, index: 1 };
    let depart = Routed::Depart(
        id,
        DepartureRecord {
            to: 4,
            keys: Vec::new(),
        },
    );
    let arrive = Routed::Arrive(id, ArrivalRecord { from: 3 });
    let routed = |id: &str| Routed::event(event(id), None);
    let batch = [
        written(5, &routed("a"), 2),
        written(9, &routed("b"), 2),
        written(10, &depart, 2),
        written(11, &arrive, 2),
        written(12, &routed("c"), 2),
    ];
    let portions = source().portions(&batch).unwrap();
    let expected = [
        (9, 2, Some(91), "a+b"),
        (10, 1, Some(90), "depart 7-1 to 4"),
        (11, 1, Some(89), "arrive 7-1 from 3"),
        (12, 1, Some(88), "c"),
    ];
    let expected = expected.map(|(at, messages, pending, load)| (at, messages, pending, load.to_owned()));
    assert_eq!(shown(&portions), expected);
    assert_eq!(portions[0].digest, batch[1].digest());
    assert!(source().portions(&[]).unwrap().is_empty());
}

#[test]
fn an_event_keeps_its_place_in_the_stream_where_channels_put_it() {
    let batch = [
        written(5, &Routed::event(event("a"), Some(place())), 2),
        written(6, &Routed::event(event("b"), None), 2),
    ];
    let portions = source().portions(&batch).unwrap();
    let [portion] = portions.as_slice() else {
        panic!("{portions:?}")
    };
    let Load::Items(items, _) = &portion.load else {
        panic!("{portion:?}")
    };
    let places: Vec<_> = items.iter().map(|item| item.place().cloned()).collect();
    assert_eq!(places, [Some(place()), None]);
}

#[test]
fn what_is_for_somebody_else_or_cannot_be_read_is_not_left_out() {
    let own = written(5, &Routed::event(event("a"), None), 2);
    let other = written(6, &Routed::event(event("a"), None), 3);
    let (mut foreign, mut damaged, mut unknown) = (own.clone(), own.clone(), own.clone());
    foreign.subject = own.subject.replace("acme", "brand");
    damaged.body = Bytes::from_static(b"\xff");
    unknown.subject = own.subject.replace("event", "other");
    assert!(source().portions(std::slice::from_ref(&own)).is_ok());
    for read in [other, foreign, damaged, unknown] {
        let refused = source().portions(&[own.clone(), read.clone()]).unwrap_err();
        let FollowError::Routed { sequence, .. } = refused else {
            panic!("{refused}")
        };
        assert_eq!(sequence, read.sequence);
    }
}
