//! Versioned JSON shapes: bytes become events, or a typed word on why they do not; profiles and answers become JSON
//! ([`out`]).
//!
//! What clients send comes in three shapes: the native event (`native`), CloudEvents 1.0 (`cloudevents`) and Segment's
//! messages (`segment`). Each only fills a `draft`; what holds for every event is said once, in `finish`. Never reads a
//! clock, reaches a store or knows HTTP; never reads a number through a float; never puts a value that a client sent
//! into a message or into `Debug`. The edges call [`decode()`], [`decode_events`], [`decode_binary_cloudevent`] and, for
//! what comes by a stream, [`decode_message`]; [`Posted`] is a body that is not decoded yet, or goes into the stream.

pub mod digest;
pub mod json;
pub mod offline;
pub mod out;
pub mod pixel;
pub mod posted;
pub mod qr;
pub mod rejection;
pub mod rules;
pub mod stream;
pub mod time;

mod cloudevents;
mod consent;
mod decode;
mod draft;
mod finish;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod guard;
mod identifiers;
mod members;
mod native;
pub(crate) mod percent;
mod recognise;
mod segment;
pub(crate) mod tenant;
mod trace;

pub use crate::wire::{
    decode::{Decoded, Shape, decode, decode_binary_cloudevent, decode_events},
    posted::{Forwarded, ForwardedItem, Posted},
    rejection::{Reason, Rejection},
    rules::{DecodeLimits, DecodeRules, Origin},
    segment::Call,
    stream::{StreamMessage, decode_message},
    trace::traceparent,
};
