//! Rules of the tenant's own: segments a customer is in, and flows that an event sets going.
//!
//! | what | where |
//! |---|---|
//! | what a condition looks at | [`facts`] |
//! | a condition, in CEL, and what it reads | [`condition`], [`reads`] |
//! | times as rules write them | [`window`] |
//! | who is in a segment | [`segment`] |
//! | what is next in a flow | [`course`] |
//! | what is done when something happens, and when | [`flow`] |
//! | what that is in words | [`words`] |
//! | which layout a channel shows | [`layout`] |
//! | which parts of a profile an event touches | [`touched`] |
//! | all of them, and which of them an event may change | [`book`] |
//!
//! A condition is evaluated at a time that is given; what it says also tells from when on it may say something else without
//! anything happening ([`condition::Holding`]), so that time alone needs nobody who looks again and again.

pub mod book;
pub mod condition;
pub mod course;
pub mod facts;
pub mod flow;
pub mod layout;
pub mod reads;
#[cfg(test)]
pub(crate) mod samples;
pub mod segment;
pub mod touched;
pub mod window;
pub mod words;

pub use self::{
    book::{Book, Flaw, Rulebook},
    condition::{Condition, Failed, Holding},
    facts::{Facts, History},
    flow::{Act, Flow, Signal, Step},
    layout::Layout,
    reads::{Names, Part, Reads},
    segment::Segment,
};
