//! The bytes that every journal writes a commit's parts as. Owns their layout and their compression; must never know
//! where they are kept. Called by the journals.
//!
//! Integers are little-endian; a *string* is a u32 length and that many bytes; an *option* is a byte 0 or 1 and, if 1,
//! the value. A *marker* is: fingerprint (32 bytes), time (i64), epoch (u64), option of input (stream string,
//! created i64, sequence u64, digest 16 bytes); its batch number is written beside it. A *message* is: subject, key and
//! body strings, option of trace string. *Changes* are their number (u32) and, of each, key string and option of value
//! string.

mod decode;
mod encode;
mod pack;

pub(crate) use crate::journal::codec::{
    decode::{Decoder, Reason},
    encode::{Encoder, length},
    pack::{BYTES_CEILING, pack, pack_into, unpack},
};
