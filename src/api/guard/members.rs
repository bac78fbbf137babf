//! What kind of data each member of an answer is, for the answers of which some role sees a part.
//!
//! A member that is not listed is shown to nobody who sees a part: whoever adds one says here what it is.

use crate::api::guard::policy::{Action, Field};

use Field::{Behaviour, Content, Identifier, Trait};

/// Members by their path, names joined by points; lists stand for what is in them. All below a path is of its kind.
pub type Members = &'static [(&'static str, Field)];

const PROFILE: Members = &[
    ("id", Behaviour),
    ("version", Behaviour),
    // A hash of all of it: who knows the rest finds what is hidden by trying.
    ("fingerprint", Content),
    ("requested", Behaviour),
    ("absorbed", Behaviour),
    ("pending", Behaviour),
    ("identifiers", Identifier),
    ("traits", Trait),
    ("counters", Behaviour),
    ("totals", Behaviour),
    ("open.cart", Behaviour),
    ("open.wishlist", Behaviour),
    ("open.orders", Behaviour),
    ("open.offers", Behaviour),
    ("open.calls", Behaviour),
    ("open.tickets", Content),
    ("open.promises", Content),
    ("consent", Behaviour),
    ("recent.id", Behaviour),
    ("recent.source", Behaviour),
    ("recent.channel", Behaviour),
    ("recent.type", Behaviour),
    ("recent.time", Behaviour),
    ("recent.about", Content),
];

const TIMELINE: Members = &[
    ("events.id", Behaviour),
    ("events.channel", Behaviour),
    ("events.type", Behaviour),
    ("events.time", Behaviour),
    ("events.source", Behaviour),
    ("events.stated_time", Behaviour),
    ("events.received", Behaviour),
    ("events.expires", Behaviour),
    ("events.consent", Behaviour),
    ("events.identifiers", Identifier),
    ("events.alias_of", Identifier),
    ("events.traits", Trait),
    ("events.properties", Content),
    ("events.context", Content),
    ("next", Behaviour),
];

const IDENTITY: Members = &[
    ("profile", Behaviour),
    ("members.events", Behaviour),
    ("members.since", Behaviour),
    ("members.identifiers", Identifier),
    ("members.owner", Identifier),
    ("attributed.events", Behaviour),
    ("attributed.since", Behaviour),
    ("attributed.identifiers", Identifier),
    ("attributed.owner", Identifier),
    ("evidence.between", Behaviour),
    ("evidence.united", Behaviour),
    ("evidence.reason", Behaviour),
    ("evidence.likeness", Behaviour),
    ("evidence.word", Content),
    ("evidence.shares", Identifier),
    ("shared", Identifier),
    ("generic", Identifier),
];

const MERGES: Members = &[
    ("profile", Behaviour),
    ("merges.absorbed", Behaviour),
    ("merges.members.events", Behaviour),
    ("merges.members.since", Behaviour),
    ("merges.members.identifiers", Identifier),
    ("merges.members.owner", Identifier),
    ("merges.evidence.between", Behaviour),
    ("merges.evidence.united", Behaviour),
    ("merges.evidence.reason", Behaviour),
    ("merges.evidence.likeness", Behaviour),
    ("merges.evidence.word", Content),
    ("merges.evidence.shares", Identifier),
];

const MATCHES: Members = &[
    ("matches.profiles", Behaviour),
    ("matches.likeness", Behaviour),
    ("matches.mentions", Identifier),
    ("next", Behaviour),
];

const EXPLAIN: Members = &[
    ("one", Behaviour),
    ("profiles", Behaviour),
    ("members.events", Behaviour),
    ("members.since", Behaviour),
    ("members.identifiers", Identifier),
    ("members.owner", Identifier),
    ("evidence.between", Behaviour),
    ("evidence.united", Behaviour),
    ("evidence.reason", Behaviour),
    ("evidence.likeness", Behaviour),
    ("evidence.word", Content),
    ("evidence.shares", Identifier),
    ("shared", Identifier),
    ("generic", Identifier),
    ("mentioned", Identifier),
    ("likeness", Behaviour),
];

/// The members of an action's answer; none of an answer that is shown whole or not at all.
pub const fn members(action: Action) -> Members {
    match action {
        Action::Profile => PROFILE,
        Action::Timeline => TIMELINE,
        Action::Identity => IDENTITY,
        Action::Merges => MERGES,
        Action::Matches => MATCHES,
        Action::Explain => EXPLAIN,
        Action::Rules
        | Action::Lookup
        | Action::Context
        | Action::Scan
        | Action::Card
        | Action::Consent
        | Action::Steward
        | Action::MintQr
        | Action::ReadQr
        | Action::RedeemQr
        | Action::RevokeQr
        | Action::Rejections
        | Action::Retry
        | Action::Updates => &[],
    }
}
