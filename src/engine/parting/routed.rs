//! What a resolver writes for a partition: a message of its journal, and back.

use crate::{
    domain::event::{Event, StreamPlace},
    engine::parting::MoveId,
    journal::Message,
    store::{
        ArrivalRecord, DepartureRecord, KeyHash, ParcelRecord, RoutedRecord,
        codec::{self, CodecError},
    },
};

/// The kind of subject, behind the tenant's prefix.
const KIND: &str = "routed";
/// Values of those who leave that one message names: half of what servers take as one.
const KEYS_MAX: usize = 30_000;

/// Something that a partition is to do, in the order of the resolver's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routed {
    /// Place an event.
    Event(Box<RoutedRecord>),
    /// Take these out, and publish what they had.
    Depart(MoveId, DepartureRecord),
    /// Note that these leave as well, with a move that is still to come: which of its messages this is, from 0.
    Ahead(MoveId, u32, DepartureRecord),
    /// Wait for what they had, and put it in.
    Arrive(MoveId, ArrivalRecord),
    /// Put these in, which the resolver has by itself: what the tenant said before there was this partition, and by what its customers
    /// are ranked.
    Put(MoveId, ParcelRecord),
}

/// A message for a partition that cannot be read: a bug, or another version of this program.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The subject is none of a resolver's.
    #[error(
        "read what a resolver wrote: its subject is none of \"routed.<partition>.event|ahead|depart|arrive|put\""
    )]
    Subject,
    /// The body is damaged.
    #[error("read what a resolver wrote")]
    Body(#[from] CodecError),
}

impl Routed {
    /// An event.
    pub fn event(event: Event, place: Option<StreamPlace>) -> Self {
        Self::Event(Box::new(RoutedRecord { event, place }))
    }

    /// The messages by which a partition is told that all whom these values connect leave for the partition `to`: as many as
    /// there have to be, the last of them the departure.
    pub fn departure(id: MoveId, to: u32, keys: &[KeyHash]) -> Vec<Self> {
        let mut shares = keys.chunks(KEYS_MAX).map(|keys| DepartureRecord {
            to,
            keys: keys.to_vec(),
        });
        let last = shares
            .next_back()
            .unwrap_or(DepartureRecord { to, keys: Vec::new() });
        let ahead = (0..)
            .zip(shares)
            .map(|(number, share)| Self::Ahead(id, number, share));
        ahead.chain([Self::Depart(id, last)]).collect()
    }

    /// The message of it for a partition; `prefix` is what every subject of the tenant begins with, without a dot at its end.
    ///
    /// # Errors
    /// Where it is larger than a record may be.
    pub fn message(&self, prefix: &str, partition: u32) -> Result<Message, CodecError> {
        let (rest, body, trace) = match self {
            Self::Event(routed) => {
                let trace = routed.event.trace.clone();
                ("event".to_owned(), codec::encode(&**routed)?, trace)
            }
            Self::Depart(id, departure) => (format!("depart.{id}"), codec::encode(departure)?, None),
            Self::Ahead(id, number, departure) => {
                (format!("ahead.{id}.{number}"), codec::encode(departure)?, None)
            }
            Self::Arrive(id, arrival) => (format!("arrive.{id}"), codec::encode(arrival)?, None),
            Self::Put(id, parcel) => (format!("put.{id}"), codec::encode(parcel)?, None),
        };
        Ok(Message {
            subject: format!("{prefix}.{KIND}.{partition}.{rest}"),
            key: String::new(),
            body,
            trace,
        })
    }

    /// What a message holds, and for which partition; `None` of one that is for none. `rest` is its subject behind the tenant's
    /// prefix and a dot.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(rest: &str, body: &[u8]) -> Result<Option<(u32, Self)>, Unreadable> {
        let Some(rest) = rest.strip_prefix(KIND).and_then(|rest| rest.strip_prefix('.')) else {
            return Ok(None);
        };
        let mut tokens = rest.split('.');
        let partition = tokens.next().and_then(|token| token.parse().ok());
        let partition: u32 = partition.ok_or(Unreadable::Subject)?;
        let (kind, id, number) = (tokens.next(), tokens.next(), tokens.next());
        let number = number.map(|token| token.parse().ok());
        let routed = match (kind, id.map(MoveId::parse), number) {
            _ if tokens.next().is_some() => return Err(Unreadable::Subject),
            (Some("ahead"), Some(Some(id)), Some(Some(number))) => {
                Self::Ahead(id, number, codec::decode(body)?)
            }
            (Some("event"), None, None) => Self::Event(Box::new(codec::decode(body)?)),
            (Some("depart"), Some(Some(id)), None) => Self::Depart(id, codec::decode(body)?),
            (Some("arrive"), Some(Some(id)), None) => Self::Arrive(id, codec::decode(body)?),
            (Some("put"), Some(Some(id)), None) => Self::Put(id, codec::decode(body)?),
            _ => return Err(Unreadable::Subject),
        };
        Ok(Some((partition, routed)))
    }

    /// The subjects of all that is for a partition, behind the tenant's prefix and a dot.
    pub fn subjects(partition: u32) -> String {
        format!("{KIND}.{partition}.>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: MoveId = MoveId { batch: 70, index: 3 };

    #[test]
    fn who_leaves_is_told_by_messages_of_which_each_is_read_as_it_was_written() {
        let keys: Vec<KeyHash> = (0..=2 * KEYS_MAX as u128)
            .map(|number| KeyHash(number.to_be_bytes()))
            .collect();
        let told = Routed::departure(ID, 4, &keys);
        let mut read = Vec::new();
        for one in &told {
            let message = one.message("acme", 2).unwrap();
            assert!(message.body.len() < 1 << 20, "a server takes it");
            let rest = message.subject.strip_prefix("acme.").unwrap();
            assert_eq!(Routed::read(rest, &message.body).unwrap(), Some((2, one.clone())));
            read.push(match one {
                Routed::Ahead(ID, number, departure) => (Some(*number), departure.clone()),
                Routed::Depart(ID, departure) => (None, departure.clone()),
                other => panic!("{other:?}"),
            });
        }
        let numbers: Vec<Option<u32>> = read.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [Some(0), Some(1), None], "the departure is the last");
        assert!(read.iter().all(|(_, departure)| departure.to == 4));
        let all: Vec<KeyHash> = read
            .into_iter()
            .flat_map(|(_, departure)| departure.keys)
            .collect();
        assert_eq!(all, keys);
    }

    #[test]
    fn few_leave_by_one_message_and_so_does_nobody() {
        for keys in [vec![], vec![KeyHash([1; 16])]] {
            let departure = DepartureRecord { to: 4, keys };
            let told = Routed::departure(ID, 4, &departure.keys);
            assert_eq!(told, [Routed::Depart(ID, departure)]);
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_message_is_refused() {
        let body = codec::encode(&DepartureRecord {
            to: 4,
            keys: Vec::new(),
        })
        .unwrap();
        for rest in [
            "routed.2.ahead.70-3",
            "routed.2.ahead.70-3.x",
            "routed.2.ahead.70-3.1.1",
            "routed.2.depart.70-3.1",
            "routed.2.depart",
        ] {
            assert!(Routed::read(rest, &body).is_err(), "{rest}");
        }
    }
}
