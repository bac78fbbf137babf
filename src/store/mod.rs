//! The embedded view of the journal: one ordered key space in sled, and over it the commits that sled does not have yet
//! (`behind`), so that readers see each as one.
//!
//! It owns the folder lock, the opening and setting aside of the folder, the envelope every value is kept in
//! and the frozen field order of each stored type. It must never be the only holder of anything: sled's own
//! flush is no fsync, and after a power loss it sometimes refuses to open, so the journal carries the
//! promise and this view can be built again from it at any time. What is deleted stays in sled's files, until the store is
//! rewritten into another folder (`rewritten`). The engine's writer thread is the only
//! caller that changes it; queries read it through [`View`].

mod behind;
mod beside;
pub mod codec;
mod depth;
mod disk;
mod encrypted;
mod error;
mod files;
pub mod fingerprint;
mod group;
pub mod ids;
pub mod keyring;
pub mod keys;
mod layers;
mod layout;
mod lock;
mod mark;
pub(crate) mod merge;
mod open;
mod read;
mod record;
mod record_layout;
mod rewritten;
mod sled_store;
pub mod snapshot;
mod unsettled;
mod view;

pub use crate::store::error::Error;
pub use crate::store::group::Group;
pub use crate::store::ids::{
    AtomId, ErasureId, EventHash, FaceHash, KeyHash, ProfileId, RequestHash, TallyHash, TimerHash, WordHash,
};
pub use crate::store::keyring::{Keyring, Secret};
pub use crate::store::lock::{FolderLock, LockError};
pub use crate::store::mark::{Applied, MetaName};
pub use crate::store::open::{Damage, OpenError, StoreConfig, set_aside};
pub(crate) use crate::store::open::{is_trusted, set_behind};
pub use crate::store::read::Read;
pub use crate::store::record::{
    AnswerRecord, ArrivalRecord, AtomRecord, BookedRecord, CellRecord, CellsRecord, ClearedRecord,
    ComponentRecord, CountedDayRecord, CountedRecord, DepartureRecord, ErasedRecord, ErasingRecord,
    ErasureRecord, FormerRecord, ForwardRecord, InputRecord, InsightRecord, LinkedRecord, Member,
    MembershipRecord, ParcelRecord, PlannedRecord, PopulationRecord, ProfileRecord, QrRecord, RankingRecord,
    RejectionRecord, Removed, RenewalRecord, RoutedRecord, RulesMark, RulesRecord, Run, ScaleRecord,
    SeenRecord, ShareRecord, ShelfRecord, SizeRecord, SpreadRecord, StagedRecord, StandingRecord,
    StartRecord, StepRecord, SumsRecord, SweepRecord, Task, TimerRecord, UnmarkedRecord, UntoldRecord,
    WaitingRecord, WordsRecord,
};
pub use crate::store::rewritten::settle;
pub use crate::store::sled_store::{Former, Store};
pub use crate::store::view::{Bytes, Order, View, Visit};

pub(crate) use crate::store::layout::layout;
