//! A tenant whose customers are between several engines, as its users see it: a resolver's routes are the gateway to the
//! partitions, which follow the resolver's journal in the background. All in one process, without a socket.

use std::{num::NonZeroU32, sync::Arc};

use axum::Router;
use serde_json::Value;
use tokio::sync::watch;
use yekta::{
    api::ToPartition,
    decide::rule::Rulebook,
    domain::{identifier::Kind, identity::Key},
    engine::{
        Handle, Part, Position,
        api::Submission,
        parting::{MoveId, Moved, Parcel, Routed, Seat},
    },
    http::{
        partitions::{Gateway, Partitions},
        tenants::Tenants,
    },
    journal::InputPosition,
    telemetry::Registry,
};

use crate::{folder::keys, town::Town};

/// Messages that one look at a journal reads.
const LOOK: usize = 64;

/// A tenant between engines with the same keys.
pub struct Divided {
    /// Who routes, and whom users ask.
    pub tenant: Town,
    pub parts: Vec<Town>,
    pub seats: Vec<Seat>,
    tenants: Tenants,
    /// Which partition does nothing of what is written for it.
    held: watch::Sender<Option<u32>>,
}

impl Divided {
    /// Between so many, whose configuration file goes on with `more`.
    pub fn new(count: u32, more: &str) -> Self {
        Self::made((count, more), |town| town, None)
    }

    /// The same where the tenant has rules, and other processes may own partitions.
    pub fn ruled(count: u32, rules: impl Fn() -> Rulebook, owners: Option<Arc<dyn ToPartition>>) -> Self {
        Self::made((count, ""), |town| town.ruled(rules()), owners)
    }

    fn made(
        (count, more): (u32, &str),
        made: impl Fn(Town) -> Town,
        owners: Option<Arc<dyn ToPartition>>,
    ) -> Self {
        const NUMBER: u8 = 8;
        let parts: Vec<Town> = (0..count)
            .map(|index| {
                made(Town::with_part(
                    keys(NUMBER),
                    more,
                    (Part::Partition { index }, None),
                ))
            })
            .collect();
        let tenants = Tenants::new(Registry::new("test").unwrap());
        let names: Vec<String> = (0..count).map(|index| format!("default-p{index}")).collect();
        for (name, part) in names.iter().zip(&parts) {
            tenants.show(name, part.router(), None);
        }
        let partitions = Partitions::of("default", names, tenants.clone());
        let all = partitions.seats().clone();
        let seats: Vec<Seat> = (0..count).map(|index| all.seat(index).unwrap()).collect();
        for (seat, part) in seats.iter().zip(&parts) {
            seat.take(&part.engine().handle);
        }
        let part = Part::Resolver {
            partitions: NonZeroU32::new(count).unwrap(),
        };
        let gateway = Gateway::new(partitions, None).reaching(owners);
        let tenant = made(Town::with_part(keys(NUMBER), more, (part, Some(gateway))));
        tenant.engine().handle.had_by(&all);
        let handles: Vec<Handle> = parts.iter().map(|part| part.engine().handle.clone()).collect();
        let held = watch::Sender::new(None);
        for index in 0..count {
            let resolver = tenant.engine().handle.clone();
            tenant.beside(follow((index, held.subscribe()), resolver, handles.clone()));
        }
        Self {
            tenant,
            parts,
            seats,
            tenants,
            held,
        }
    }

    /// Has a partition do nothing of what is written for it from now on, or all of them go on.
    pub fn hold(&self, index: Option<u32>) {
        self.held.send_replace(index);
    }

    /// Hands what is asked of a partition to `router`, or to itself again.
    pub fn have_asked(&self, index: usize, router: Option<Router>) {
        let router = router.unwrap_or_else(|| self.parts[index].router());
        self.tenants.show(&format!("default-p{index}"), router, None);
    }

    /// One engine with the same keys that has everybody.
    pub fn whole(more: &str) -> Town {
        Town::with_part(keys(8), more, (Part::Whole, None))
    }

    /// Which partition has whoever holds a value.
    pub fn place(&self, kind: &str, value: &str) -> Option<u32> {
        let key = Key {
            kind: Kind::new(kind).unwrap(),
            value: value.to_owned(),
        };
        self.tenant.query().partition_of(&key).unwrap()
    }

    /// Posts native events, all of which have to be accepted, and waits until the partitions have what was routed to them.
    pub fn tell(&self, events: &[Value]) {
        let answer = self.tenant.post("/v1/events", &Value::from(events));
        assert_eq!(answer["accepted"], events.len(), "{answer}");
        self.tenant
            .get(&format!("/v1/rules?min_position={}", answer["position"]));
    }

    /// What is answered, with its status.
    pub fn asked(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let reply = self.tenant.call(method, path, &[], body);
        (reply.status, reply.body)
    }
}

/// Has a partition do what the resolver wrote for it, until one of them ends.
async fn follow(
    (index, mut held): (u32, watch::Receiver<Option<u32>>),
    resolver: Handle,
    handles: Vec<Handle>,
) {
    let own = &handles[usize::try_from(index).unwrap()];
    let mut changes = resolver.changes();
    let mut after = Position(0);
    loop {
        changes.borrow_and_update();
        let read = resolver.query().updates_after(after, LOOK).unwrap();
        for update in &read {
            after = update.position;
            let rest = update.words().collect::<Vec<_>>().join(".");
            let Some((partition, routed)) = Routed::read(&rest, &update.body).unwrap() else {
                continue;
            };
            if partition != index {
                continue;
            }
            if held.wait_for(|held| *held != Some(index)).await.is_err() {
                return;
            }
            let position = InputPosition {
                stream: "resolver".to_owned(),
                created_ns: 7,
                sequence: update.position.0,
                digest: [1; 16],
            };
            let carried = match routed {
                Routed::Event(record) => {
                    let event = Box::new(record.event);
                    let item = match record.place {
                        Some(place) => Submission::Read(event, Arc::new(place)),
                        None => Submission::Event(event),
                    };
                    own.feed(vec![item], position).await
                }
                Routed::Put(id, record) => own.carry(Moved::Arrive(Parcel { id, record }), position).await,
                Routed::Depart(id, departure) => own.carry(Moved::Depart(id, departure), position).await,
                Routed::Ahead(id, number, departure) => {
                    own.carry(Moved::Ahead(id, number, departure), position).await
                }
                Routed::Arrive(id, arrival) => {
                    let from = usize::try_from(arrival.from).unwrap();
                    let parcel = sent(&handles[from], id).await;
                    own.carry(Moved::Arrive(parcel), position).await
                }
            };
            let Ok(receipt) = carried else { return };
            if receipt.await.is_err() {
                return;
            }
        }
        if read.is_empty() && changes.changed().await.is_err() {
            return;
        }
    }
}

/// The parcel of a move, once it is sent.
async fn sent(from: &Handle, id: MoveId) -> Parcel {
    let mut changes = from.changes();
    loop {
        changes.borrow_and_update();
        let (mut pieces, mut is_whole) = (Vec::new(), false);
        let mut after = Position(0);
        loop {
            let read = from.query().updates_after(after, LOOK).unwrap();
            let Some(last) = read.last() else { break };
            after = last.position;
            for update in read {
                let rest = update.words().collect::<Vec<_>>().join(".");
                if let Ok((of, _, is_last)) = Parcel::piece(&rest)
                    && of == id
                {
                    pieces.push(update.body);
                    is_whole |= is_last;
                }
            }
        }
        if is_whole {
            return Parcel::of(id, pieces.iter().map(Vec::as_slice)).unwrap();
        }
        changes.changed().await.unwrap();
    }
}
