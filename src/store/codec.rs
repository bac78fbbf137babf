//! The envelope of every stored value: `[version u8][crc32 u32, little endian][body]`.
//!
//! The checksum covers version and body; the body is bincode 2 in its standard configuration. It owns the
//! bounds that make a damaged or hostile value an error: without a limit a length of 2^63 in 25 bytes aborts
//! the process. It must never put content into an error. Called by whoever reads or writes records.

use std::borrow::Cow;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::error::DecodeError;

/// Bytes of a body. Packed records are meant to stay far below (64 KiB, above which sled keeps a value in a
/// file of its own); this is the bound on damage.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// Bytes of memory a body may claim while it is decoded: bincode counts a list as length times the size of
/// its elements in memory, so a full body whose elements take 64 times their encoded size still passes.
const CLAIM_BYTES_MAX: usize = 64 * BODY_BYTES_MAX;

/// Version and checksum.
const HEADER_BYTES: usize = 5;

const CONFIG: Configuration<LittleEndian, Varint, Limit<CLAIM_BYTES_MAX>> =
    bincode::config::standard().with_limit::<CLAIM_BYTES_MAX>();

/// A stored record: a type whose layout is frozen under a version.
pub trait Record: bincode::Encode + bincode::Decode<()> {
    /// Raised whenever the layout changes; a released layout is never edited under its version.
    const VERSION: u8;
    /// What the record is called in errors.
    const NAME: &'static str;

    /// What the body of an earlier version lacks at its end to be one of this; `None` of a version that is not read.
    fn lacks(_version: u8) -> Option<&'static [u8]> {
        None
    }
}

/// A record that could not be encoded or decoded: which, and why, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored {record} record is refused: {fault}")]
pub struct CodecError {
    /// Name of the record.
    pub record: &'static str,
    /// Why it was refused.
    pub fault: Fault,
}

/// Why a record was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There are fewer bytes than an envelope has.
    #[error("{bytes} bytes, expected {HEADER_BYTES} or more")]
    TooShort {
        /// Bytes there are.
        bytes: usize,
    },
    /// The body is larger than any record may be.
    #[error("body of {bytes} bytes, expected at most {BODY_BYTES_MAX}")]
    TooLong {
        /// Bytes of the body.
        bytes: usize,
    },
    /// Version and body are not those that were written.
    #[error("checksum differs")]
    Checksum,
    /// The bytes are sound, but of another version.
    #[error("version {found}, expected {expected}")]
    Version {
        /// Version in the envelope.
        found: u8,
        /// Version of this build.
        expected: u8,
    },
    /// The body goes on behind the record.
    #[error("{bytes} bytes too many behind the record")]
    Trailing {
        /// Bytes left over.
        bytes: usize,
    },
    /// The body names a variant that the type does not have.
    #[error("unknown variant {found} of {type_name}")]
    UnknownVariant {
        /// The type.
        type_name: &'static str,
        /// The tag in the body.
        found: u32,
    },
    /// The body cannot be the record.
    #[error("{0}")]
    Malformed(&'static str),
}

/// Encodes a record into its envelope.
///
/// # Errors
/// When the body would be too long or nested too deep to be decoded again.
pub fn encode<T: Record>(record: &T) -> Result<Vec<u8>, CodecError> {
    let refused = |fault| CodecError {
        record: T::NAME,
        fault,
    };
    // Written behind room for the checksum, in one pass: `encode_to_vec` measures in a first one.
    let mut bytes = vec![T::VERSION, 0, 0, 0, 0];
    bincode::encode_into_std_write(record, &mut bytes, CONFIG).map_err(|error| {
        refused(Fault::Malformed(match error {
            bincode::error::EncodeError::Other(reason) => reason,
            _ => "it has no encoded form",
        }))
    })?;
    let (head, body) = bytes.split_at_mut(HEADER_BYTES);
    if body.len() > BODY_BYTES_MAX {
        return Err(refused(Fault::TooLong { bytes: body.len() }));
    }
    let sum = checksum(T::VERSION, body).to_le_bytes();
    head.iter_mut()
        .skip(1)
        .zip(sum)
        .for_each(|(byte, part)| *byte = part);
    Ok(bytes)
}

/// Encodes a value without an envelope: bytes to hash, equal for equal values, never stored.
///
/// # Errors
/// When the value is nested too deep.
pub fn canonical<T: bincode::Encode>(name: &'static str, value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::new();
    let encoded = bincode::encode_into_std_write(value, &mut bytes, CONFIG);
    encoded.map(|_bytes| bytes).map_err(|_| CodecError {
        record: name,
        fault: Fault::Malformed("it has no encoded form"),
    })
}

/// Decodes a record from its envelope, which must hold that and nothing else.
///
/// # Errors
/// When the bytes are damaged, of another version, or not this record.
pub fn decode<T: Record>(bytes: &[u8]) -> Result<T, CodecError> {
    let refused = |fault| CodecError {
        record: T::NAME,
        fault,
    };
    let (version, body) = open_envelope(bytes).map_err(refused)?;
    let body = match version {
        same if same == T::VERSION => Cow::Borrowed(body),
        earlier => {
            let other = Fault::Version {
                found: earlier,
                expected: T::VERSION,
            };
            let rest = T::lacks(earlier).ok_or_else(|| refused(other))?;
            Cow::Owned([body, rest].concat())
        }
    };
    let (record, read) =
        bincode::decode_from_slice(&body, CONFIG).map_err(|error| refused(fault_of(&error)))?;
    match body.len() - read {
        0 => Ok(record),
        bytes => Err(refused(Fault::Trailing { bytes })),
    }
}

/// Decodes the first members of a record alone, which are those of `H` in their order: where many are looked through.
///
/// # Errors
/// As [`decode`], but for what is behind those members.
pub fn decode_head<T: Record, H: bincode::Decode<()>>(bytes: &[u8]) -> Result<H, CodecError> {
    let refused = |fault| CodecError {
        record: T::NAME,
        fault,
    };
    let (version, body) = open_envelope(bytes).map_err(refused)?;
    // What an earlier version lacks is at its end.
    if version != T::VERSION && T::lacks(version).is_none() {
        return Err(refused(Fault::Version {
            found: version,
            expected: T::VERSION,
        }));
    }
    let (head, _) = bincode::decode_from_slice(body, CONFIG).map_err(|error| refused(fault_of(&error)))?;
    Ok(head)
}

/// Checks that a stored value is as it was written, whatever it says; an index entry, which is empty, always is.
///
/// # Errors
/// When its checksum is wrong.
pub fn check(bytes: &[u8]) -> Result<(), CodecError> {
    let is_sound = || {
        let (&version, rest) = bytes.split_first()?;
        let (sum, body) = rest.split_first_chunk()?;
        Some(checksum(version, body) == u32::from_le_bytes(*sum))
    };
    match bytes.is_empty() || is_sound() == Some(true) {
        true => Ok(()),
        false => Err(CodecError {
            record: "some",
            fault: Fault::Checksum,
        }),
    }
}

/// Version and body of an envelope whose checksum is right.
fn open_envelope(bytes: &[u8]) -> Result<(u8, &[u8]), Fault> {
    let too_short = Fault::TooShort { bytes: bytes.len() };
    let Some((&version, rest)) = bytes.split_first() else {
        return Err(too_short);
    };
    let Some((sum, body)) = rest.split_first_chunk() else {
        return Err(too_short);
    };
    if body.len() > BODY_BYTES_MAX {
        return Err(Fault::TooLong { bytes: body.len() });
    }
    // ORDER: the checksum first, so that a flipped version bit is damage and not another version.
    if checksum(version, body) != u32::from_le_bytes(*sum) {
        return Err(Fault::Checksum);
    }
    Ok((version, body))
}

fn checksum(version: u8, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[version]);
    hasher.update(body);
    hasher.finalize()
}

/// What bincode says, without the bytes that some of its errors carry.
fn fault_of(error: &DecodeError) -> Fault {
    match *error {
        DecodeError::UnexpectedVariant { type_name, found, .. } => Fault::UnknownVariant { type_name, found },
        DecodeError::UnexpectedEnd { .. } => Fault::Malformed("it ends too early"),
        DecodeError::LimitExceeded => Fault::Malformed("it claims more memory than a record may take"),
        DecodeError::Utf8 { .. } => Fault::Malformed("a text is not UTF-8"),
        DecodeError::Other(reason) => Fault::Malformed(reason),
        _ => Fault::Malformed("a value is out of its range"),
    }
}

#[cfg(test)]
mod tests;
