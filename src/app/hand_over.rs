//! Having another process own a tenant, for `yekta cluster hand-over`. Asks whoever owns it by the lease, and waits.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::{
    app::{StreamError, cluster_status},
    config::Settings,
    nats::{
        self,
        bucket::{Bucket, BucketError},
        lease::Leases,
    },
};

/// How long an owner may take to commit what it has taken, beside the time for which the tenant is left to the next one.
const DRAIN_WAIT: Duration = Duration::from_secs(30);
/// How often it is asked who stands by: who is busy may not answer at once.
const ATTEMPTS: usize = 3;
/// Between two looks at who owns it.
const LOOK: Duration = Duration::from_millis(20);

/// Why a tenant is not handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// The service is standalone.
    #[error(
        "hand the tenant over: expected nats.url to be set and processes that share it (cluster.standby)"
    )]
    Alone,
    /// Nobody of that name stands by.
    #[error("hand the tenant over to {name}: expected one that stands by, one of: {standbys}")]
    Unknown {
        /// The name.
        name: String,
        /// Who stands by.
        standbys: String,
    },
    /// Another process owned it in the end.
    #[error("hand the tenant over to {name}: it did not take it in time")]
    Late {
        /// The name.
        name: String,
    },
    /// The settings do not name a tenant, or the broker does not say how it is.
    #[error(transparent)]
    Look(#[from] StreamError),
    /// The broker does not take it.
    #[error("hand the tenant over")]
    Ask(#[source] BucketError),
    /// The broker cannot be reached.
    #[error(transparent)]
    Connect(#[from] nats::ConnectError),
}

/// Has the process `name`, which stands by, own the tenant; how long that took.
///
/// # Errors
/// [`HandOverError`].
pub async fn hand_over(settings: &Settings, name: &str) -> Result<Duration, HandOverError> {
    let nats = settings.nats.as_ref().ok_or(HandOverError::Alone)?;
    let lease = settings.cluster.as_ref().ok_or(HandOverError::Alone)?.lease;
    if owns(settings, name).await? {
        return Ok(Duration::ZERO);
    }
    let connection = nats::connect(nats).await?;
    let tenant = settings.data.tenant.parse().map_err(StreamError::from)?;
    let leases = Leases::of(Bucket::of(&connection), &tenant, lease);
    let begun = Instant::now();
    leases.ask(name).await.map_err(HandOverError::Ask)?;
    while begun.elapsed() < DRAIN_WAIT + leases.asked_for() {
        let holder = leases.holder().await.map_err(HandOverError::Ask)?;
        if holder.is_some_and(|holder| holder.name == name) {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(LOOK).await;
    }
    leases.unask(name).await;
    Err(HandOverError::Late {
        name: name.to_owned(),
    })
}

/// Whether the process `name` owns the tenant already; else it stands by.
async fn owns(settings: &Settings, name: &str) -> Result<bool, HandOverError> {
    let mut standbys = BTreeSet::new();
    for _ in 0..ATTEMPTS {
        let status = cluster_status(settings).await?.ok_or(HandOverError::Alone)?;
        if status.holder.is_some_and(|holder| holder.name == name) {
            return Ok(true);
        }
        let members = status.members.into_iter();
        let standing_by = members.filter(|member| member.stands_by());
        standbys.extend(standing_by.map(|member| member.name));
        if standbys.contains(name) {
            return Ok(false);
        }
    }
    Err(HandOverError::Unknown {
        name: name.to_owned(),
        standbys: Vec::from_iter(standbys).join(", "),
    })
}
