//! What a process is that shares its tenant with others: who it is to them, and what it holds while it owns the tenant.

pub(crate) mod opening;
pub(crate) mod secrets;
pub(crate) mod shelf;

use crate::{
    app::stream::Ground,
    nats::{
        bucket::Bucket,
        lease::{Lease, Leases},
    },
    telemetry::ClusterMetrics,
};

/// A process that shares its tenant.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The connection and its streams.
    pub(crate) ground: Ground,
    pub(crate) bucket: Bucket,
    pub(crate) leases: Leases,
    /// What operators call it.
    pub(crate) name: String,
    /// Where others reach its HTTP.
    pub(crate) url: String,
    pub(crate) metrics: ClusterMetrics,
}

/// A member's time as the owner.
#[derive(Debug)]
pub(crate) struct Tenure {
    pub(crate) lease: Lease,
    pub(crate) member: Member,
}
