//! The opaque ids under which records are kept. They say nothing about a person: see [`crate::store::Keyring`].

use std::fmt;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Reads the 32 hexadecimal digits that `Display` writes; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                parsed(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        }
    };
}

opaque!(
    /// An atom: the keyed hash of its claim.
    AtomId
);
opaque!(
    /// A profile: the keyed hash of its customer id, else of its earliest atom's claim.
    ProfileId
);
opaque!(
    /// A (kind, value): its keyed hash.
    KeyHash
);
opaque!(
    /// What claims show of a person: its keyed hash.
    FaceHash
);
opaque!(
    /// A (source, event id): its keyed hash.
    EventHash
);
opaque!(
    /// A steward's word: its keyed hash.
    WordHash
);
opaque!(
    /// A command's request id: its keyed hash.
    RequestHash
);
opaque!(
    /// What is done at a time: its keyed hash.
    TimerHash
);
opaque!(
    /// What is counted under the same names: their keyed hash.
    TallyHash
);
opaque!(
    /// An erasure: random.
    ErasureId
);

impl AtomId {
    /// Before any other.
    pub const FIRST: Self = Self([0; 16]);
}

fn parsed(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    // `from_str_radix` reads a sign as well.
    if text.len() != 32
        || text
            .bytes()
            .any(|digit| !matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
