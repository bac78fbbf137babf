//! What the writer says to a command.

use std::fmt;

use crate::{
    domain::{qr::QrOutcome, time::Timestamp, value::Value},
    engine::api::{Decided, Routed},
    journal::Position,
    store::{ErasureRecord, ProfileId},
};

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
    /// A flow was started.
    Started {
        /// For so many.
        members: u64,
    },
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
    /// Those who hold these values are in one partition, or on their way there.
    Connected {
        /// Which, from 0.
        partition: u32,
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
            Self::Started { members } => write!(out, "Started({members})"),
            Self::Said { word } => write!(out, "Said({word})"),
            Self::Undone => out.write_str("Undone"),
            Self::Erased { erasure } => write!(out, "Erased({})", erasure.id),
            Self::Connected { partition } => write!(out, "Connected(in {partition})"),
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
