//! What is kept of an answer to a command.

use crate::{
    domain::{qr::QrOutcome, time::Timestamp},
    store::ids::{ErasureId, ProfileId},
};

/// What a command was answered, for whoever repeats it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerRecord {
    /// A QR code was minted that holds until then. Its token can be derived again.
    Minted {
        /// Until when.
        expires: Timestamp,
    },
    /// A QR code was judged.
    Qr {
        /// The judgement.
        outcome: QrOutcome,
    },
    /// A decision was recorded.
    Consented {
        /// With this profile.
        profile: ProfileId,
    },
    /// A steward's word holds.
    Said {
        /// Its id.
        word: String,
    },
    /// Something was taken back.
    Undone,
    /// A person was erased.
    Erased {
        /// By this.
        erasure: ErasureId,
    },
    /// A flow was started.
    Started {
        /// For so many.
        members: u64,
    },
    /// It was decided whether a message is sent to somebody.
    Decided {
        /// To whom.
        profile: ProfileId,
        /// The id of the event of our own that says all of it, and goes with the person.
        event: String,
    },
    /// The same of somebody who was not known: it tells of nobody.
    DecidedOfNobody {
        /// What it was about, where that was not said.
        event: String,
        /// What was decided, by its name in answers.
        outcome: String,
        /// Why, by its name in answers.
        reason: String,
        /// Until when, of what was held.
        until: Option<Timestamp>,
    },
    /// It was decided who serves somebody.
    Routed {
        /// Whom.
        profile: ProfileId,
        /// The id of the event of our own that says all of it, and goes with the person.
        event: String,
    },
    /// The same of somebody who was not known: it tells of nobody.
    RoutedOfNobody {
        /// Where to, by its name in answers.
        route: String,
        /// What who serves them has to be able to.
        skill: String,
        /// How much it matters among others, 0 to 9.
        priority: u8,
        /// Why, by its name in answers.
        reason: String,
    },
}
