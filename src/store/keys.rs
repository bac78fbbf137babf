//! The key layout: one ordered key space, one byte of prefix per kind of record. Written here and nowhere else.
//!
//! | prefix | key | value | use |
//! |---|---|---|---|
//! | `0x00` | name | bytes | the store's own (position, secrets) |
//! | `A` | atom | [`AtomRecord`](crate::store::AtomRecord) | claim, fold, membership |
//! | `B` | block, face | nothing | who looks there for others who are like them |
//! | `C` | request | answer | a repeated command gets its first answer |
//! | `D` | device, mark or plain, atom | nothing | who was logged in there, and whose events that decides |
//! | `E` | atom, time, event | event | the timeline, and what is known |
//! | `F` | atom | atoms | where the events of a dissolved atom went |
//! | `G` | face, atom | nothing | whose claims show a face, the earliest first |
//! | `H` | | nothing, a word, records | by what a partition finds all that it has of somebody, and how far a move is: [`parting`] |
//! | `I` | key, atom | nothing | who joins by a value; of a customer id or a code in the order of their time |
//! | `J` | number in the input stream | nothing | messages that say something of who was erased and are to be deleted there |
//! | `K` | | [`RulesRecord`](crate::store::RulesRecord) | the rules that all this is kept by |
//! | `L` | user, user, word or atom | nothing | which user ids are declared the same, and by what |
//! | `M` | | [`RenewalRecord`](crate::store::RenewalRecord) | how far atoms were made anew by these |
//! | `N` | key, atom | nothing | who mentions a value without joining by it |
//! | `O` | device, time, event, atom | nothing | the log-ins and log-outs on a device in the order of their time |
//! | `P` | profile | [`ProfileRecord`](crate::store::ProfileRecord) | members and version |
//! | `Q` | token hash | [`QrRecord`](crate::store::QrRecord) | QR codes |
//! | `R` | profile | [`FormerRecord`](crate::store::FormerRecord) | ids that are no longer live |
//! | `S` | event | [`SeenRecord`](crate::store::SeenRecord) | which event ids are known, and where the event is |
//! | `T` | atom | nothing | who is still to be looked at again |
//! | `U` | | [`WordsRecord`](crate::store::WordsRecord) | the number of the last word that was said |
//! | `V` | key or event, word | nothing | which words refer to it |
//! | `W` | word | [`Word`](crate::domain::identity::Word) | what stewards said |
//! | `X` | sequence | rejection | refused input |
//! | `Y` | | [`InputRecord`](crate::store::InputRecord) | up to where the input stream is consumed |
//! | `Z` | kind, hash | [`ErasedRecord`](crate::store::ErasedRecord), [`ErasureRecord`](crate::store::ErasureRecord), [`ErasingRecord`](crate::store::ErasingRecord) | what was erased |
//! | `m` | profile | [`MembershipRecord`](crate::store::MembershipRecord) | its segments |
//! | `n` | time, profile | nothing | who is to be looked at again although nothing happens |
//! | `o` | kind, name or request | counts, sweep, start | how many are in a segment; what is done to all profiles |
//! | `s` | event, timer | nothing | what is done for what an event set going |
//! | `t` | timer | [`TimerRecord`](crate::store::TimerRecord) | what is done at a time |
//! | `u` | time, timer | nothing | the same in that order |
//! | `w` | atom, timer | nothing | what waits for something to happen |
//! | `q` | kind, value or component | [`LinkedRecord`](crate::store::LinkedRecord), nothing, [`ComponentRecord`](crate::store::ComponentRecord), [`SpreadRecord`](crate::store::SpreadRecord) | at a resolver: who is connected, and in which partition |
//! | `r` | profile | [`StandingRecord`](crate::store::StandingRecord) | what a customer is worth among all |
//! | `v` | | [`RankingRecord`](crate::store::RankingRecord), [`ScaleRecord`](crate::store::ScaleRecord) | how far ranking them is, and by what a partition does |
//! | `c` | day, names | [`CountedDayRecord`](crate::store::CountedDayRecord), [`CountedRecord`](crate::store::CountedRecord) | what is counted for reports |
//! | `x` | day, names | [`CellsRecord`](crate::store::CellsRecord), [`CellRecord`](crate::store::CellRecord) | what is counted of the experience |
//! | `y` | profile | [`ShareRecord`](crate::store::ShareRecord) | what a customer adds to that |
//! | `i` | kind, about | [`InsightRecord`](crate::store::InsightRecord) | what many customers show |
//! | `d`, `e` | | | what the tenant publishes, and what is bought together: [`catalogue`] |
//! | `a` | agent | [`Agent`](crate::domain::agent::Agent) | who serves customers, as events tell |
//! | `h` | time, skill | [`BookedRecord`](crate::store::BookedRecord) | call-backs that are promised for then |
//!
//! Times are written so that bytes order as instants do.

use crate::{
    domain::time::Timestamp,
    store::ids::{AtomId, EventHash, FaceHash, KeyHash, ProfileId, RequestHash, WordHash},
};

mod aliases;
pub mod catalogue;
mod components;
mod counted;
mod decided;
mod erased;
pub mod experience;
pub mod parting;
mod routing;
pub mod value;

pub use aliases::{
    ALIASES, Declared, alias, alias_in, aliases, behind_aliases, behind_aliases_between, declared_by,
    said_same,
};
pub use components::{
    COMPONENTS_END, SPREAD, behind_component, component, link, linked, links, take_in, taken_in,
};
pub use counted::{COUNTED, counted, counted_day, day_of_counted};
pub use decided::{
    AGING, DUE, MEMBERSHIPS, MEMBERSHIPS_END, POPULATION, STARTS, SWEEP, TIMERS, WAITING, aging, awaiting,
    awaits, due, due_in, membership, size, start, timer, timer_of, timers_of,
};
pub use erased::{
    CLEARED, ERASED, ERASING, ERASURES, Erased, PENDING, UNDELETED, erased, erasing, erasure, pending,
    undeleted, undeleted_place,
};
pub use routing::{AGENTS, AGENTS_END, BOOKED, agent, agent_in, booked, booked_from, booked_in};

/// What an atom is to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceRole {
    /// Its events are log-ins or log-outs.
    Mark,
    /// Its events belong to whoever owns the device.
    Plain,
}

fn join(prefix: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(
        parts
            .iter()
            .map(|part| part.len())
            .sum::<usize>()
            .saturating_add(1),
    );
    key.push(prefix);
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

/// Flips the sign bit: then big-endian bytes order as the instants do.
fn ordered(time: Timestamp) -> [u8; 8] {
    let mut bytes = time.as_micros().to_be_bytes();
    if let Some(first) = bytes.first_mut() {
        *first ^= 0x80;
    }
    bytes
}

/// Letters of small keys that end in one hash or begin with it, and that are often looked for in vain.
pub const OFTEN_ABSENT: &[u8] = b"BDFGILNOPRSVZmqstwy";

/// An atom's record.
pub fn atom(id: AtomId) -> Vec<u8> {
    join(b'A', &[&id.0])
}

/// All atoms.
pub const ATOMS: &[u8] = b"A";
/// Behind the last of [`ATOMS`].
pub const ATOMS_END: &[u8] = b"B";

/// All faces in a block.
pub fn block(block: KeyHash) -> Vec<u8> {
    join(b'B', &[&block.0])
}

/// One face in a block.
pub fn in_block(block: KeyHash, face: FaceHash) -> Vec<u8> {
    join(b'B', &[&block.0, &face.0])
}

/// All atoms whose claims show a face.
pub fn face(face: FaceHash) -> Vec<u8> {
    join(b'G', &[&face.0])
}

/// All faces that are shown.
pub const FACES: &[u8] = b"G";
/// Behind the last of [`FACES`].
pub const FACES_END: &[u8] = b"H";

/// Behind the last atom that shows a face.
pub fn behind_face(face: FaceHash) -> Vec<u8> {
    join(b'G', &[&face.0, &[0xff; 34]])
}

/// The face in a key below [`FACES`].
pub fn face_in(key: &[u8]) -> Option<FaceHash> {
    let (_, rest) = key.split_first()?;
    rest.first_chunk::<16>().map(|face| FaceHash(*face))
}

/// One atom whose claim shows a face, in the order of their time.
pub fn of_face(face: FaceHash, order: [u8; 17], id: AtomId) -> Vec<u8> {
    join(b'G', &[&face.0, &order, &id.0])
}

/// The answer to a command.
pub fn answer(request: RequestHash) -> Vec<u8> {
    join(b'C', &[&request.0])
}

/// All atoms with `role` on a device.
pub fn devices(device: KeyHash, role: DeviceRole) -> Vec<u8> {
    let role: u8 = match role {
        DeviceRole::Mark => 0,
        DeviceRole::Plain => 1,
    };
    join(b'D', &[&device.0, &[role]])
}

/// All atoms on a device.
pub fn all_devices(device: KeyHash) -> Vec<u8> {
    join(b'D', &[&device.0])
}

/// One atom on a device.
pub fn device(device: KeyHash, role: DeviceRole, id: AtomId) -> Vec<u8> {
    let mut key = devices(device, role);
    key.extend_from_slice(&id.0);
    key
}

/// All log-ins and log-outs.
pub const MARKS: &[u8] = b"O";

/// All log-ins and log-outs on a device, in the order of their time.
pub fn marks(device: KeyHash) -> Vec<u8> {
    join(b'O', &[&device.0])
}

/// The same from an instant on: the lower end of a range.
pub fn marks_from(device: KeyHash, time: Timestamp) -> Vec<u8> {
    join(b'O', &[&device.0, &ordered(time)])
}

/// Behind the last log-in or log-out on a device: the upper end of a range.
pub fn marks_end(device: KeyHash) -> Vec<u8> {
    let mut key = marks(device);
    key.extend_from_slice(&[0xff; 41]);
    key
}

/// One log-in or log-out on a device: an event of an atom.
pub fn mark(device: KeyHash, (time, hash): (Timestamp, EventHash), id: AtomId) -> Vec<u8> {
    join(b'O', &[&device.0, &ordered(time), &hash.0, &id.0])
}

/// When a log-in or log-out was, which event it is, and whose.
pub fn mark_place(key: &[u8]) -> Option<(Timestamp, EventHash, AtomId)> {
    let (event, id) = key.split_last_chunk::<16>()?;
    let (time, hash) = event_place(event)?;
    Some((time, hash, AtomId(*id)))
}

/// All events.
pub const EVENTS: &[u8] = b"E";

/// All events of an atom, in the order of their time.
pub fn events(id: AtomId) -> Vec<u8> {
    join(b'E', &[&id.0])
}

/// An atom's events from an instant on: the lower end of a range.
pub fn events_from(id: AtomId, time: Timestamp) -> Vec<u8> {
    join(b'E', &[&id.0, &ordered(time)])
}

/// Behind the last event of an atom: the upper end of a range.
pub fn events_end(id: AtomId) -> Vec<u8> {
    let mut key = events(id);
    key.extend_from_slice(&[0xff; 25]);
    key
}

/// One event of an atom.
pub fn event(id: AtomId, time: Timestamp, hash: EventHash) -> Vec<u8> {
    join(b'E', &[&id.0, &ordered(time), &hash.0])
}

/// The time and hash at the end of an event's key.
pub fn event_place(key: &[u8]) -> Option<(Timestamp, EventHash)> {
    let (head, hash) = key.split_last_chunk::<16>()?;
    let (_, time) = head.split_last_chunk::<8>()?;
    let mut time = *time;
    if let Some(first) = time.first_mut() {
        *first ^= 0x80;
    }
    Some((Timestamp::from_micros(i64::from_be_bytes(time)), EventHash(*hash)))
}

/// The atom, the time and the hash in a key below [`EVENTS`].
pub fn event_in(key: &[u8]) -> Option<(AtomId, Timestamp, EventHash)> {
    let (time, hash) = event_place(key)?;
    let (_, rest) = key.split_first()?;
    let id = rest.first_chunk::<16>()?;
    Some((AtomId(*id), time, hash))
}

/// Where a dissolved atom's events went.
pub fn forward(id: AtomId) -> Vec<u8> {
    join(b'F', &[&id.0])
}

/// All atoms that join by a value.
pub fn holders(key: KeyHash) -> Vec<u8> {
    join(b'I', &[&key.0])
}

/// One atom that joins by a value.
pub fn holder(key: KeyHash, id: AtomId) -> Vec<u8> {
    join(b'I', &[&key.0, &id.0])
}

/// One atom that joins by a value whose holders stand in an order of their own.
pub fn holder_in_order(key: KeyHash, order: [u8; 17], id: AtomId) -> Vec<u8> {
    join(b'I', &[&key.0, &order, &id.0])
}

/// Where an event stands among those of one time and before: the same under any secret.
pub fn in_time(rank: u8, time: Timestamp, tie: [u8; 8]) -> [u8; 17] {
    let mut order = [rank; 17];
    let (_, rest) = order.split_at_mut(1);
    let bytes = ordered(time).into_iter().chain(tie);
    rest.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    order
}

/// The rules that the store is kept by.
pub const RULES: &[u8] = b"K";

/// How far atoms were made anew by these.
pub const RENEWAL: &[u8] = b"M";

/// All atoms that mention a value without joining by it.
pub fn mentions(key: KeyHash) -> Vec<u8> {
    join(b'N', &[&key.0])
}

/// One atom that mentions a value.
pub fn mention(key: KeyHash, id: AtomId) -> Vec<u8> {
    join(b'N', &[&key.0, &id.0])
}

/// A live profile.
pub fn profile(id: ProfileId) -> Vec<u8> {
    join(b'P', &[&id.0])
}

/// All live profiles.
pub const PROFILES: &[u8] = b"P";
/// Behind the last of [`PROFILES`].
pub const PROFILES_END: &[u8] = b"Q";

/// The profile id in a key below [`PROFILES`].
pub fn profile_id(key: &[u8]) -> Option<ProfileId> {
    key.split_last_chunk::<16>().map(|(_, id)| ProfileId(*id))
}

/// A QR code, by the hash of its token.
pub fn qr(token: KeyHash) -> Vec<u8> {
    join(b'Q', &[&token.0])
}

/// An id that is no longer live.
pub fn former(id: ProfileId) -> Vec<u8> {
    join(b'R', &[&id.0])
}

/// A known event id.
pub fn seen(event: EventHash) -> Vec<u8> {
    join(b'S', &[&event.0])
}

/// All atoms that are still to be looked at again.
pub const REPAIRS: &[u8] = b"T";
/// Behind the last of [`REPAIRS`].
pub const REPAIRS_END: &[u8] = b"U";

/// An atom that is still to be looked at again.
pub fn repair(id: AtomId) -> Vec<u8> {
    join(b'T', &[&id.0])
}

/// Behind one of [`REPAIRS`].
pub fn behind_repair(id: AtomId) -> Vec<u8> {
    join(b'T', &[&id.0, &[0]])
}

/// The number of the last word that was said.
pub const WORDS_SAID: &[u8] = b"U";

/// What a steward said.
pub fn word(word: WordHash) -> Vec<u8> {
    join(b'W', &[&word.0])
}

/// All that stewards said.
pub const WORDS: &[u8] = b"W";

/// All words that refer to a key or an event.
pub fn words_about(reference: KeyHash) -> Vec<u8> {
    join(b'V', &[&reference.0])
}

/// One word that refers to a key or an event.
pub fn word_about(reference: KeyHash, word: WordHash) -> Vec<u8> {
    join(b'V', &[&reference.0, &word.0])
}

/// A refused input.
pub fn rejection(sequence: u64) -> Vec<u8> {
    join(b'X', &[&sequence.to_be_bytes()])
}

/// All refused inputs, in the order they came.
pub const REJECTIONS: &[u8] = b"X";

/// Up to where the input stream is consumed.
pub const INPUT: &[u8] = b"Y";

/// The sequence in a key below [`REJECTIONS`].
pub fn rejection_sequence(key: &[u8]) -> Option<u64> {
    key.split_last_chunk::<8>()
        .map(|(_, sequence)| u64::from_be_bytes(*sequence))
}

/// The last 16 bytes of an index key: the atom it points to, or the other user.
pub fn pointee(key: &[u8]) -> Option<[u8; 16]> {
    key.split_last_chunk::<16>().map(|(_, id)| *id)
}
