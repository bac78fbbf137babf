//! The keys under which identifiers are hashed: without them, what lies in the store cannot be searched for a person.
//!
//! The index key may rotate (by rebuilding the index); the id key never does, since profile ids are in other people's
//! hands.

use std::{fmt, hash::Hasher as _};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::{
    domain::{
        event::EventId,
        identity::{Claim, Key, Reference},
        similarity::BlockKey,
    },
    store::ids::{
        AtomId, EventHash, FaceHash, KeyHash, ProfileId, RequestHash, TallyHash, TimerHash, WordHash,
    },
};

/// The secret bytes of one key.
pub type Secret = [u8; 32];

/// Keyed hashing of everything that names a person. `Debug` shows nothing.
#[derive(Clone)]
pub struct Keyring {
    index: Hmac<Sha256>,
    ids: Hmac<Sha256>,
    cells: [u8; 16],
}

impl fmt::Debug for Keyring {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Keyring(…)")
    }
}

/// What a hash is of: no two purposes share one.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Purpose {
    Key = 1,
    Atom = 2,
    Event = 3,
    ProfileOfUser = 4,
    ProfileOfAtom = 5,
    Request = 6,
    Token = 7,
    Block = 8,
    Face = 9,
    Word = 10,
    Check = 11,
    Signing = 12,
    Seal = 13,
    Timer = 14,
    Tally = 15,
    Agent = 16,
    Turn = 17,
    Cells = 18,
}

impl Keyring {
    /// A keyring of an index secret and an id secret.
    pub fn new(index: &Secret, ids: &Secret) -> Self {
        let index = keyed(index);
        Self {
            cells: half(digest(&index, Purpose::Cells, &[])),
            index,
            ids: keyed(ids),
        }
    }

    /// The hash of a (kind, value).
    pub fn key(&self, key: &Key) -> KeyHash {
        KeyHash(half(digest(
            &self.index,
            Purpose::Key,
            &[key.kind.as_str().as_bytes(), key.value.as_bytes()],
        )))
    }

    /// The hash of a block's key.
    pub fn block(&self, block: &BlockKey) -> KeyHash {
        KeyHash(half(digest(&self.index, Purpose::Block, &[block.0.as_bytes()])))
    }

    /// What tells other secrets from these, and nothing about them.
    pub fn check(&self) -> [u8; 16] {
        let both = digest(&self.ids, Purpose::Check, &[]);
        half(digest(&self.index, Purpose::Check, &[&both]))
    }

    /// The hash of what a claim shows of a person.
    pub fn face(&self, face: &[u8]) -> FaceHash {
        FaceHash(half(digest(&self.index, Purpose::Face, &[face])))
    }

    /// The hash of what a word refers to: that of the key or of the event.
    pub fn reference(&self, reference: &Reference) -> KeyHash {
        match reference {
            Reference::Key(key) => self.key(key),
            Reference::Event(id) => KeyHash(self.event(id).0),
        }
    }

    /// The hash of a word's id.
    pub fn word(&self, id: &str) -> WordHash {
        WordHash(half(digest(&self.index, Purpose::Word, &[id.as_bytes()])))
    }

    /// The hash of the id of somebody who serves customers.
    pub fn agent(&self, id: &str) -> KeyHash {
        KeyHash(half(digest(&self.index, Purpose::Agent, &[id.as_bytes()])))
    }

    /// The id of an atom.
    pub fn atom(&self, claim: &Claim) -> AtomId {
        AtomId(half(digest(&self.index, Purpose::Atom, &[&claim.canonical()])))
    }

    /// The hash of a (source, event id).
    pub fn event(&self, id: &EventId) -> EventHash {
        EventHash(half(digest(
            &self.index,
            Purpose::Event,
            &[id.source.as_bytes(), id.id.as_bytes()],
        )))
    }

    /// The id of the profile of a customer.
    pub fn profile_of_user(&self, user: &Key) -> ProfileId {
        let parts = [user.kind.as_str().as_bytes(), user.value.as_bytes()];
        ProfileId(half(digest(&self.ids, Purpose::ProfileOfUser, &parts)))
    }

    /// The id of a profile without a customer id, by its earliest atom.
    pub fn profile_of_atom(&self, claim: &Claim) -> ProfileId {
        ProfileId(half(digest(
            &self.ids,
            Purpose::ProfileOfAtom,
            &[&claim.canonical()],
        )))
    }

    /// The hash of what is done at a time: of a flow for an atom and a matter, or for what else it is about.
    pub fn timer(&self, of: &str, about: &str, whose: &[u8; 16]) -> TimerHash {
        let parts: [&[u8]; 3] = [of.as_bytes(), about.as_bytes(), whose];
        TimerHash(half(digest(&self.index, Purpose::Timer, &parts)))
    }

    /// Whose turn it is with what `of` names: falls the same each time, and evenly.
    pub fn turn(&self, of: &str) -> [u8; 2] {
        let [first, second, ..] = digest(&self.index, Purpose::Turn, &[of.as_bytes()]);
        [first, second]
    }

    /// The hash of a command's request id.
    pub fn request(&self, command: &str, request_id: &str) -> RequestHash {
        RequestHash(half(digest(
            &self.index,
            Purpose::Request,
            &[command.as_bytes(), request_id.as_bytes()],
        )))
    }

    /// The hash of the names that something is counted under.
    pub fn tally(&self, names: &[&str]) -> TallyHash {
        let names: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        TallyHash(half(digest(&self.index, Purpose::Tally, &names)))
    }

    /// The hash of the names of a cell: of each customer that changes many are asked for, so it is a fast one, under a secret
    /// of its own.
    pub fn cell(&self, names: &[&str]) -> TallyHash {
        let mut hasher = SipHasher24::new_with_key(&self.cells);
        for name in names {
            hasher.write(&u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.write(name.as_bytes());
        }
        TallyHash(hasher.finish128().as_bytes())
    }

    /// The secret that codes are signed with. It never rotates, as little as the ids do: tills keep its public half.
    pub fn signing(&self) -> Secret {
        digest(&self.ids, Purpose::Signing, &[])
    }

    /// What only this keyring can say of `text`: whoever shows it again was given it.
    pub fn seal(&self, text: &str) -> [u8; 32] {
        digest(&self.index, Purpose::Seal, &[text.as_bytes()])
    }

    /// 160 bits that only this keyring can derive from `seed`: a token that a repeated request gets again although
    /// only its hash is stored.
    pub fn token(&self, seed: &[u8]) -> [u8; 20] {
        first(&digest(&self.ids, Purpose::Token, &[seed]))
    }
}

fn keyed(secret: &Secret) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "an HMAC takes a key of any length")]
    Hmac::new_from_slice(secret).expect("an HMAC takes a key of any length")
}

fn digest(mac: &Hmac<Sha256>, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = mac.clone();
    mac.update(&[purpose as u8]);
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn half(digest: [u8; 32]) -> [u8; 16] {
    first(&digest)
}

fn first<const N: usize>(digest: &[u8; 32]) -> [u8; N] {
    std::array::from_fn(|index| digest.get(index).copied().unwrap_or_default())
}
