//! The tenant's secrets, as members of one tenant share them: wrapped by the master key that all of them are given, and never
//! otherwise. Whoever has no master key brings the file along by other ways. Whoever brings another tenant's is refused: by a
//! keyed hash that an owner tells, which says nothing of the secrets.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use crate::{
    app::{service::ServiceError, shared::Member},
    cipher::WRAPPED,
    engine::StartError,
};

/// The file in the tenant's folder.
const FILE: &str = "secrets";

/// Brings the secrets into a folder that has none, where another member offers them.
pub(crate) async fn fetch(member: &Member, dir: &Path) -> Result<(), ServiceError> {
    let path = dir.join(FILE);
    if path.exists() {
        return Ok(());
    }
    let Some(offered) = member
        .bucket
        .get(&key(FILE, member))
        .await
        .map_err(ServiceError::Bucket)?
    else {
        return Ok(());
    };
    let kept = keep(dir, &path, &offered);
    kept.map_err(|source| ServiceError::Secrets { path, source })
}

/// What the secrets of the tenant are known again by, where it had an owner already.
pub(crate) async fn check(member: &Member) -> Result<Option<Vec<u8>>, ServiceError> {
    let told = member.bucket.get(&key("check", member)).await;
    Ok(told.map_err(ServiceError::Bucket)?.map(|told| told.to_vec()))
}

/// Tells what the secrets of the tenant are known by, unless another member told that already: of two that begin together with
/// secrets of their own one is refused.
pub(crate) async fn claim(member: &Member, own: [u8; 16]) -> Result<(), ServiceError> {
    let told = member.bucket.put_first(&key("check", member), own.to_vec()).await;
    match told.map_err(ServiceError::Bucket)? {
        told if *told == own => Ok(()),
        _ => Err(StartError::OtherSecrets.into()),
    }
}

/// Offers the secrets of a folder to the others, where they are wrapped. That they are not offered is told, and stops nothing.
pub(crate) async fn offer(member: &Member, dir: &Path) {
    let Ok(held) = fs::read(dir.join(FILE)) else {
        return;
    };
    if !held.starts_with(WRAPPED.as_bytes()) {
        return;
    }
    if let Err(error) = member.bucket.put(&key(FILE, member), held).await {
        tracing::warn!(%error, "could not offer the wrapped secrets to other members");
    }
}

fn key(what: &str, member: &Member) -> String {
    format!("{what}.{}", member.ground.settings.tenant.token())
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
