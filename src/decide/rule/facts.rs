//! What a condition looks at.

use std::collections::BTreeSet;

pub use crate::decide::value::Standing;
use crate::domain::{
    event::Event,
    profile::{Profile, matters::Moment},
    time::Timestamp,
};

/// The latest part of a customer's history.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// What happened, the earliest first. Nothing that happened in the house alone.
    pub moments: &'a [Moment],
    /// From here on all of it is there: of what is earlier nothing is known.
    pub since: Timestamp,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The customer.
    pub profile: &'a Profile,
    /// What they did lately.
    pub history: History<'a>,
    /// The segments they are in, but for those that are being found out.
    pub segments: &'a BTreeSet<String>,
    /// How much the customer is worth among all; `None` where that was not found out yet.
    pub value: Option<&'a Standing>,
    /// What happened: in a flow the event that set it going.
    pub event: Option<&'a Event>,
    /// What happened since: the event that is looked at, in a signal.
    pub then: Option<&'a Event>,
    /// What a flow is about.
    pub matter: &'a str,
    /// The time it is.
    pub now: Timestamp,
}
