//! The lease: which of several processes is to own a tenant. Owns who may try and how a lease is kept; must never be taken for
//! the fence, which is the journal's. A lease says who tries: a process that slept through the end of its lease commits
//! nothing, whatever it thinks.
//!
//! A lease is one entry of the [`Bucket`] that the broker lets go of unless it is renewed: nobody's clock is compared with
//! another's. Beside it there may be one, which ends by itself too, that names who is to hold it next: whoever holds it gives
//! it up then, and all others leave it to that one.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{
    nats::{
        Tenant,
        bucket::{Bucket, BucketError},
    },
    telemetry::ClusterMetrics,
};

/// Between two looks at who holds a lease.
const LOOK: Duration = Duration::from_millis(200);
/// Between two attempts to renew one where the broker does not answer.
const AGAIN: Duration = Duration::from_millis(200);
/// Attempts to give one up that is still there.
const ATTEMPTS: usize = 8;
/// A lease is renewed so often in its time.
const RENEWALS: u32 = 3;

/// Who holds a lease, or wants to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Unlike any other, also of the same process at another time.
    pub id: String,
    /// What operators call the process.
    pub name: String,
    /// Where others reach its HTTP.
    pub url: String,
    /// Since when, in RFC 3339; of one who wants to, since when it does.
    pub since: String,
}

impl Holder {
    /// One that wants a lease from now on.
    pub fn new(id: String, name: String, url: String) -> Self {
        let since = Timestamp::now().to_string();
        Self { id, name, url, since }
    }
}

/// Why a lease is kept no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Another process holds it.
    Taken(Holder),
    /// Another one is to hold it, which operators call so: it has to be released.
    Asked(String),
}

/// The lease of a tenant, whoever holds it.
#[derive(Clone, Debug)]
pub struct Leases {
    bucket: Bucket,
    key: String,
    /// Under which is who is to hold it next.
    next: String,
    time: Duration,
}

/// A lease that this process holds.
#[derive(Debug)]
pub struct Lease {
    leases: Leases,
    holder: Holder,
    /// The entry as it was written last.
    revision: u64,
    /// When that was begun.
    taken: Instant,
}

impl Leases {
    /// The lease of `tenant`, which lasts for `time` unless it is renewed.
    pub fn of(bucket: Bucket, tenant: &Tenant, time: Duration) -> Self {
        Self {
            bucket,
            key: format!("owner.{}", tenant.token()),
            next: format!("next.{}", tenant.token()),
            time,
        }
    }

    /// Who holds it now.
    ///
    /// # Errors
    /// When the broker does not tell.
    pub async fn holder(&self) -> Result<Option<Holder>, BucketError> {
        Ok(self.entry().await?.map(|(_, holder)| holder))
    }

    /// Has the process that operators call `name` hold it next: whoever holds it hears of it when it renews it, and for
    /// [`Leases::asked_for`] nobody else takes it. The process has to stand by; what is asked of one that does not is asked
    /// for nothing.
    ///
    /// # Errors
    /// When the broker does not take it.
    pub async fn ask(&self, name: &str) -> Result<(), BucketError> {
        let time = Some(self.asked_for());
        self.bucket
            .put_for(&self.next, name.as_bytes().to_vec(), time)
            .await
    }

    /// Takes back that `name` is to hold it next, where that is still asked: it does, or will not. Where the broker does not
    /// take that it ends by itself.
    pub async fn unask(&self, name: &str) {
        let taking_back = async {
            match self.bucket.entry(&self.next).await? {
                Some(entry) if *entry.body == *name.as_bytes() => {
                    self.bucket.remove(&self.next, entry.revision).await
                }
                _ => Ok(()),
            }
        };
        if let Err(error) = taking_back.await {
            tracing::debug!(%error, "take back who is to hold the lease next");
        }
    }

    /// For so long it is left to who is to hold it next, in all.
    pub const fn asked_for(&self) -> Duration {
        self.time.saturating_mul(2)
    }

    /// Who is to hold it next, if that is asked.
    pub(crate) async fn asked(&self) -> Result<Option<String>, BucketError> {
        let entry = self.bucket.get(&self.next).await?;
        Ok(entry.map(|body| String::from_utf8_lossy(&body).into_owned()))
    }

    async fn entry(&self) -> Result<Option<(u64, Holder)>, BucketError> {
        let entry = self.bucket.entry(&self.key).await?;
        Ok(entry.map(|entry| (entry.revision, read(&entry.body))))
    }

    /// Waits until this process holds it, which it tries for while `may_try` says so, and tells meanwhile who does. A broker
    /// that is away is waited for.
    pub async fn win(
        &self,
        holder: &Holder,
        may_try: impl Fn() -> bool,
        mut told: impl FnMut(Option<&Holder>),
    ) -> Lease {
        loop {
            match self.attempt(holder, &may_try, &mut told).await {
                Ok(Some(lease)) => {
                    // Where this one ends again nobody else is kept from it.
                    self.unask(&holder.name).await;
                    return lease;
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "look for the lease again"),
            }
            sleep(LOOK).await;
        }
    }

    async fn attempt(
        &self,
        holder: &Holder,
        may_try: &impl Fn() -> bool,
        told: &mut impl FnMut(Option<&Holder>),
    ) -> Result<Option<Lease>, BucketError> {
        let taken = Instant::now();
        let found = self.entry().await?;
        told(found.as_ref().map(|(_, held)| held));
        if !may_try() {
            return Ok(None);
        }
        let revision = match found {
            // An attempt whose answer was lost.
            Some((revision, held)) if held.id == holder.id => Some(revision),
            Some(_) => None,
            None => match self.asked().await? {
                Some(next) if next != holder.name => None,
                _ => self.write(holder, 0).await?,
            },
        };
        Ok(revision.map(|revision| Lease {
            leases: self.clone(),
            holder: holder.clone(),
            revision,
            taken,
        }))
    }

    async fn write(&self, holder: &Holder, expected: u64) -> Result<Option<u64>, BucketError> {
        // Texts are always JSON.
        let body = serde_json::to_vec(holder).unwrap_or_default();
        self.bucket
            .write(&self.key, body, (expected, Some(self.time)))
            .await
    }
}

impl Lease {
    /// Renews it until another holds it or is to hold it: ends then, and says who. A broker that is away is waited for.
    pub async fn keep(&mut self, metrics: &ClusterMetrics) -> Left {
        let renewing = self.leases.time / RENEWALS;
        loop {
            // An answer that is lost is not waited for: the next attempt finds out.
            let pause = match tokio::time::timeout(renewing, self.renewed()).await {
                Ok(Ok(None)) => renewing,
                Ok(Ok(Some(left))) => return left,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "renew the lease again");
                    AGAIN.min(renewing)
                }
                Err(_late) => Duration::ZERO,
            };
            metrics.lease_age(self.taken.elapsed());
            sleep(pause).await;
        }
    }

    /// Renews it once; why it is kept no longer, where it is not.
    async fn renewed(&mut self) -> Result<Option<Left>, BucketError> {
        let begun = Instant::now();
        if let Some(revision) = self.leases.write(&self.holder, self.revision).await? {
            (self.revision, self.taken) = (revision, begun);
            let asked = self.leases.asked().await?;
            return Ok(asked.filter(|next| *next != self.holder.name).map(Left::Asked));
        }
        match self.leases.entry().await? {
            // It was renewed, and the answer was lost.
            Some((revision, held)) if held.id == self.holder.id => self.revision = revision,
            Some((_, other)) => return Ok(Some(Left::Taken(other))),
            // It ended, and nobody wanted it.
            None => self.revision = 0,
        }
        Ok(None)
    }

    /// Gives it up, so that another need not wait for its end. Where the broker does not take that it ends by itself.
    pub async fn release(self) {
        if let Err(error) = self.given_up().await {
            tracing::debug!(%error, "give the lease up");
        }
    }

    /// Whoever stops keeping it may have a renewal on its way, which changes the entry: what is there is removed, and looked at once
    /// more. A renewal that comes behind that is taken no more, since it expects what is gone.
    async fn given_up(&self) -> Result<(), BucketError> {
        let Leases { bucket, key, .. } = &self.leases;
        for _ in 0..ATTEMPTS {
            match self.leases.entry().await? {
                Some((revision, held)) if held.id == self.holder.id => bucket.remove(key, revision).await?,
                _ => return Ok(()),
            }
        }
        Ok(())
    }
}

/// The holder that an entry tells of. Whoever wrote what cannot be read holds it all the same.
fn read(body: &[u8]) -> Holder {
    serde_json::from_slice(body).unwrap_or_else(|_| Holder {
        id: String::new(),
        name: "unknown".to_owned(),
        url: String::new(),
        since: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_read_as_it_was_written_and_one_of_another_version_holds_too() {
        let holder = Holder::new("i".to_owned(), "a".to_owned(), "http://a".to_owned());
        let written = serde_json::to_vec(&holder).unwrap();
        assert_eq!(read(&written), holder);
        assert_eq!(read(b"[]").name, "unknown");
    }
}
