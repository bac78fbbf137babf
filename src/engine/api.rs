//! What edges and the writer say to each other: submissions and commands in, receipts and answers out.

use std::{fmt, sync::Arc};

pub use crate::domain::qr::QrOutcome;
use crate::{
    domain::{
        event::{ConsentChange, Event, EventId, StreamPlace},
        identity::{Key, Word},
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
}

impl fmt::Debug for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::MintQr(_) => "MintQr",
            Self::RedeemQr { .. } => "RedeemQr",
            Self::SettleQr { .. } => "SettleQr",
            Self::RevokeQr { .. } => "RevokeQr",
            Self::Consent { .. } => "Consent",
            Self::Merge { .. } => "Merge",
            Self::Separate { .. } => "Separate",
            Self::Say(_) => "Say",
            Self::Undo { .. } => "Undo",
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
    /// A steward's word holds.
    Said {
        /// Its id, by which it can be taken back.
        word: String,
    },
    /// It is as if it had never been.
    Undone,
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minted { expires, .. } => write!(out, "Minted(… until {expires:?})"),
            Self::Qr(answer) => answer.outcome.fmt(out),
            Self::Consented { profile } => write!(out, "Consented({profile})"),
            Self::Said { word } => write!(out, "Said({word})"),
            Self::Undone => out.write_str("Undone"),
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

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Nobody holds the identifier, or there is no such profile.
    #[error("find who the command is about: nobody holds the identifier and no profile has the id")]
    NobodyThere,
    /// Several do.
    #[error("find who the command is about: {} profiles hold the identifier, name one of them", .0.len())]
    Several(Vec<ProfileId>),
    /// It fits no commit.
    #[error("carry out the command: what it says or adds to is larger than a record or a commit may be")]
    TooLarge,
    /// The command's target left no identifier by which a command could reach them.
    #[error("reach the profile: it holds no identifier, only events without one")]
    Nameless,
    /// The identifier joins nobody, so that nobody can be parted by it.
    #[error(
        "keep two apart: the identifier joins nobody (it is only mentioned, on an owned device, or so many hold it); name a \
         profile, or take back the event that is wrong"
    )]
    JoinsNobody,
    /// Whatever leads to one of two leads to the other.
    #[error(
        "keep two apart: every event that leads to one of them leads to the other too; take back the event that says so"
    )]
    Indivisible,
    /// There is no such thing to take back.
    #[error(
        "take back: no word or event of a channel has this id now, or the profile was not absorbed; expected what a merge or \
         a separation answered, an event's source and id, or an absorbed profile's id"
    )]
    NothingToUndo,
    /// The service cannot take it now.
    #[error(transparent)]
    Unavailable(#[from] SubmitError),
}

/// Why the writer took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue was full for as long as a caller may wait.
    #[error("hand over to the writer: its queue is full, try again")]
    Busy,
    /// The service is shutting down, or the writer stopped after a failed write.
    #[error("hand over to the writer: it has stopped")]
    Stopped,
    /// The disk is nearly full.
    #[error("hand over to the writer: the disk is nearly full, send it again once there is room")]
    DiskFull,
}
