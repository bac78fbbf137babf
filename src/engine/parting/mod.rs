//! One tenant's customers between several engines.
//!
//! Who is one person is a pure function of what is *connected*: of events that share a value, directly or by others between
//! them. So an engine that has all events of some components decides of those as if it had all there are. A **resolver**
//! ([`Part::Resolver`]) reads the tenant's input in its order and knows of each component in which **partition**
//! ([`Part::Partition`]) it lives; it writes each event into its journal for that partition, which follows this journal as
//! its input. Where events connect components of two partitions, the smaller *departs* there and *arrives* here: messages of the
//! same journal, before these events, for all who go from one partition to another at once. So everybody reads the same order,
//! and nothing is committed twice.
//!
//! | | | |
//! |---|---|---|
//! | `…routed.<k>.event` | [`Routed::Event`] | place it |
//! | `…routed.<k>.ahead.<move>.<n>` | [`Routed::Ahead`] | note that these leave as well, with a move that is still to come |
//! | `…routed.<k>.depart.<move>` | [`Routed::Depart`] | take these out, and publish what they had as a parcel |
//! | `…routed.<k>.arrive.<move>` | [`Routed::Arrive`] | wait for that parcel, and put it in |
//! | `…routed.<k>.put.<move>` | [`Routed::Put`] | put in what the resolver has: what the tenant said before there was this partition, and by what to rank |
//!
//! No two partitions wait for each other in a circle: who waits for a parcel waits for somebody to read up to an earlier
//! message of the same journal.
//!
//! Who departs takes along all rows of the store about them, as they lie there (`belongings`, `depart`), and who arrives is put
//! in as they were (`arrive`): the secrets are the same everywhere, and rows of a component that is whole say nothing about any
//! other. What is counted of all is taken off here and added there. So that all of it is found, a partition notes more than a
//! store that has everybody (`traces`), and whom it answered about (`answered`), so that a repeated command finds its first answer
//! where they are. Who follows one partition is told of each profile that left or came, after the move
//! (`told`).
//!
//! A move is one commit at each of the two, where one holds it. Else it is several (`stage`, `stages`), with nothing in between
//! that the store does not know of, in an order in which whoever reads meanwhile finds somebody as a whole or not at all
//! (`layer`).

mod answered;
mod arrive;
mod belongings;
mod carried;
mod depart;
mod layer;
mod moved;
mod parcel;
mod part;
mod routed;
mod seats;
mod stage;
mod stages;
mod told;
mod traces;

pub(crate) use self::{
    carried::{Carried, Gone},
    stage::Stage,
};
pub use crate::store::{ArrivalRecord, DepartureRecord, ParcelRecord};

pub use self::{
    moved::Moved,
    parcel::{Parcel, PieceError},
    part::{MoveId, Part},
    routed::{Routed, Unreadable},
    seats::{Seat, Seats},
};

use crate::{
    engine::{api::Answer, state::batch::Batch},
    store::Error,
};

impl Batch<'_> {
    /// Has customers leave, or come: nothing else is in the same batch.
    pub(crate) fn carry(&mut self, moved: &Moved) -> Result<Answer, Error> {
        match moved {
            Moved::Depart(id, departure) => self.send_off(*id, departure)?,
            Moved::Arrive(parcel) => self.take_in(parcel)?,
            Moved::Ahead(id, number, departure) => self.hear_ahead(*id, *number, departure)?,
        }
        Ok(Answer::Noted)
    }
}

#[cfg(test)]
mod tests;
