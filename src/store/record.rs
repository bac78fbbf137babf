//! The stored records and their layout on disk: a frozen list of fields per type, said here and nowhere else.
//!
//! The domain's types know nothing of this. A change of any list is a new record version with a way to read the old
//! one: golden files hold the released layouts.

mod answer;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use self::answer::AnswerRecord;
pub use self::value::{RankingRecord, ScaleRecord, StandingRecord, StepRecord};

use crate::{
    domain::{
        event::{EventId, Stamp, StreamPlace},
        identifier::{Kind, KindRule},
        identity::{Claim, Edition, Key, link::Links},
        profile::{Aggregate, FoldLimits},
        qr::QrState,
        similarity::Bits,
        time::Timestamp,
        value::Value,
    },
    store::ids::{AtomId, ErasureId, KeyHash, ProfileId},
};

mod decided;
mod experience;
mod parting;

pub use decided::{
    Member, MembershipRecord, PopulationRecord, Run, SizeRecord, StartRecord, SweepRecord, Task, TimerRecord,
    WaitingRecord,
};
pub use parting::{
    ArrivalRecord, ComponentRecord, DepartureRecord, LinkedRecord, ParcelRecord, PlannedRecord, RoutedRecord,
    SpreadRecord, StagedRecord, UntoldRecord,
};

pub use experience::{CellRecord, CellsRecord, InsightRecord, ShareRecord, SumsRecord};

/// An atom: a distinct claim and what its events add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomRecord {
    /// What its events say about identity.
    pub claim: Claim,
    /// The per-event ids it is tied to.
    pub links: Links,
    /// Its earliest event.
    pub first: Stamp,
    /// The profile it is shown in; `None` only inside the commit that makes it.
    pub profile: Option<ProfileId>,
    /// The fold over its events.
    pub aggregate: Aggregate,
    /// Those of its events that a steward's word refers to.
    pub named: BTreeSet<EventId>,
    /// By which rules its claim was made, and is read.
    pub edition: Edition,
}

/// What decides, beside the events, what a store holds. Two that differ are two editions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesMark {
    /// Which clustering this program has.
    pub algorithm: u32,
    /// What each kind of identifier may do.
    pub kinds: BTreeMap<Kind, KindRule>,
    /// Atoms that may hold one value.
    pub atoms_max: usize,
    /// Claims that one customer id joins.
    pub claims_max: usize,
    /// The version of the weights.
    pub weights: u32,
    /// From where on two are one person.
    pub auto: Bits,
    /// Faces in a block.
    pub block_faces_max: usize,
    /// Atoms that likeness may connect.
    pub component_atoms_max: usize,
    /// What a profile keeps.
    pub fold: FoldLimits,
}

/// The rules that a store is kept by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesRecord {
    /// How many there were before.
    pub edition: Edition,
    /// What they are.
    pub mark: RulesMark,
    /// What identifiers might do by earlier ones, as long as there may be atoms of theirs.
    pub former: BTreeMap<Edition, BTreeMap<Kind, KindRule>>,
}

/// How far atoms were made anew by the rules that hold; there is none where all were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalRecord {
    /// The last in the order of their ids.
    pub after: AtomId,
}

/// A known event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenRecord {
    /// Of what the event says.
    pub checksum: [u8; 4],
    /// The atom the event is in and its time; `None` of one that was taken back.
    pub place: Option<(AtomId, Timestamp)>,
}

/// A live profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileRecord {
    /// One more per commit that changed it.
    pub version: u64,
    /// The multiset element it is in the store's fingerprint.
    pub fingerprint: [u8; 32],
    /// The atoms that are this person, sorted.
    pub members: Vec<AtomId>,
    /// The atoms that are only shown with it, sorted.
    pub attributed: Vec<AtomId>,
    /// The ids whose atoms it absorbed, sorted and bounded.
    pub absorbed: Vec<ProfileId>,
}

impl ProfileRecord {
    /// Whether an atom is shown with it.
    pub fn lists(&self, id: AtomId) -> bool {
        [&self.members, &self.attributed]
            .iter()
            .any(|atoms| atoms.binary_search(&id).is_ok())
    }
}

/// An id that was live once. If its atoms come back to it, its version goes on from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerRecord {
    /// Its last version.
    pub version: u64,
    /// Its atoms, some for each profile that they went to: where they are now says who survives it.
    pub atoms: Vec<AtomId>,
    /// Atoms of who absorbed it that were not its own: from these it is parted where that is undone.
    pub beside: Vec<AtomId>,
}

/// Where the events of a dissolved atom went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardRecord {
    /// The atoms that took them, sorted.
    pub atoms: Vec<AtomId>,
}

/// How many call-backs are booked for one skill in one slot of time. Says nothing of whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BookedRecord {
    /// So many.
    pub calls: u32,
}

/// That something was erased: whatever names it and happened until then is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedRecord {
    /// The last instant that it is about.
    pub until: Timestamp,
}

/// One erasure of a person: what it took away, and all that it takes to carry it out again over a store from before it.
/// Says nothing about the person but keyed hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRecord {
    /// Which.
    pub id: ErasureId,
    /// When it was committed: from then on nobody can read them. Of one that takes several commits when it was begun: from
    /// its last on.
    pub at: Timestamp,
    /// The number of the commit that it is in, of several the last: what was published of them by earlier ones is told to nobody.
    pub batch: u64,
    /// The last instant that it is about: events of theirs until then are refused when they come again.
    pub until: Timestamp,
    /// By when no file may hold a byte of them.
    pub due: Timestamp,
    /// Since when the broker tells nobody what was published of them; `None` where there is none.
    pub withdrawn: Option<Timestamp>,
    /// When files were last begun to be cleared of them.
    pub clearing: Option<Timestamp>,
    /// Since when none does; `None` as long as some may.
    pub gone: Option<Timestamp>,
    /// The profile they were.
    pub profile: ProfileId,
    /// The ids that it had absorbed.
    pub absorbed: Vec<ProfileId>,
    /// The identifiers that were theirs alone, sorted.
    pub keys: Vec<KeyHash>,
    /// The atoms they were, and those that were shown with them, sorted.
    pub atoms: Vec<AtomId>,
    /// The atoms among these whose claim is theirs alone: what says the same was theirs, sorted.
    pub claims: Vec<AtomId>,
    /// Where in the input stream the refused items stand that named them.
    pub refused: Vec<u64>,
    /// How much was taken away.
    pub removed: Removed,
}

/// How much an erasure took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events.
    pub events: u64,
    /// QR codes that were minted for them.
    pub codes: u64,
    /// What stewards had said of them.
    pub words: u64,
    /// Refused items that named them.
    pub rejections: u64,
}

impl Removed {
    /// This, and as much more.
    #[must_use]
    pub const fn and(self, more: Self) -> Self {
        Self {
            events: self.events.saturating_add(more.events),
            codes: self.codes.saturating_add(more.codes),
            words: self.words.saturating_add(more.words),
            rejections: self.rejections.saturating_add(more.rejections),
        }
    }
}

/// How far an erasure is that takes several commits; there is none of one that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasingRecord {
    /// The last of its atoms, in the order of their ids, of which no event is left.
    pub emptied: AtomId,
    /// Whether some of its atoms were taken out before the others: what is left may be shown by itself.
    pub is_parted: bool,
    /// On which devices that others use, too, these had logged in.
    pub unmarked: Vec<UnmarkedRecord>,
    /// How much these commits took away so far.
    pub removed: Removed,
}

/// That log-ins and log-outs on a device were taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmarkedRecord {
    /// The device.
    pub device: Key,
    /// Not before this instant.
    pub first: Timestamp,
    /// Nor after this one.
    pub last: Timestamp,
}

/// A QR code. The token is nowhere: the record's key is its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrRecord {
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

/// When files were last begun to be cleared of what was deleted, or encrypted under a former key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearedRecord {
    /// When.
    pub at: Timestamp,
}

/// How much is counted apart on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountedDayRecord {
    /// Under so many combinations of names.
    pub combinations: u32,
}

/// What is counted on a day under the same names. Nothing of a person: what is not said is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedRecord {
    /// What happened: what was decided, or what became of a message.
    pub happened: String,
    /// For which reason it was decided.
    pub reason: String,
    /// The way of contact.
    pub way: String,
    /// What for.
    pub purpose: String,
    /// Who sends.
    pub team: String,
    /// Which message.
    pub template: String,
    /// How often.
    pub count: u64,
}

/// How many products and offers are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShelfRecord {
    /// Products.
    pub products: u64,
    /// Offers.
    pub offers: u64,
    /// Products of which is counted what customers have who have them.
    pub together: u64,
}

/// Up to which number words were said, also words that were taken back since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordsRecord {
    /// The number of the last.
    pub last: u64,
}

/// A refused input, kept so that somebody can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectionRecord {
    /// When.
    pub at: Timestamp,
    /// Why, as a label.
    pub code: String,
    /// Why, in words.
    pub message: String,
    /// The sender's id of it, if it could be read.
    pub id: Option<String>,
    /// Who sent it, if that could be read.
    pub source: Option<String>,
    /// Where it stands in the stream it came by, if it came by one.
    pub origin: Option<StreamPlace>,
    /// The beginning of what was sent.
    pub body: Vec<u8>,
}

/// Up to where the input stream is consumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputRecord {
    /// The stream.
    pub stream: String,
    /// When it was made, in nanoseconds since the Unix epoch.
    pub created_ns: i64,
    /// The sequence of the last message that counts.
    pub sequence: u64,
    /// The first bytes of the SHA-256 of that message.
    pub digest: [u8; 16],
}
