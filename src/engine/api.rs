//! What edges and the writer say to each other: submissions and commands in, receipts and answers out.

use std::{fmt, sync::Arc};

mod answer;
mod command;
mod decided;
mod refusal;
mod routed;

pub use self::{
    answer::{Answer, Answered, QrAnswer, Used},
    command::Command,
    decided::Decided,
    refusal::{CommandError, SubmitError},
    routed::Routed,
};
pub use crate::{
    domain::qr::QrOutcome,
    engine::value::{End, Measured, Revaluation, Valuing},
};
use crate::{
    domain::{
        event::{Event, EventId, StreamPlace},
        identity::Key,
        time::Timestamp,
        value::Value,
    },
    journal::Position,
    store::ProfileId,
    wire::{Rejection, offline::Benefit},
};

/// Why the writer refuses an event that was good at the edge.
pub const FITS_NO_COMMIT: &str =
    "keep the event: it, or what it adds to, is larger than a record or a commit may be";

/// Why the writer refuses an event of somebody who was erased.
pub const WAS_ERASED: &str = "keep the event: it happened before the person it is about was erased";

/// One item that an edge hands over: an event, or what it refused and why.
#[derive(Clone, Debug)]
pub enum Submission {
    /// A validated event.
    Event(Box<Event>),
    /// A validated event that was read from the input stream, and where it stands there.
    Read(Box<Event>, Arc<StreamPlace>),
    /// A refused item, to be kept.
    Refused(Box<Rejection>),
}

impl Submission {
    /// The event; `None` of a refused item.
    pub fn event(&self) -> Option<&Event> {
        match self {
            Self::Event(event) | Self::Read(event, _) => Some(event),
            Self::Refused(_) => None,
        }
    }

    /// Where it stands in the input stream, if it was read from one.
    pub(crate) fn place(&self) -> Option<&StreamPlace> {
        match self {
            Self::Event(_) => None,
            Self::Read(_, place) => Some(place),
            Self::Refused(rejection) => rejection.origin.as_deref(),
        }
    }
}

/// What an event did to the identity graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resolution {
    /// It belongs to a person who was known.
    Matched,
    /// It joins nobody, and is shown with the one profile that holds its value.
    Attributed,
    /// It is somebody new.
    Created,
    /// Persons who were apart are one by it.
    Merged,
    /// A person who was one is several by it.
    Split,
    /// A rule kept apart what it would have joined.
    Refused,
}

impl Resolution {
    /// The label in answers and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Attributed => "attributed",
            Self::Created => "created",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Refused => "refused",
        }
    }
}

/// What became of one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The event counts.
    Accepted(Resolution),
    /// The event counts, and is about the tenant and no customer.
    Noted,
    /// The event is on its way to the partition that has its customer.
    Routed,
    /// The event was known; nothing changed.
    Duplicate,
    /// Its id was known with another content; the first holds.
    Conflicting,
    /// It was refused at the edge and is kept for whoever asks.
    Refused,
    /// The event is of somebody who was erased since it happened; that it came is kept for whoever asks.
    Erased,
}

/// The answer to a submission: all of it is durable and visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The position of the commit that holds the last of it.
    pub position: Position,
    /// What became of each item, in order.
    pub outcomes: Vec<Outcome>,
}

/// Who a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A profile, or an id that was absorbed.
    Profile(ProfileId),
    /// Whoever holds this identifier.
    Identifier(Key),
}

/// What a QR code may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its first scan joins who scans it with whom it was minted for.
    Handoff,
    /// It is only looked up.
    Lookup,
}

/// A request to mint a QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mint {
    /// Whose it is.
    pub target: Target,
    /// What it may do.
    pub purpose: Purpose,
    /// What is in the basket; `None` for the cart as it is when the code is read.
    pub basket: Option<Value>,
    /// What is offered.
    pub offer: Option<Value>,
    /// Until when it holds.
    pub expires: Timestamp,
    /// The only store that may redeem it.
    pub store_id: Option<String>,
    /// What a till may grant for it that is cut off: the code is signed then.
    pub offline: Option<Benefit>,
}

/// Who says something, and why. `Debug` shows neither.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
}

impl fmt::Debug for Statement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Statement(…)")
    }
}

/// How far files are cleared of somebody who was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// What was published of them is told to nobody by the broker any more.
    Withdrawn,
    /// They are being written again.
    Clearing,
    /// None holds a byte of them.
    Gone,
}

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// A steward's word, by its id.
    Word(String),
    /// The merge in which this profile was absorbed.
    Absorbed(ProfileId),
    /// An event, as if it had never come.
    Event(EventId),
}
