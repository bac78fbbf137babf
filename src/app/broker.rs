//! What a broker holds of persons who were erased: which of its messages go.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, time::sleep};

use crate::{
    app::{erasures::Erasures, partitions::Partitions, siblings::Siblings},
    engine::{
        Beyond, ErasureRecord, ProfileId, Query,
        erasing::{elsewhere::Elsewhere, expunge::BeyondError, forgetting::Readers, withdrawn::Withdrawn},
    },
    nats::{
        Client,
        expunge::{Expunge, ExpungeError, Going, Notice, Published},
        shelf::Shelf,
        status::members,
    },
};

mod around;

/// Between two looks at whether to go on, and at what has come.
const LOOK: Duration = Duration::from_millis(100);
/// How long those who stand by are waited for.
const LEVEL_PATIENCE: Duration = Duration::from_secs(30);
/// How long what is published may take on its way from the journal.
const PATIENCE: Duration = Duration::from_secs(60);

/// The streams of the tenant.
#[derive(Debug)]
pub(crate) struct Broker {
    pub(crate) expunge: Expunge,
    pub(crate) runtime: Handle,
    /// Where those who share the tenant find snapshots; of a tenant that was shared once, where they found them.
    pub(crate) shelf: Shelf,
    /// Those who share the tenant, where it is shared.
    pub(crate) others: Option<Others>,
    /// The other engines of the tenant whose partition this is.
    pub(crate) siblings: Option<Siblings>,
    /// The partitions of the tenant whose resolver this is.
    pub(crate) partitions: Option<Partitions>,
    /// Who is told of those who were erased, where the tenant has partitions.
    pub(crate) erasures: Option<Erasures>,
}

/// The processes that stand by.
#[derive(Debug)]
pub(crate) struct Others {
    pub(crate) client: Client,
    /// As a subject token.
    pub(crate) tenant: String,
}

impl Others {
    /// Waits until all who answer show what any of them shows now: what the journal forgets then, they have. Whoever is still
    /// behind after a while comes back by the snapshot.
    async fn level(&self) {
        let (begun, mut wanted) = (Instant::now(), 0);
        loop {
            let shown = match members(&self.client, &self.tenant).await {
                Ok(members) => members.into_iter().map(|member| member.position).collect(),
                Err(error) => {
                    tracing::debug!(error, "ask the members how far they are");
                    Vec::new()
                }
            };
            if wanted == 0 {
                wanted = shown.iter().copied().max().unwrap_or_default();
            }
            if wanted > 0 && !shown.is_empty() && shown.iter().all(|position| *position >= wanted) {
                return;
            }
            if begun.elapsed() >= LEVEL_PATIENCE {
                tracing::warn!(
                    journal.position = wanted,
                    "a standby is behind what the journal forgets"
                );
                return;
            }
            sleep(LOOK).await;
        }
    }
}

impl Beyond for Broker {
    fn withdraw(&self, query: &Query, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        unless_stopped(&self.runtime, self.clear(query), goes_on)
    }

    fn has_room(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let looking = async { Ok(self.expunge.has_room().await?) };
        unless_stopped(&self.runtime, looking, goes_on)
    }

    fn let_go(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        self.caught_up(goes_on)?;
        let purging = async {
            let messages = self.expunge.profiles().await?;
            tracing::info!(
                profiles.messages = messages,
                "the bucket of profiles let go of what it held"
            );
            Ok(())
        };
        unless_stopped(&self.runtime, purging, goes_on)
    }

    fn caught_up(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let begun = Instant::now();
        let waiting = async {
            loop {
                match self.expunge.caught_up().await {
                    Err(ExpungeError::Behind { .. }) if begun.elapsed() < PATIENCE => sleep(LOOK).await,
                    caught_up => {
                        caught_up?;
                        break;
                    }
                }
            }
            if let Some(others) = &self.others {
                others.level().await;
            }
            match &self.siblings {
                // What the journal forgets then may be what they are to take out of it.
                Some(siblings) => siblings.level().await,
                None => Ok(()),
            }
        };
        unless_stopped(&self.runtime, waiting, goes_on)
    }

    fn shelve(&self, path: &Path, anew: bool, goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let shelving = async {
            match (&self.others, anew) {
                (Some(_), _) => self.shelf.put(path, anew).await?,
                // Nobody needs it any more, and it holds what is to be gone.
                (None, true) if self.shelf.remove().await? => tracing::info!(
                    "removed the object store of snapshots: the tenant is shared no longer, and it held what is to be gone"
                ),
                (None, _) => {}
            }
            Ok(())
        };
        unless_stopped(&self.runtime, shelving, goes_on)
    }

    fn refused(&self, places: &[u64], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError> {
        let erasing = async { Ok(self.expunge.refused(places).await.map(drop)?) };
        unless_stopped(&self.runtime, erasing, goes_on)
    }

    fn readers(&self) -> Option<&dyn Readers> {
        self.partitions.as_ref().map(|_| self as &dyn Readers)
    }

    fn elsewhere(&self) -> Option<&dyn Elsewhere> {
        self.erasures.as_ref().map(|_| self as &dyn Elsewhere)
    }
}

impl Broker {
    async fn clear(&self, query: &Query) -> Result<(), BeyondError> {
        let withdrawn = query.withdrawn()?.told();
        let notices = self.notices(&withdrawn).await?;
        let failed = Arc::new(AtomicBool::new(false));
        let (asked, has_failed) = (query.clone(), Arc::clone(&failed));
        let going = Going {
            through: self.consumed(query).await?,
            is_erased: Arc::new(move |item| {
                let asked = asked.is_erased_item(item);
                has_failed.fetch_or(asked.is_err(), Ordering::Relaxed);
                asked.unwrap_or(false)
            }),
            refused: withdrawn
                .erasures()
                .flat_map(|one| one.refused.iter().copied())
                .collect(),
        };
        // Whoever had this one told has what channels published deleted, too. A resolver notes each message by itself.
        let is_deleted = self.partitions.is_some() || self.is_told(&withdrawn).await?;
        let input = match is_deleted {
            true => 0,
            false => self.expunge.input(&going).await?,
        };
        let last = notices.values().copied().max().unwrap_or(0);
        let goes = |published: Published<'_>| {
            // What is behind the notice is of somebody who came back.
            let is_before = |erasure: &ErasureRecord| {
                notices
                    .get(&erasure.profile)
                    .is_some_and(|notice| published.sequence < *notice)
            };
            let has = withdrawn.has(published.subject, published.body, is_before);
            failed.fetch_or(has.is_err(), Ordering::Relaxed);
            has.unwrap_or(false)
        };
        let out = self.expunge.out(last, &goes).await?;
        tracing::info!(
            input.messages = input,
            out.messages = out,
            "the broker erased what it held"
        );
        match failed.load(Ordering::Relaxed) {
            true => Err("the store could not be read for some of the messages".into()),
            false => Ok(()),
        }
    }

    /// Up to where the stream that channels publish into is consumed. A partition reads another one: there, what was routed is.
    async fn consumed(&self, query: &Query) -> Result<u64, BeyondError> {
        match &self.siblings {
            Some(siblings) => siblings.routed().await,
            None => Ok(query.consumed()?),
        }
    }

    /// The numbers of the messages that tell of the last erasure of each profile, as soon as all of them are there.
    async fn notices(&self, withdrawn: &Withdrawn) -> Result<BTreeMap<ProfileId, u64>, ExpungeError> {
        let begun = Instant::now();
        // What is on its way must not be taken for dropped.
        while let Err(error) = self.expunge.caught_up().await {
            if !matches!(error, ExpungeError::Behind { .. }) || begun.elapsed() >= PATIENCE {
                return Err(error);
            }
            sleep(LOOK).await;
        }
        let mut last: BTreeMap<ProfileId, &ErasureRecord> = BTreeMap::new();
        for erasure in withdrawn.erasures() {
            let latest = last.entry(erasure.profile).or_insert(erasure);
            if latest.at < erasure.at {
                *latest = erasure;
            }
        }
        let mut notices = BTreeMap::new();
        for (profile, erasure) in last {
            let (id, at) = (erasure.id.to_string(), erasure.at.as_micros());
            loop {
                match self.expunge.notice(&profile.to_string(), &id, at).await {
                    Ok(Notice::At(sequence)) => drop(notices.insert(profile, sequence)),
                    Ok(Notice::Dropped) => {}
                    Err(ExpungeError::Behind { .. }) if begun.elapsed() < PATIENCE => {
                        sleep(LOOK).await;
                        continue;
                    }
                    Err(error) => return Err(error),
                }
                break;
            }
        }
        Ok(notices)
    }
}

/// What `attempt` comes to, unless it is told to stop: then it is left where it is. Blocks.
fn unless_stopped<T>(
    runtime: &Handle,
    attempt: impl Future<Output = Result<T, BeyondError>>,
    goes_on: &mut dyn FnMut() -> bool,
) -> Result<T, BeyondError> {
    let watching = async {
        while goes_on() {
            sleep(LOOK).await;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            done = attempt => done,
            () = watching => Err("told to stop before it was done".into()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_left_once_it_is_told_to_stop() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut looks = 0;
        let pending = std::future::pending::<Result<(), BeyondError>>();
        let stopped = unless_stopped(runtime.handle(), pending, &mut || {
            looks += 1;
            looks < 3
        });
        assert_eq!(
            stopped.unwrap_err().to_string(),
            "told to stop before it was done"
        );
        assert_eq!(looks, 3);
        let done = unless_stopped(runtime.handle(), async { Ok(()) }, &mut || true);
        done.unwrap();
    }
}
