//! What can be asked, and the shapes of the answers. [`Query`](crate::engine::Query) answers.

use std::sync::Arc;

use crate::{
    domain::{
        event::{Event, Stamp, StreamPlace},
        identity::{Claim, Key, Verdict, cluster::Link},
        profile::Profile,
        time::Timestamp,
    },
    store::{ProfileId, RejectionRecord},
};

/// Who is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A profile id, live or absorbed.
    Id(ProfileId),
    /// Whoever holds this identifier.
    Identifier(Key),
}

/// Who was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody.
    None,
    /// This live profile.
    One(ProfileId),
    /// Several, sorted: the value is shared, or the id split.
    Many(Vec<ProfileId>),
}

/// A live profile as it stands.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// Its id.
    pub id: ProfileId,
    /// Its version.
    pub version: u64,
    /// Its fingerprint.
    pub fingerprint: [u8; 32],
    /// The ids it absorbed.
    pub absorbed: Vec<ProfileId>,
    /// Whether some of it is still as earlier rules made it, or is to be looked at again.
    pub pending: bool,
    /// The combination of its atoms.
    pub profile: Profile,
}

/// A page of a timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelinePage {
    /// Events, the latest first.
    pub events: Vec<Event>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// Which part of a timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelineRange {
    /// Events on a page.
    pub limit: usize,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// Only this channel's.
    pub channel: Option<String>,
}

/// An atom of a profile.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// What its events say about identity.
    pub claim: Arc<Claim>,
    /// How many events.
    pub events: u64,
    /// Its earliest event.
    pub first: Stamp,
    /// Whether it is only shown with the profile.
    pub attributed: bool,
}

/// One decision about the members of a profile.
#[derive(Clone, Debug)]
pub struct EvidenceView {
    /// What speaks for the two being one.
    pub link: Link,
    /// The index of the first holder in `members`; `None` if it is another person's.
    pub center: Option<usize>,
    /// The index of the other in `members`; `None` if it is another person's.
    pub other: Option<usize>,
    /// What became of it.
    pub verdict: Verdict,
}

/// Why a profile is one person.
#[derive(Clone, Debug, Default)]
pub struct IdentityView {
    /// Its atoms.
    pub members: Vec<MemberView>,
    /// Each union that made it, each refusal that bounds it.
    pub evidence: Vec<EvidenceView>,
    /// The values that two customers share and that therefore join nobody.
    pub shared: Vec<Key>,
    /// The values that too many hold and that therefore join nobody, or of a customer id only the earliest claims.
    pub generic: Vec<Key>,
}

/// A kept refusal.
#[derive(Clone, Debug)]
pub struct RejectionView {
    /// Its number, rising.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Why, as a label.
    pub code: String,
    /// Why, in words.
    pub message: String,
    /// The sender's id of it.
    pub id: Option<String>,
    /// Who sent it.
    pub source: Option<String>,
    /// Where it stands in the stream it came by, if it came by one.
    pub origin: Option<StreamPlace>,
    /// The beginning of what was sent.
    pub body: Vec<u8>,
}

impl RejectionView {
    /// The rejection of this number.
    pub(crate) fn of(sequence: u64, record: RejectionRecord) -> Self {
        Self {
            sequence,
            at: record.at,
            code: record.code,
            message: record.message,
            id: record.id,
            source: record.source,
            origin: record.origin,
            body: record.body,
        }
    }
}
