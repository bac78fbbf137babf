//! What kind of data each member of an answer is, for the answers of which some role sees a part.
//!
//! A member that is not listed is shown to nobody who sees a part: whoever adds one says here what it is.

use crate::api::guard::policy::{Action, Field};

use Field::{Behaviour, Content, Identifier, Trait};
use Member::{Holds, Is};

/// What a member is. A list is what is in it.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// It, and all below it, is data of this kind.
    Is(Field),
    /// It holds these.
    Holds(Members),
}

/// Members by their names.
pub type Members = &'static [(&'static str, Member)];

const PROFILE: Members = &[
    ("id", Is(Behaviour)),
    ("version", Is(Behaviour)),
    // A hash of all of it: who knows the rest finds what is hidden by trying.
    ("fingerprint", Is(Content)),
    ("requested", Is(Behaviour)),
    ("absorbed", Is(Behaviour)),
    ("pending", Is(Behaviour)),
    ("identifiers", Is(Identifier)),
    ("traits", Is(Trait)),
    ("counters", Is(Behaviour)),
    ("totals", Is(Behaviour)),
    ("open", Holds(OPEN)),
    ("consent", Is(Behaviour)),
    ("recent", Holds(RECENT)),
    ("segments", Is(Behaviour)),
    ("feedback", Is(Content)),
    ("journey", Is(Behaviour)),
    ("value", Is(Behaviour)),
];

const OPEN: Members = &[
    ("cart", Is(Behaviour)),
    ("wishlist", Is(Behaviour)),
    ("orders", Is(Behaviour)),
    ("offers", Is(Behaviour)),
    ("calls", Is(Behaviour)),
    ("tickets", Is(Content)),
    ("promises", Is(Content)),
];

const RECENT: Members = &[
    ("id", Is(Behaviour)),
    ("source", Is(Behaviour)),
    ("channel", Is(Behaviour)),
    ("type", Is(Behaviour)),
    ("time", Is(Behaviour)),
    ("about", Is(Content)),
];

const TIMELINE: Members = &[("events", Holds(EVENT)), ("next", Is(Behaviour))];

const EVENT: Members = &[
    ("id", Is(Behaviour)),
    ("channel", Is(Behaviour)),
    ("type", Is(Behaviour)),
    ("time", Is(Behaviour)),
    ("source", Is(Behaviour)),
    ("stated_time", Is(Behaviour)),
    ("received", Is(Behaviour)),
    ("expires", Is(Behaviour)),
    ("consent", Is(Behaviour)),
    ("identifiers", Is(Identifier)),
    ("alias_of", Is(Identifier)),
    ("traits", Is(Trait)),
    ("properties", Is(Content)),
    ("context", Is(Content)),
];

const CLAIM: Members = &[
    ("events", Is(Behaviour)),
    ("since", Is(Behaviour)),
    ("identifiers", Is(Identifier)),
    ("owner", Is(Identifier)),
];

const EVIDENCE: Members = &[
    ("between", Is(Behaviour)),
    ("united", Is(Behaviour)),
    ("reason", Is(Behaviour)),
    ("likeness", Is(Behaviour)),
    ("word", Is(Content)),
    ("shares", Is(Identifier)),
];

const IDENTITY: Members = &[
    ("profile", Is(Behaviour)),
    ("members", Holds(CLAIM)),
    ("attributed", Holds(CLAIM)),
    ("evidence", Holds(EVIDENCE)),
    ("shared", Is(Identifier)),
    ("generic", Is(Identifier)),
];

const MERGES: Members = &[("profile", Is(Behaviour)), ("merges", Holds(MERGE))];

const MERGE: Members = &[
    ("absorbed", Is(Behaviour)),
    ("members", Holds(CLAIM)),
    ("evidence", Holds(EVIDENCE)),
];

const MATCHES: Members = &[("matches", Holds(MATCH)), ("next", Is(Behaviour))];

const MATCH: Members = &[
    ("profiles", Is(Behaviour)),
    ("likeness", Is(Behaviour)),
    ("mentions", Is(Identifier)),
];

const EXPLAIN: Members = &[
    ("one", Is(Behaviour)),
    ("profiles", Is(Behaviour)),
    ("members", Holds(CLAIM)),
    ("evidence", Holds(EVIDENCE)),
    ("shared", Is(Identifier)),
    ("generic", Is(Identifier)),
    ("mentioned", Is(Identifier)),
    ("likeness", Is(Behaviour)),
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
        Action::Export
        | Action::Readers
        | Action::Rules
        | Action::Lookup
        | Action::Context
        | Action::Scan
        | Action::Card
        | Action::Consent
        | Action::Contact
        | Action::Rank
        | Action::Route
        | Action::Erase
        | Action::Steward
        | Action::MintQr
        | Action::ReadQr
        | Action::RedeemQr
        | Action::RevokeQr
        | Action::Rejections
        | Action::Retry
        | Action::Report
        | Action::StartFlow
        | Action::Members
        | Action::Updates
        | Action::Tenants => &[],
    }
}
