//! The keys of what the tenant publishes, and of what is bought together. Nothing under them is about a customer.
//!
//! | prefix | key | value | use |
//! |---|---|---|---|
//! | `d` | 0, product | [`Product`](crate::domain::catalogue::Product) | what it costs, and whether it is there |
//! | `d` | 1, offer | [`Offer`](crate::domain::catalogue::Offer) | what is offered |
//! | `d` | 2, 3 or 6, time, product or offer | nothing | which was spoken of longest ago |
//! | `d` | 4, time, event | nothing | which event ids are remembered |
//! | `d` | 5 | [`ShelfRecord`](crate::store::ShelfRecord) | how many there are |
//! | `e` | 0, product | [`Tally`](crate::domain::catalogue::Tally) | what customers have who have it |
//! | `e` | 1, segment | [`Tally`](crate::domain::catalogue::Tally) | what customers of a segment buy; of all under an empty name |

use crate::{
    domain::time::Timestamp,
    store::{
        ids::EventHash,
        keys::{join, ordered},
    },
};

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Products.
    Products,
    /// Offers.
    Offers,
    /// What customers have who have a product.
    Together,
}

/// A product.
pub fn product(id: &str) -> Vec<u8> {
    join(b'd', &[&[0], id.as_bytes()])
}

/// An offer.
pub fn offer(id: &str) -> Vec<u8> {
    join(b'd', &[&[1], id.as_bytes()])
}

/// All offers.
pub const OFFERS: &[u8] = b"d\x01";

/// All products and, behind them, all offers.
pub const TOLD: &[u8] = b"d\x00";
/// Behind the last of these.
pub const TOLD_END: &[u8] = b"d\x02";

/// What a key between [`TOLD`] and [`TOLD_END`] is of, and its id.
pub fn told(key: &[u8]) -> Option<(Shelf, &str)> {
    let shelf = match key.get(1)? {
        0 => Shelf::Products,
        1 => Shelf::Offers,
        _ => return None,
    };
    Some((shelf, std::str::from_utf8(key.get(2..)?).ok()?))
}

/// The id in a key below [`OFFERS`].
pub fn offer_id(key: &[u8]) -> Option<&str> {
    key.get(2..).and_then(|id| std::str::from_utf8(id).ok())
}

/// All of a kind, in the order of the last word on them.
pub fn by_age(shelf: Shelf) -> Vec<u8> {
    join(b'd', &[&[age(shelf)]])
}

/// One of a kind, by the last word on it.
pub fn of_age(shelf: Shelf, time: Timestamp, id: &str) -> Vec<u8> {
    join(b'd', &[&[age(shelf)], &ordered(time), id.as_bytes()])
}

/// The id in a key below [`by_age`].
pub fn aged_id(key: &[u8]) -> Option<&str> {
    key.get(10..).and_then(|id| std::str::from_utf8(id).ok())
}

const fn age(shelf: Shelf) -> u8 {
    match shelf {
        Shelf::Products => 2,
        Shelf::Offers => 3,
        Shelf::Together => 6,
    }
}

/// All ids of such events that are remembered, in the order of their time.
pub const NOTED: &[u8] = b"d\x04";

/// That the id of such an event is remembered.
pub fn noted(time: Timestamp, event: EventHash) -> Vec<u8> {
    join(b'd', &[&[4], &ordered(time), &event.0])
}

/// Behind all that happened before `time`: the upper end of a range.
pub fn noted_until(time: Timestamp) -> Vec<u8> {
    join(b'd', &[&[4], &ordered(time)])
}

/// How many products and offers there are.
pub const SHELF: &[u8] = b"d\x05";

/// What customers have who have a product.
pub fn together(product: &str) -> Vec<u8> {
    join(b'e', &[&[0], product.as_bytes()])
}

/// What customers of a segment buy; all customers where it is empty.
pub fn popular(segment: &str) -> Vec<u8> {
    join(b'e', &[&[1], segment.as_bytes()])
}
