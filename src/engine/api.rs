//! What edges and the writer say to each other: submissions and commands in, receipts and answers out.

use std::{fmt, sync::Arc};

mod decided;
mod refusal;
mod routed;

pub use self::{
    decided::Decided,
    refusal::{CommandError, SubmitError},
    routed::Routed,
};
pub use crate::domain::qr::QrOutcome;
use crate::{
    decide::{contact::Ask, routing},
    domain::{
        event::{ConsentChange, Event, EventId, StreamPlace},
        identity::{Key, Word},
        time::Timestamp,
        value::Value,
    },
    journal::Position,
    store::{ErasureId, ErasureRecord, ProfileId},
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

/// A request that needs the owner's answer. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Mint a QR code.
    MintQr(Mint),
    /// Redeem a QR code: exactly one redemption wins.
    RedeemQr {
        /// The token as it was scanned.
        token: String,
        /// The store it is redeemed at.
        store_id: Option<String>,
    },
    /// Settle the redemption of a code that a till made by itself.
    SettleQr {
        /// The token as it was scanned.
        token: String,
        /// The store it was redeemed at.
        store_id: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// Take a QR code back.
    RevokeQr {
        /// The token.
        token: String,
    },
    /// Record what a customer decided.
    Consent {
        /// Who.
        target: Target,
        /// What.
        changes: Vec<ConsentChange>,
    },
    /// Decide whether a message is sent to somebody.
    Contact {
        /// To whom.
        target: Target,
        /// Which.
        ask: Box<Ask>,
    },
    /// Decide who serves somebody who calls.
    Route {
        /// Who calls.
        target: Target,
        /// What they want.
        ask: Box<routing::Ask>,
    },
    /// Say that two are one person.
    Merge {
        /// The two.
        of: [Target; 2],
        /// Who says so.
        statement: Statement,
    },
    /// Say that two are not one person.
    Separate {
        /// The two.
        of: [Target; 2],
        /// Who says so.
        statement: Statement,
    },
    /// Let a word hold that was said before, in another folder.
    Say(Box<Word>),
    /// Take something back.
    Undo {
        /// What.
        what: Undo,
        /// Who does.
        statement: Statement,
    },
    /// Erase somebody.
    Erase {
        /// Whom.
        target: Target,
        /// Microseconds within which no file may hold a byte of them.
        within_us: i64,
    },
    /// Carry an erasure out again, over what came from before it.
    EraseAgain(Box<ErasureRecord>),
    /// Go on with an erasure that takes several commits.
    EraseOn {
        /// Which.
        erasure: ErasureId,
        /// How many events and atoms this one takes at most.
        most: usize,
    },
    /// Note how far the clearing of files is.
    Note {
        /// Of those who were erased by these.
        erasures: Vec<ErasureId>,
        /// How far.
        progress: Progress,
    },
    /// Note that these messages of the input stream were deleted there.
    Deleted {
        /// Their numbers.
        places: Vec<u64>,
    },
}

impl fmt::Debug for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::MintQr(_) => "MintQr",
            Self::RedeemQr { .. } => "RedeemQr",
            Self::SettleQr { .. } => "SettleQr",
            Self::RevokeQr { .. } => "RevokeQr",
            Self::Consent { .. } => "Consent",
            Self::Contact { .. } => "Contact",
            Self::Route { .. } => "Route",
            Self::Merge { .. } => "Merge",
            Self::Separate { .. } => "Separate",
            Self::Say(_) => "Say",
            Self::Undo { .. } => "Undo",
            Self::Erase { .. } => "Erase",
            Self::EraseAgain(_) => "EraseAgain",
            Self::EraseOn { .. } => "EraseOn",
            Self::Note { .. } => "Note",
            Self::Deleted { .. } => "Deleted",
        })
    }
}

/// What a QR code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrAnswer {
    /// What it is good for.
    pub outcome: QrOutcome,
    /// Whose it is, wherever the person it was minted for is now.
    pub profile: Option<ProfileId>,
    /// What is in the basket, where it was minted with one.
    pub basket: Option<Value>,
    /// What is offered.
    pub offer: Option<Value>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// The redemption that counts, if there is one.
    pub used: Option<Used>,
}

/// The redemption of a code that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When.
    pub at: Timestamp,
    /// At which store, if it said.
    pub store_id: Option<String>,
}

/// The answer to a command. `Debug` shows no token.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// The code was minted.
    Minted {
        /// What the code holds. Kept nowhere.
        token: String,
        /// Until when.
        expires: Timestamp,
    },
    /// What the code is good for, or how its redemption ended.
    Qr(QrAnswer),
    /// The decision stands with this profile.
    Consented {
        /// Whose.
        profile: ProfileId,
    },
    /// It is decided whether a message is sent.
    Decided(Box<Decided>),
    /// It is decided who serves somebody.
    Routed(Box<Routed>),
    /// A steward's word holds.
    Said {
        /// Its id, by which it can be taken back.
        word: String,
    },
    /// It is as if it had never been.
    Undone,
    /// They are erased.
    Erased {
        /// What was taken away.
        erasure: Box<ErasureRecord>,
    },
    /// It is noted.
    Noted,
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minted { expires, .. } => write!(out, "Minted(… until {expires:?})"),
            Self::Qr(answer) => answer.outcome.fmt(out),
            Self::Consented { profile } => write!(out, "Consented({profile})"),
            Self::Decided(decided) => decided.fmt(out),
            Self::Routed(routed) => routed.fmt(out),
            Self::Said { word } => write!(out, "Said({word})"),
            Self::Undone => out.write_str("Undone"),
            Self::Erased { erasure } => write!(out, "Erased({})", erasure.id),
            Self::Noted => out.write_str("Noted"),
        }
    }
}

/// An answer and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// The commit that holds it, or a later one.
    pub position: Position,
}
