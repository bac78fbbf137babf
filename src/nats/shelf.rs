//! The shelf: the newest snapshot of a tenant, in the object store `YEKTA_SNAPSHOTS_<t>`, for whoever comes with an empty disk,
//! or was away for longer than the journal goes back.
//!
//! Owns how a file gets there and back whole; must never know what it holds. There is one object, which every newer one takes the
//! place of, and nothing else is kept: what a put that failed left behind goes with the next. Whoever reads a file that is
//! replaced meanwhile gets an error, and may ask again.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use async_nats::jetstream::{
    context::{CreateObjectStoreError, DeleteObjectStore, ObjectStoreError},
    object_store::{
        Config, GetError, GetErrorKind, Object, ObjectInfo, ObjectMetadata, ObjectStore, PutError,
    },
    stream::StorageType,
};
use futures_util::TryStreamExt;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};

use crate::{
    nats::{assets::Names, connect::Connection, leader::is_missing, settings::Settings},
    telemetry::Pace,
};

/// The one object.
const NEWEST: &str = "newest";
/// What the file is called, beside the object.
const FILE_NAME: &str = "file";
/// Bytes that are read at once, a message's worth.
const CHUNK_BYTES: usize = 128 * 1024;
/// Files that were left behind unfinished and go with one put; what is more goes with the next.
const LEFT_MAX: usize = 64;
/// For how long a server refuses a store of the name of one that it removes behind its answer, and the pause between two
/// attempts.
const REMOVING_MAX: Duration = Duration::from_secs(5);
const REMOVING_PAUSE: Duration = Duration::from_millis(50);
/// How long the next piece may take.
const READ_MAX: Duration = Duration::from_secs(30);

/// The object store of a tenant.
#[derive(Clone, Debug)]
pub struct Shelf {
    connection: Connection,
    bucket: String,
    replicas: usize,
}

/// Why a snapshot is not on the shelf, or did not come from there.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The store cannot be made.
    #[error("make the object store {bucket}")]
    Make {
        /// Its name.
        bucket: String,
        /// Why not.
        source: CreateObjectStoreError,
    },
    /// It cannot be looked at.
    #[error("open the object store {bucket}")]
    Open {
        /// Its name.
        bucket: String,
        /// Why not.
        source: ObjectStoreError,
    },
    /// What it held cannot be removed.
    #[error("remove the object store {bucket}")]
    Remove {
        /// Its name.
        bucket: String,
        /// Why not.
        source: DeleteObjectStore,
    },
    /// What was left behind unfinished stays.
    #[error("remove what was left behind in the object store")]
    Left(#[source] async_nats::Error),
    /// The snapshot could not be put there.
    #[error("put a snapshot into the object store")]
    Put(#[source] PutError),
    /// The snapshot cannot be read there.
    #[error("read the snapshot in the object store")]
    Get(#[source] GetError),
    /// The file system failed, or what came is not what was put there.
    #[error("copy the snapshot at {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Shelf {
    /// That of the tenant of `settings`.
    pub fn of(connection: &Connection, settings: &Settings) -> Self {
        Self {
            connection: connection.clone(),
            bucket: Names::of(&settings.tenant).snapshots_bucket(),
            replicas: settings.storage.replicas,
        }
    }

    /// Puts the file at `path` there, in the place of what was there. With `anew` nothing is left of that on any server: what
    /// is taken out otherwise may stand in a file for a while.
    ///
    /// # Errors
    /// [`ShelfError`]; what was there may be gone then.
    pub async fn put(&self, path: &Path, anew: bool) -> Result<(), ShelfError> {
        if anew {
            self.remove().await?;
        }
        let store = match self.opened().await? {
            Some(store) => store,
            None => self.make(anew).await?,
        };
        let mut file = File::open(path).await.map_err(failed(path))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let metadata = ObjectMetadata {
            name: NEWEST.to_owned(),
            metadata: [(FILE_NAME.to_owned(), name)].into(),
            chunk_size: Some(CHUNK_BYTES),
            ..ObjectMetadata::default()
        };
        let put = store.put(metadata, &mut file).await.map_err(ShelfError::Put)?;
        match self.tidy(&put).await {
            Ok(0) => {}
            Ok(left) => tracing::info!(
                snapshots = left,
                "removed what was left behind unfinished in the object store"
            ),
            // The snapshot is there all the same.
            Err(error) => tracing::warn!(
                error = %error,
                cause = std::error::Error::source(&error).map(tracing::field::display),
                "the object store keeps what was left behind"
            ),
        }
        Ok(())
    }

    /// Removes the store with all that it holds, on every server; whether there was one.
    ///
    /// # Errors
    /// [`ShelfError`]; it may be there still.
    pub async fn remove(&self) -> Result<bool, ShelfError> {
        if self.opened().await?.is_none() {
            return Ok(false);
        }
        let removed = self.connection.jetstream.delete_object_store(&self.bucket).await;
        removed.map_err(|source| ShelfError::Remove {
            bucket: self.bucket.clone(),
            source,
        })?;
        Ok(true)
    }

    /// Removes the pieces of all files but the one that was `put`: whoever failed before its end left them; of how many.
    async fn tidy(&self, put: &ObjectInfo) -> Result<usize, ShelfError> {
        fn failed(error: impl Into<async_nats::Error>) -> ShelfError {
            ShelfError::Left(error.into())
        }
        let pieces = format!("$O.{}.C.", self.bucket);
        let own = format!("{pieces}{}", put.nuid);
        let jetstream = &self.connection.jetstream;
        let stream = jetstream
            .get_stream_no_info(self.stream())
            .await
            .map_err(failed)?;
        let found = stream.info_with_subjects(format!("{pieces}>")).await;
        let mut found = found.map_err(failed)?;
        let mut left = 0_usize;
        while left < LEFT_MAX
            && let Some((subject, _)) = found.try_next().await.map_err(failed)?
        {
            if subject != own {
                stream.purge().filter(&subject).await.map_err(failed)?;
                left = left.saturating_add(1);
            }
        }
        Ok(left)
    }

    /// Copies what is there into `folder`, under the name it had; `None` where nothing is there.
    ///
    /// # Errors
    /// [`ShelfError`]; nothing has its name then.
    pub async fn fetch(&self, folder: &Path) -> Result<Option<PathBuf>, ShelfError> {
        let Some(store) = self.opened().await? else {
            return Ok(None);
        };
        let object = match store.get(NEWEST).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ShelfError::Get(error)),
        };
        let name = object.info().metadata.get(FILE_NAME).cloned();
        // A name that leads out of the folder is nobody's of ours.
        let name = name.filter(|name| {
            Path::new(name)
                .file_name()
                .is_some_and(|last| last == name.as_str())
        });
        let Some(name) = name else { return Ok(None) };
        let (path, draft) = (folder.join(&name), folder.join(format!("{name}.fetched")));
        let copied = copy(object, folder, &draft).await;
        copied.map_err(failed(&draft))?;
        tokio::fs::rename(&draft, &path).await.map_err(failed(&path))?;
        Ok(Some(path))
    }

    async fn opened(&self) -> Result<Option<ObjectStore>, ShelfError> {
        use async_nats::jetstream::context::ObjectStoreErrorKind::GetStore;
        match self.connection.jetstream.get_object_store(&self.bucket).await {
            Ok(store) => Ok(Some(store)),
            Err(error) if error.kind() == GetStore && !self.is_there().await => Ok(None),
            Err(source) => Err(ShelfError::Open {
                bucket: self.bucket.clone(),
                source,
            }),
        }
    }

    /// Whether there is such a store, as far as the broker says.
    async fn is_there(&self) -> bool {
        match self.connection.jetstream.get_stream(self.stream()).await {
            Err(error) => !is_missing(&error),
            Ok(_) => true,
        }
    }

    /// What the store's stream is called.
    fn stream(&self) -> String {
        format!("OBJ_{}", self.bucket)
    }

    /// Makes the store, `anew` where one was removed just now.
    async fn make(&self, anew: bool) -> Result<ObjectStore, ShelfError> {
        let config = || Config {
            bucket: self.bucket.clone(),
            description: Some("Yekta: the newest snapshot of the tenant".to_owned()),
            storage: StorageType::File,
            num_replicas: self.replicas,
            ..Config::default()
        };
        let begun = Instant::now();
        loop {
            match self.connection.jetstream.create_object_store(config()).await {
                Ok(store) => return Ok(store),
                Err(_) if anew && begun.elapsed() < REMOVING_MAX => {
                    tokio::time::sleep(REMOVING_PAUSE).await;
                }
                Err(source) => {
                    return Err(ShelfError::Make {
                        bucket: self.bucket.clone(),
                        source,
                    });
                }
            }
        }
    }
}

/// Copies an object into a file, with a word now and then on how far it is; synced when this returns.
async fn copy(mut object: Object, folder: &Path, draft: &Path) -> io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let size = object.info().size;
    let mut file = File::create(draft).await?;
    let (mut buffer, mut copied, mut pace) = (vec![0; CHUNK_BYTES], 0_usize, Pace::begin());
    tracing::info!(snapshot.bytes = size, "fetches a snapshot from the object store");
    loop {
        // What is replaced meanwhile may never come.
        let read = tokio::time::timeout(READ_MAX, object.read(&mut buffer)).await??;
        if read == 0 {
            break;
        }
        file.write_all(buffer.get(..read).unwrap_or_default()).await?;
        copied = copied.saturating_add(read);
        if pace.is_due() {
            tracing::info!(
                snapshot.bytes = size,
                snapshot.copied = copied,
                "fetches a snapshot from the object store"
            );
        }
    }
    file.sync_all().await
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ShelfError {
    let path = path.to_owned();
    move |source| ShelfError::File { path, source }
}
