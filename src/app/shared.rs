//! What a process is that shares its tenant with others: who it is to them, and what it holds while it owns the tenant.

pub(crate) mod opening;
pub(crate) mod partitioned;
pub(crate) mod secrets;
pub(crate) mod shelf;

use std::path::{Path, PathBuf};

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

impl Member {
    /// Brings the newest snapshot to this disk; where it is then.
    pub(crate) async fn fetched(&self, dir: &Path) -> Option<PathBuf> {
        shelf::fetch(&self.ground.connection, &self.ground.settings, dir).await
    }
}

/// A member's time as the owner.
#[derive(Debug)]
pub(crate) struct Tenure {
    pub(crate) lease: Lease,
    pub(crate) member: Member,
}
