//! What is asked of the writer beside events: each command, and what it needs to be told.

use std::fmt;

use crate::{
    decide::{contact::Ask, routing},
    domain::{
        event::ConsentChange,
        identity::{Key, Word},
        time::Timestamp,
    },
    engine::{
        api::{Mint, Progress, Statement, Target, Undo, Valuing},
        experience::Findings,
        parting::Moved,
    },
    store::{ErasureId, ErasureRecord, ProfileId},
};

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
    /// Start a flow for somebody.
    Start {
        /// The flow's name.
        flow: String,
        /// For whom.
        target: Target,
    },
    /// Start a flow for all who are in a segment.
    StartAll {
        /// The flow's name.
        flow: String,
        /// The segment's.
        segment: String,
    },
    /// Rank customers, or keep what that came to.
    Rank(Valuing),
    /// Keep what many customers show.
    Insights(Findings),
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
    /// Have those who hold these values in one partition, of the resolver of a tenant with partitions.
    Connect {
        /// The values.
        keys: Vec<Key>,
    },
    /// Erase the refused items that name somebody who is about to be erased at a partition, of the resolver of a tenant with
    /// partitions. Of the values nothing but hashes is kept, and where nothing names them not even these.
    EraseRefused {
        /// Who is erased.
        profile: ProfileId,
        /// The values by which they are named.
        keys: Vec<Key>,
        /// Microseconds within which no file may hold a byte of them.
        within_us: i64,
    },
    /// Have customers leave this partition, or come into it.
    Carry(Box<Moved>),
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
            Self::Start { .. } => "Start",
            Self::StartAll { .. } => "StartAll",
            Self::Rank(_) => "Rank",
            Self::Insights(_) => "Insights",
            Self::Merge { .. } => "Merge",
            Self::Separate { .. } => "Separate",
            Self::Say(_) => "Say",
            Self::Undo { .. } => "Undo",
            Self::Erase { .. } => "Erase",
            Self::EraseAgain(_) => "EraseAgain",
            Self::EraseOn { .. } => "EraseOn",
            Self::Note { .. } => "Note",
            Self::Connect { .. } => "Connect",
            Self::EraseRefused { .. } => "EraseRefused",
            Self::Carry(_) => "Carry",
            Self::Deleted { .. } => "Deleted",
        })
    }
}
