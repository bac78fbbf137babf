//! What the processes of a tenant with partitions owe each other: one number of partitions, and the same secrets in all of them,
//! since whoever moves from one to another is found there by the same keyed hashes.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{sleep, timeout};

use crate::{
    app::{
        error::{PartitionsError, ServiceError},
        shared::{
            Member,
            secrets::{self, key_of},
        },
    },
    config::Settings,
    engine::{EngineConfig, erasing::expunge::BeyondError},
    nats::{self, Tenant, bucket::Bucket, status::last_of},
};

/// Under what members find how many partitions there are.
pub(crate) const PARTITIONS: &str = "partitions";
/// Between two looks whether the tenant has its secrets.
const LOOK: Duration = Duration::from_millis(200);

/// Has all members of a tenant go by one number of partitions, which may grow. A partition leaves it to its tenant.
///
/// # Errors
/// [`PartitionsError`], and where the broker cannot be asked.
pub(crate) async fn agree(member: &Member, settings: &Settings) -> Result<(), ServiceError> {
    if settings.partition.is_some() {
        return Ok(());
    }
    let (wanted, key) = (
        settings.partitions(),
        key_of(PARTITIONS, &member.ground.settings.tenant),
    );
    let bucket = &member.bucket;
    let known = bucket.get(&key).await.map_err(ServiceError::Bucket)?;
    let known = match known {
        None if wanted == 0 => return Ok(()),
        None => {
            let (connection, assets) = (&member.ground.connection, &member.ground.assets);
            let last = last_of(&connection.jetstream, assets.journal.stream.clone()).await;
            if last.map_err(|error| ServiceError::Stream(error.into()))? > 0 {
                return Err(PartitionsError::Whole { wanted }.into());
            }
            // ORDER: known before anybody writes the journal.
            let first = bucket.put_first(&key, wanted.to_string().into_bytes()).await;
            number(&first.map_err(ServiceError::Bucket)?)
        }
        Some(known) => number(&known),
    };
    if wanted < known {
        return Err(PartitionsError::Fewer { wanted, known }.into());
    }
    if wanted > known {
        let put = bucket.put(&key, wanted.to_string().into_bytes()).await;
        put.map_err(ServiceError::Bucket)?;
        tracing::info!(partitions = wanted, "the tenant has more partitions from now on");
    }
    Ok(())
}

/// Refuses to follow the one journal of a tenant that has partitions, as what is known to its members says it; where that is nothing,
/// it has none.
///
/// # Errors
/// [`PartitionsError::Shop`].
pub(crate) fn followed_by_a_shop(known: Option<&[u8]>) -> Result<(), PartitionsError> {
    match known.map_or(0, number) {
        0 => Ok(()),
        _ => Err(PartitionsError::Shop),
    }
}

/// How many partitions the members of a tenant agreed on, as of now: whoever asks may have been started before there were so many.
///
/// # Errors
/// Where the bucket does not say it.
pub(crate) async fn agreed(bucket: &Bucket, tenant: &Tenant) -> Result<u32, BeyondError> {
    let known = bucket.get(&key_of(PARTITIONS, tenant)).await?;
    count(known.as_deref()).ok_or_else(|| {
        format!(
            "ask how many partitions the tenant {} has: expected it in the bucket where its members meet",
            tenant.as_str()
        )
        .into()
    })
}

/// What is known to the members of a tenant with partitions; `None` where that is no such number.
fn count(known: Option<&[u8]>) -> Option<u32> {
    known.map(number).filter(|known| (1..u32::MAX).contains(known))
}

/// What is known; nothing else is written there.
fn number(known: &[u8]) -> u32 {
    let text = std::str::from_utf8(known).unwrap_or_default();
    text.parse().unwrap_or(u32::MAX)
}

/// Brings the secrets of its tenant into the folder of a partition that has none, once the tenant has any: that is waited for as
/// long as for a server, since the process says that it listens only after. Where other members offer the partition's own, those
/// are taken later.
///
/// # Errors
/// Where the tenant has none in time, the broker cannot be asked, or the secrets cannot be kept.
pub(crate) async fn fetch(
    member: &Member,
    settings: &Settings,
    config: &EngineConfig,
) -> Result<(), ServiceError> {
    let (Some(partition), Some(whose)) = (&settings.partition, &member.ground.settings.partition) else {
        return Ok(());
    };
    let path = settings.data.dir.join(&partition.tenant).join(secrets::FILE);
    let coming = come((member, whose), config, &path);
    within(member.ground.settings.connect_timeout, coming, &path).await
}

/// What `coming` comes to, where it does so in time.
async fn within(
    patience: Duration,
    coming: impl Future<Output = Result<(), ServiceError>>,
    path: &Path,
) -> Result<(), ServiceError> {
    let late = |_| ServiceError::LateSecrets {
        path: PathBuf::from(path),
        patience,
    };
    timeout(patience, coming).await.map_err(late)?
}

/// Has the secrets in the folder as soon as they are in that of the tenant at `path`, or offered.
async fn come(
    (member, whose): (&Member, &nats::Partition),
    config: &EngineConfig,
    path: &Path,
) -> Result<(), ServiceError> {
    let mut is_told = false;
    loop {
        let has_own = secrets::are_there(config) && !secrets::is_useless(config);
        if has_own || secrets::offered(member).await?.is_some() {
            return Ok(());
        }
        // ORDER: the tenant says what they are known by once they are kept.
        if secrets::check(member).await?.is_some() {
            let offered = member.bucket.get(&key_of(secrets::FILE, &whose.resolver)).await;
            let offered = offered.map_err(ServiceError::Bucket)?;
            let found = offered
                .map(|offered| offered.to_vec())
                .or_else(|| fs::read(path).ok());
            if let Some(found) = found {
                return secrets::take(config, &found);
            }
        }
        if !std::mem::replace(&mut is_told, true) {
            tracing::info!("waits for the secrets of the tenant whose partition it is");
        }
        sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn a_partition_does_not_wait_for_ever_for_secrets() {
        let path = Path::new("acme/secrets");
        let late = within(Duration::from_millis(1), pending(), path).await;
        let told = late.unwrap_err().to_string();
        assert!(told.contains("acme/secrets") && told.contains("1ms"), "{told}");
        within(Duration::from_secs(60), ready(Ok(())), path)
            .await
            .unwrap();
    }

    /// Nobody is left out because what is known of them cannot be read.
    #[test]
    fn only_what_can_be_read_says_how_many_are_waited_for_and_told() {
        for (known, expected) in [
            (Some("2"), Some(2)),
            (Some("64"), Some(64)),
            (Some("0"), None),
            (Some("x"), None),
            (None, None),
        ] {
            assert_eq!(count(known.map(str::as_bytes)), expected, "{known:?}");
        }
    }

    #[test]
    fn a_shop_follows_nobody_who_has_partitions() {
        for (known, expected) in [
            (None, Ok(())),
            (Some("0"), Ok(())),
            (Some("1"), Err(PartitionsError::Shop)),
            (Some("4"), Err(PartitionsError::Shop)),
            (Some("x"), Err(PartitionsError::Shop)),
        ] {
            assert_eq!(
                followed_by_a_shop(known.map(str::as_bytes)),
                expected,
                "{known:?}"
            );
        }
    }

    #[test]
    fn what_nobody_wrote_there_lets_nobody_begin() {
        for (known, expected) in [
            ("4", 4),
            ("64", 64),
            ("", u32::MAX),
            ("x", u32::MAX),
            ("-1", u32::MAX),
        ] {
            assert_eq!(number(known.as_bytes()), expected, "{known}");
        }
    }
}
