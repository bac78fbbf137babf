//! The tenant's secrets, as members of one tenant share them: wrapped by the master key that all of them are given, and never
//! otherwise. The owner draws data keys and offers them whenever its file is another; the others take them where they start and
//! where they take over. Whoever has no master key brings the file along by other ways. Whoever brings another tenant's is
//! refused: by a keyed hash that an owner tells, which says nothing of the secrets. A partition has those of its tenant, and from
//! then on data keys of its own.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use crate::{
    app::{error::ServiceError, shared::Member},
    cipher::{MasterKeys, WRAPPED},
    engine::{EngineConfig, StartError, secrets_open},
    nats::Tenant,
};

/// The file in the tenant's folder.
pub(crate) const FILE: &str = "secrets";
/// What they are known again by, where members meet.
pub(crate) const CHECK: &str = "check";
/// How long until they are offered again where they could not be.
const RETRY: Duration = Duration::from_secs(5);

/// Brings the secrets into a folder that has none, where another member offers them; also into one without data whose file was
/// wrapped by a master key that is gone, where those that are offered can be opened.
pub(crate) async fn fetch(member: &Member, config: &EngineConfig) -> Result<(), ServiceError> {
    if are_there(config) && !is_useless(config) {
        return Ok(());
    }
    match offered(member).await? {
        Some(offered) => take(config, &offered),
        None => Ok(()),
    }
}

/// Whether a folder has any.
pub(crate) fn are_there(config: &EngineConfig) -> bool {
    config.dir.join(FILE).exists()
}

/// Has these in a folder that has none, or none that opens anything.
pub(crate) fn take(config: &EngineConfig, offered: &[u8]) -> Result<(), ServiceError> {
    let (dir, path) = (&config.dir, config.dir.join(FILE));
    let opens = |master: &MasterKeys| secrets_open(offered, master);
    if path.exists() {
        if !config.master.as_ref().is_some_and(opens) {
            return Ok(());
        }
        tracing::warn!(
            "takes the secrets that members share: those in the folder are of a former master key, and it has no data"
        );
    }
    let kept = keep(dir, &path, offered);
    kept.map_err(|source| ServiceError::Secrets { path, source })
}

/// Whether a file that is there opens nothing: no master key that is given wraps it, and there is no data.
pub(crate) fn is_useless(config: &EngineConfig) -> bool {
    let is_fresh = ["store", "journal", "snapshots"]
        .iter()
        .all(|data| !config.dir.join(data).exists());
    let is_refused = |master: &MasterKeys| {
        let held = fs::read(config.dir.join(FILE)).unwrap_or_default();
        held.starts_with(WRAPPED.as_bytes()) && !secrets_open(&held, master)
    };
    is_fresh && config.master.as_ref().is_some_and(is_refused)
}

/// What another member offers, or this one offered before.
pub(crate) async fn offered(member: &Member) -> Result<Option<Vec<u8>>, ServiceError> {
    let offered = member.bucket.get(&key(FILE, member)).await;
    Ok(offered
        .map_err(ServiceError::Bucket)?
        .map(|offered| offered.to_vec()))
}

/// Offers these where nobody offers any; what is offered then. Of two members that begin to encrypt together one takes the
/// other's data key so.
pub(crate) async fn offer_first(member: &Member, own: Vec<u8>) -> Result<Vec<u8>, ServiceError> {
    let offered = member.bucket.put_first(&key(FILE, member), own).await;
    Ok(offered.map_err(ServiceError::Bucket)?.to_vec())
}

/// What the secrets of the tenant are known again by, where it had an owner already.
pub(crate) async fn check(member: &Member) -> Result<Option<Vec<u8>>, ServiceError> {
    let told = member.bucket.get(&key_of(CHECK, whose(member))).await;
    Ok(told.map_err(ServiceError::Bucket)?.map(|told| told.to_vec()))
}

/// Tells what the secrets of the tenant are known by, unless another member told that already: of two that begin together with
/// secrets of their own one is refused.
pub(crate) async fn claim(member: &Member, own: [u8; 16]) -> Result<(), ServiceError> {
    let told = member
        .bucket
        .put_first(&key_of(CHECK, whose(member)), own.to_vec())
        .await;
    match told.map_err(ServiceError::Bucket)? {
        told if *told == own => Ok(()),
        _ => Err(StartError::OtherSecrets.into()),
    }
}

/// Offers the secrets of a folder to the others, where they are wrapped; whether they have them. That they are not offered is
/// told, and stops nothing.
pub(crate) async fn offer(member: &Member, dir: &Path) -> bool {
    let Ok(held) = fs::read(dir.join(FILE)) else {
        return true;
    };
    if !held.starts_with(WRAPPED.as_bytes()) {
        return true;
    }
    let offered = member.bucket.put(&key(FILE, member), held).await;
    if let Err(error) = &offered {
        tracing::warn!(%error, "could not offer the wrapped secrets to other members");
    }
    offered.is_ok()
}

/// Offers them from now on whenever they are others. Ends when the engine does.
pub(crate) async fn keep_offered(member: Member, dir: PathBuf, mut changes: watch::Receiver<()>) {
    loop {
        changes.mark_unchanged();
        while !offer(&member, &dir).await {
            sleep(RETRY).await;
        }
        if changes.changed().await.is_err() {
            return;
        }
        tracing::info!("offers the secrets to other members, as they are wrapped now");
    }
}

/// The tenant that has the secrets: of a partition, the one whose partition it is. Each has data keys of its own.
fn whose(member: &Member) -> &Tenant {
    let own = &member.ground.settings;
    own.partition
        .as_ref()
        .map_or(&own.tenant, |partition| &partition.resolver)
}

fn key(what: &str, member: &Member) -> String {
    key_of(what, &member.ground.settings.tenant)
}

/// Under which members find what they share of a tenant.
pub(crate) fn key_of(what: &str, tenant: &Tenant) -> String {
    format!("{what}.{}", tenant.token())
}

/// ORDER: whole before it has its name.
fn keep(dir: &Path, path: &Path, offered: &[u8]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(offered)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    File::open(dir)?.sync_all()
}
