//! One commit as a self-contained stretch of a segment. Owns the frame's layout, checksum and compression; must never
//! touch a file. Called by the writer (`seal`), by `scan` and by `recover`.
//!
//! A frame is: the journal's mark (u64), length of what follows the checksum (u32), CRC-32 of length and all that
//! follows (u32); then flags (u8, bit 0: the body is lz4, bit 1: what is stored of it is encrypted), length of the body before compression (u32), number of
//! messages (u32), position of the commit (u64), batch number (u64); then the body. All little-endian.
//!
//! The mark is a random number that all segments of a journal carry in their headers. Without it, a customer's message that holds bytes that look like a frame
//! could pass for one when a torn tail is examined.

use std::borrow::Cow;

use crate::cipher::{self, AtRest};
use crate::journal::codec::{self, Reason, pack_into, unpack};
use crate::journal::file::body::{decode, encode_into};
use crate::journal::{Commit, Error, Position};

/// Mark, length and checksum.
pub(crate) const PREFIX_BYTES: usize = 16;
/// Flags, body length, messages, position and batch.
const HEAD_BYTES: usize = 25;
/// Where what is stored of a body begins.
const CONTENT_AT: usize = PREFIX_BYTES + HEAD_BYTES;
/// Flags.
const COMPRESSED: u8 = 1;
const ENCRYPTED: u8 = 2;
/// Bytes of room that are kept for the next body, and for the next frame.
const KEPT_BYTES_MAX: usize = 16 << 20;
/// The largest body that is ever written or read: a bound on memory, and far inside of the u32 lengths.
pub(crate) const BODY_BYTES_CEILING: u32 = codec::BYTES_CEILING;

/// What is known of a commit without decoding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    compressed: bool,
    encrypted: bool,
    /// Length of the body before compression.
    pub(crate) body_bytes: u32,
    /// How many messages the commit has.
    pub(crate) messages: u32,
    /// The commit's position.
    pub(crate) position: Position,
    /// The commit's number.
    pub(crate) batch: u64,
}

/// Makes frames, in room that is kept from one to the next: fresh memory for each costs as much as compressing it.
#[derive(Debug, Default)]
pub(crate) struct Sealer {
    cipher: AtRest,
    body: Vec<u8>,
    frame: Vec<u8>,
}

/// A frame that was made.
#[derive(Debug)]
pub(crate) struct Sealed<'a> {
    /// The commit's position.
    pub(crate) position: Position,
    pub(crate) frame: &'a [u8],
}

impl Sealer {
    /// One whose frames are encrypted, if `cipher` says by what.
    pub(crate) fn by(cipher: AtRest) -> Self {
        Self {
            cipher,
            ..Self::default()
        }
    }

    /// The frame of `commit`, which follows on the commit at `after`.
    pub(crate) fn seal(&mut self, commit: &Commit, after: Position, mark: u64) -> Result<Sealed<'_>, Error> {
        let bytes_max = usize::try_from(BODY_BYTES_CEILING).unwrap_or(usize::MAX);
        let too_large = |_| Error::TooLarge { bytes_max };
        self.body = encode_into(std::mem::take(&mut self.body), commit, bytes_max)?;
        let messages = u32::try_from(commit.messages.len()).map_err(too_large)?;
        let body_bytes = u32::try_from(self.body.len()).map_err(too_large)?;
        let position = after.of_next(messages);
        let packed = pack_into(&self.body, &mut self.frame, CONTENT_AT);
        let compressed = if packed.is_some() { COMPRESSED } else { 0 };
        let encrypted = if self.cipher.is_some() { ENCRYPTED } else { 0 };

        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.push(compressed | encrypted);
        head.extend_from_slice(&body_bytes.to_le_bytes());
        head.extend_from_slice(&messages.to_le_bytes());
        head.extend_from_slice(&position.0.to_le_bytes());
        head.extend_from_slice(&commit.marker.batch.to_le_bytes());

        let frame_bytes = CONTENT_AT + self.store(packed, &head);
        let length = u32::try_from(frame_bytes - PREFIX_BYTES).map_err(too_large)?;
        let (room, _) = self.frame.split_at_mut(frame_bytes);
        let (prefix_and_head, stored) = room.split_at_mut(CONTENT_AT);
        let sum = checksum(length, &[&head, stored]);
        let parts = [
            &mark.to_le_bytes()[..],
            &length.to_le_bytes(),
            &sum.to_le_bytes(),
            &head,
        ];
        prefix_and_head.copy_from_slice(&parts.concat());
        Ok(Sealed {
            position,
            frame: room,
        })
    }

    /// Puts what is stored of the body into the frame, where so many bytes of it lie already if it was `packed`; how many
    /// bytes that is.
    fn store(&mut self, packed: Option<usize>, head: &[u8]) -> usize {
        let in_frame = packed.and_then(|bytes| self.frame.get(CONTENT_AT..CONTENT_AT + bytes));
        let encrypted = self
            .cipher
            .as_ref()
            .map(|cipher| cipher.encrypt(cipher::Place::Commit, head, in_frame.unwrap_or(&self.body)));
        let stored = match (&encrypted, packed) {
            (None, Some(bytes)) => return bytes,
            (None, None) => &self.body,
            (Some(encrypted), _) => encrypted,
        };
        let frame_bytes = CONTENT_AT + stored.len();
        self.frame.resize(frame_bytes.max(self.frame.len()), 0);
        let room = self.frame.get_mut(CONTENT_AT..frame_bytes).unwrap_or_default();
        room.copy_from_slice(stored);
        stored.len()
    }

    /// One very large commit does not keep its room for ever.
    pub(crate) fn let_go_of_much(&mut self) {
        for room in [&mut self.body, &mut self.frame] {
            if room.capacity() > KEPT_BYTES_MAX {
                *room = Vec::new();
            }
        }
    }
}

/// The first bytes of a frame, which say how much follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix {
    /// Length of what follows the prefix.
    pub(crate) length: u32,
    sum: u32,
}

impl Prefix {
    /// The prefix in `bytes`, if it carries the journal's mark and a possible length.
    pub(crate) fn open(bytes: &[u8; PREFIX_BYTES], mark: u64) -> Option<Prefix> {
        let (found, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let prefix = Prefix {
            length: u32::from_le_bytes(*length),
            sum: u32::from_le_bytes(*rest.first_chunk()?),
        };
        let possible =
            u64::from_le_bytes(*found) == mark && usize::try_from(prefix.length).ok()? >= HEAD_BYTES;
        possible.then_some(prefix)
    }

    /// Whether `content` is what was written behind this prefix.
    pub(crate) fn fits(self, content: &[u8]) -> bool {
        checksum(self.length, &[content]) == self.sum
    }
}

/// Whether a whole and undamaged frame begins anywhere in `bytes`.
pub(crate) fn any_in(bytes: &[u8], mark: u64) -> bool {
    let begins_with_frame = |rest: &[u8]| -> Option<bool> {
        let (prefix, rest) = rest.split_first_chunk()?;
        // The mark is random: checksums are reckoned where frames begin and nowhere else, so this is one pass.
        let prefix = Prefix::open(prefix, mark)?;
        let content = rest.get(..usize::try_from(prefix.length).ok()?)?;
        Some(prefix.fits(content))
    };
    (0..bytes.len())
        .filter_map(|at| bytes.get(at..))
        .any(|rest| begins_with_frame(rest) == Some(true))
}

/// A frame whose checksum was right.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) head: Head,
    content: Vec<u8>,
}

impl Frame {
    /// The frame with `content` behind its prefix.
    pub(crate) fn open(content: Vec<u8>) -> Option<Frame> {
        let (flags, rest) = content.split_first_chunk::<1>()?;
        if *flags > [COMPRESSED | ENCRYPTED] {
            return None;
        }
        let (body_bytes, rest) = rest.split_first_chunk()?;
        let (messages, rest) = rest.split_first_chunk()?;
        let (position, rest) = rest.split_first_chunk()?;
        let head = Head {
            compressed: flags.first()? & COMPRESSED > 0,
            encrypted: flags.first()? & ENCRYPTED > 0,
            body_bytes: u32::from_le_bytes(*body_bytes),
            messages: u32::from_le_bytes(*messages),
            position: Position(u64::from_le_bytes(*position)),
            batch: u64::from_le_bytes(*rest.first_chunk()?),
        };
        Some(Frame { head, content })
    }

    /// The commit in this frame, which is decrypted by `cipher` where it is encrypted.
    pub(crate) fn commit(&self, cipher: &AtRest) -> Result<Commit, Reason> {
        let Head {
            compressed,
            body_bytes,
            messages,
            batch,
            ..
        } = self.head;
        let stored = self.stored(cipher)?;
        if !compressed {
            return decode(&stored, batch, messages);
        }
        decode(&unpack(&stored, body_bytes)?, batch, messages)
    }

    /// What is stored of the body, decrypted.
    fn stored(&self, cipher: &AtRest) -> Result<Cow<'_, [u8]>, Reason> {
        let (head, stored) = self
            .content
            .split_at_checked(HEAD_BYTES)
            .ok_or("frame has no body")?;
        match (self.head.encrypted, cipher) {
            (true, Some(cipher)) => match cipher.decrypt(cipher::Place::Commit, head, stored) {
                Ok(body) => Ok(Cow::Owned(body)),
                Err(cipher::Refused::GivenUp) => Err("commit is encrypted under a key that was given up"),
                Err(_) => Err("commit does not decrypt"),
            },
            (true, None) => Err("commit is encrypted, and the file of secrets has no data key"),
            (false, Some(cipher)) if cipher.plain().is_err() => {
                Err("commit is not encrypted, as all here are")
            }
            (false, _) => Ok(Cow::Borrowed(stored)),
        }
    }
}

/// The length is part of the sum, so that a damaged length is never believed.
fn checksum(length: u32, parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::journal::codec::length;
    use crate::journal::file::body::encode;
    use crate::journal::samples::{commit, commits};
    use proptest::prelude::*;

    const MARK: u64 = 0x0123_4567_89ab_cdef;

    fn open(bytes: &[u8]) -> Option<Frame> {
        let (prefix, content) = bytes.split_first_chunk()?;
        let prefix = Prefix::open(prefix, MARK)?;
        (content.len() == prefix.length as usize && prefix.fits(content)).then_some(())?;
        Frame::open(content.to_vec())
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened(larger in commits(), commit in commits(), after in 0..u64::MAX / 2) {
            let mut sealer = Sealer::default();
            sealer.seal(&larger, Position(7), MARK).unwrap();
            let Sealed { position, frame: bytes } = sealer.seal(&commit, Position(after), MARK).unwrap();
            prop_assert_eq!(length(&commit), encode(&commit, usize::MAX).unwrap().len());
            let frame = open(bytes).unwrap();
            prop_assert_eq!(position.0, after + commit.messages.len() as u64 + 1);
            prop_assert_eq!(frame.head.position, position);
            prop_assert_eq!(frame.commit(&None), Ok(commit));
            prop_assert!(any_in(&[b"torn", bytes].concat(), MARK));
            prop_assert!(!any_in(bytes, MARK + 1));
            prop_assert!(!any_in(&bytes[..bytes.len() - 1], MARK));
        }
    }

    #[test]
    fn what_is_encrypted_is_opened_by_its_key_at_its_place_alone() {
        let [key, other] = [(); 2].map(|()| {
            let keys = cipher::DataKeys::new(false).unwrap();
            Some(Arc::new(cipher::Cipher::new(&keys).unwrap()))
        });
        let mut sealer = Sealer::by(key.clone());
        for commit in [commit(1, &[&[7; 100_000]]), commit(1, &[])] {
            let sealed = sealer.seal(&commit, Position(3), MARK).unwrap().frame.to_vec();
            let frame = open(&sealed).unwrap();
            assert_eq!(frame.commit(&key), Ok(commit));
            assert_eq!(frame.commit(&other), Err("commit does not decrypt"));
            assert!(frame.commit(&None).is_err());
            // Its checksum can be made right by anybody, the tag by nobody.
            for at in 0..sealed.len() - PREFIX_BYTES {
                let mut content = sealed[PREFIX_BYTES..].to_vec();
                content[at] ^= 1;
                let opened = Frame::open(content).map(|frame| frame.commit(&key));
                assert!(opened.is_none_or(|commit| commit.is_err()), "byte {at}");
            }
        }
        let plain = Sealer::default()
            .seal(&commit(1, &[]), Position(3), MARK)
            .unwrap()
            .frame
            .to_vec();
        assert_eq!(
            open(&plain).unwrap().commit(&key),
            Err("commit is not encrypted, as all here are")
        );
    }

    #[test]
    fn what_repeats_is_compressed_and_what_does_not_is_not() {
        let mut sealer = Sealer::default();
        let large = commit(1, &[&[7; 100_000]]);
        let large = sealer.seal(&large, Position(0), MARK).unwrap().frame;
        assert!(open(large).unwrap().head.compressed && large.len() < 2_000);
        let small = commit(1, &[]);
        let small = sealer.seal(&small, Position(0), MARK).unwrap().frame;
        assert!(!open(small).unwrap().head.compressed);
    }

    #[test]
    fn an_expansion_that_lz4_cannot_do_is_refused_before_room_is_made() {
        let head = Head {
            compressed: true,
            encrypted: false,
            body_bytes: u32::MAX,
            messages: 0,
            position: Position(1),
            batch: 1,
        };
        let frame = Frame {
            head,
            content: vec![0xff; HEAD_BYTES + 25],
        };
        assert_eq!(
            frame.commit(&None),
            Err("commit cannot expand to the length it says")
        );
        let head = Head {
            body_bytes: 25 * 255,
            ..head
        };
        let frame = Frame { head, ..frame };
        assert_eq!(
            frame.commit(&None),
            Err("commit does not expand to the length it says")
        );
    }
}
