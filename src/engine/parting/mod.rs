//! One tenant's customers between several engines.
//!
//! Who is one person is a pure function of what is *connected*: of events that share a value, directly or by others between
//! them. So an engine that has all events of some components decides of those as if it had all there are. A **resolver**
//! ([`Part::Resolver`]) reads the tenant's input in its order and knows of each component in which **partition**
//! ([`Part::Partition`]) it lives; it writes each event into its journal for that partition, which follows this journal as
//! its input. Where an event connects components of two partitions, the smaller *departs* there and *arrives* here: it is a
//! few messages of the same journal before the event. So everybody reads the same order, and nothing is committed twice.
//!
//! | | | |
//! |---|---|---|
//! | `…routed.<k>.event` | [`Routed::Event`] | place it |
//! | `…routed.<k>.depart.<move>` | [`Routed::Depart`] | take these out, and publish what they had as a parcel |
//! | `…routed.<k>.arrive.<move>` | [`Routed::Arrive`] | wait for that parcel, and put it in |
//!
//! No two partitions wait for each other in a circle: who waits for a parcel waits for somebody to read up to an earlier
//! message of the same journal.
//!
//! Must never look into what is moved: rows of a component that is whole say nothing about any other.

mod parcel;
mod part;
mod routed;

pub use self::{
    parcel::{Parcel, PieceError},
    part::{MoveId, Part},
    routed::{Routed, Unreadable},
};
