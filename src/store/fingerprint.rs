//! Fingerprints: one hash per profile over all that depends on the events alone, and their multiset sum over a store.
//!
//! Members, traits, counters, totals, open matters, consent and history are in it; id, version, former ids, receive
//! times and outcomes of commands are not. Keys of hashes are in neither, so stores with different keys compare.

use std::collections::BTreeMap;

use bincode::Encode;
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        event::{Event, Stamp},
        profile::{Profile, consent::Decision},
        time::Timestamp,
    },
    store::{
        codec::{self, CodecError},
        keys,
    },
};

/// The sum of the fingerprints of all live profiles: four lanes that add up independently, so that one profile's part
/// can be taken out and put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multiset([u64; 4]);

impl Multiset {
    /// Reads the bytes that [`Multiset::to_bytes`] writes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut lanes = [0; 4];
        for (lane, chunk) in lanes.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *lane = u64::from_be_bytes(*chunk);
        }
        Self(lanes)
    }

    /// The sum as bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, lane) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *chunk = lane.to_be_bytes();
        }
        bytes
    }

    /// With one profile more.
    pub fn with(self, fingerprint: [u8; 32]) -> Self {
        self.combined(fingerprint, u64::wrapping_add)
    }

    /// With one profile less.
    pub fn without(self, fingerprint: [u8; 32]) -> Self {
        self.combined(fingerprint, u64::wrapping_sub)
    }

    fn combined(mut self, fingerprint: [u8; 32], add: fn(u64, u64) -> u64) -> Self {
        for (lane, other) in self.0.iter_mut().zip(Self::from_bytes(fingerprint).0) {
            *lane = add(*lane, other);
        }
        self
    }
}

/// The fingerprint of a profile: `members` are its atoms' claims in canonical bytes, `attributed` those only shown
/// with it, both in any order.
///
/// # Errors
/// When the profile is nested too deep to be encoded; the edge refuses such events.
pub fn of_profile(
    members: Vec<Vec<u8>>,
    attributed: Vec<Vec<u8>>,
    profile: &Profile,
) -> Result<[u8; 32], CodecError> {
    let consent: Vec<(&str, &str, Decision)> = profile
        .consent
        .iter()
        .map(|((channel, purpose), standing)| (channel.as_str(), purpose.as_str(), standing.decision()))
        .collect();
    let mut hash = Sha256::new();
    for mut claims in [members, attributed] {
        claims.sort();
        hash.update(codec::canonical("profile members", &claims)?);
    }
    hash.update(codec::canonical("profile", &profile.whole)?);
    hash.update(codec::canonical("profile consent", &consent)?);
    // Who has none keeps the fingerprint that they had before there were any.
    if !profile.whole.dealings.is_empty() {
        hash.update(codec::canonical("profile dealings", &profile.whole.dealings)?);
    }
    if !profile.whole.contacts.is_empty() {
        hash.update(codec::canonical("profile contacts", &profile.whole.contacts)?);
    }
    if !profile.whole.runs.is_empty() {
        hash.update(codec::canonical("profile runs", &profile.whole.runs)?);
    }
    if !profile.whole.pledges.is_empty() {
        hash.update(codec::canonical("profile pledges", &profile.whole.pledges)?);
    }
    if !profile.whole.experience.is_empty() {
        hash.update(codec::canonical("profile experience", &profile.whole.experience)?);
    }
    if !profile.whole.contacts.answering.is_empty() {
        hash.update(codec::canonical(
            "profile answering",
            &profile.whole.contacts.answering,
        )?);
    }
    Ok(hash.finalize().into())
}

/// A digest over all that follows of a customer for what is counted among all: how it was for them, the segments they are in,
/// and `rules`, which says by which rules that is read.
///
/// # Errors
/// When something cannot be encoded.
pub fn of_experience(
    profile: &Profile,
    segments: &BTreeMap<String, Timestamp>,
    rules: u64,
) -> Result<[u8; 16], CodecError> {
    let whole = &profile.whole;
    let experience = &whole.experience;
    let mut hash = Sha256::new();
    hash.update(codec::canonical("experience", &(experience, segments, rules))?);
    if !experience.assigned.is_empty() {
        hash.update(codec::canonical("tickets", &whole.tickets)?);
    }
    if !experience.trials.is_empty() {
        hash.update(codec::canonical("orders", &(&whole.orders, &whole.sales))?);
    }
    let digest: [u8; 32] = hash.finalize().into();
    Ok(digest.first_chunk::<16>().copied().unwrap_or_default())
}

/// A checksum over what an event says, its times apart: a repeated id with another checksum is a conflict.
///
/// # Errors
/// When the event is nested too deep to be encoded.
pub fn event_checksum(event: &Event) -> Result<[u8; 4], CodecError> {
    fn bytes<T: Encode>(part: &T) -> Result<Vec<u8>, CodecError> {
        codec::canonical("event", part)
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes(&(
        &event.channel,
        &event.name,
        &event.identifiers,
        &event.alias_of,
    ))?);
    crc.update(&bytes(&(&event.traits, &event.properties, &event.consent))?);
    Ok(crc.finalize().to_be_bytes())
}

/// The place of an event in time, behind what has a lower rank. Of one time the ids decide, so that it is the same under any
/// secret.
pub fn in_time(rank: u8, stamp: &Stamp) -> [u8; 17] {
    keys::in_time(rank, stamp.time, tie(stamp))
}

/// What orders events of one time.
pub fn tie(stamp: &Stamp) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(stamp.source.as_bytes());
    hash.update([0]);
    hash.update(stamp.id.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk::<8>().copied().unwrap_or_default()
}
