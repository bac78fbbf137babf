//! What can be asked, and the shapes of the answers. [`Query`](crate::engine::Query) answers.

use std::{collections::BTreeMap, sync::Arc};

pub use crate::store::{Run, Task};
use crate::{
    domain::{
        event::{Event, EventId, Stamp, StreamPlace},
        identity::{Claim, Key, Reference, Verdict, Word, cluster::Link},
        profile::Profile,
        qr::QrState,
        time::Timestamp,
        value::Value,
    },
    store::{ProfileId, QrRecord, RejectionRecord, StandingRecord},
    wire::out::experience::Position,
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
    /// The segments that it is in, by name, and since when.
    pub segments: BTreeMap<String, Timestamp>,
    /// How far it is on each journey.
    pub journeys: Vec<Position>,
    /// Whether some of it is still as earlier rules made it, or is to be looked at again.
    pub pending: bool,
    /// Where the customer stands among all, as far as that is found out. No part of what has a version.
    pub value: Option<StandingRecord>,
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

/// All that is kept about a person.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The profile.
    pub portrait: Portrait,
    /// Its atoms.
    pub atoms: Vec<MemberView>,
    /// Every event of them, in the order of time and id.
    pub events: Vec<Event>,
    /// The QR codes that were minted for the person, in the order of these events.
    pub codes: Vec<CodeView>,
    /// What stewards say about the person, in the order in which it was said.
    pub words: Vec<WordView>,
    /// What is kept of how the profile is to segments, by their names.
    pub segments: Vec<SegmentView>,
    /// What is to be done about the person at a time, the earliest first.
    pub timers: Vec<TimerView>,
}

/// How a profile is to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentView {
    /// The segment.
    pub name: String,
    /// Since when it is in it; `None`: it is not.
    pub since: Option<Timestamp>,
    /// Until when that holds for sure while nothing happens.
    pub until: Option<Timestamp>,
}

/// What is to be done about a person at a time.
#[derive(Clone, Debug)]
pub struct TimerView {
    /// When.
    pub due: Timestamp,
    /// The event that it goes with.
    pub event: EventId,
    /// What.
    pub task: Task,
}

/// A QR code of a person. The token is nowhere.
#[derive(Clone, Debug)]
pub struct CodeView {
    /// The event that minted it.
    pub event: EventId,
    /// How far its life has gone.
    pub state: QrState,
    /// When it was minted.
    pub minted: Timestamp,
    /// Until when it holds.
    pub expires: Timestamp,
    /// The only store that may redeem it.
    pub store_id: Option<String>,
    /// What was in the basket.
    pub basket: Option<Value>,
    /// What was offered.
    pub offer: Option<Value>,
}

/// A steward's word as it is about one person.
#[derive(Clone, Debug)]
pub struct WordView {
    /// The word.
    pub word: Word,
    /// Those of its references that lead to the person.
    pub about: Vec<Reference>,
}

impl CodeView {
    /// The code that `event` minted. Taken apart by name, so that nothing that is kept of a code is forgotten.
    pub(crate) fn of(event: EventId, record: QrRecord) -> Self {
        let QrRecord {
            state,
            minted,
            expires,
            store_id,
            basket,
            offer,
        } = record;
        Self {
            event,
            state,
            minted,
            expires,
            store_id,
            basket,
            offer,
        }
    }
}

/// How ranking customers by what they are worth stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// The time by which the last that is done ranked; `None` before the first.
    pub at: Option<Timestamp>,
    /// How many customers stand since.
    pub customers: u64,
    /// The currency whose money counted; `None` where nobody paid.
    pub currency: Option<String>,
    /// Whether another was asked for and is not done.
    pub is_pending: bool,
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
