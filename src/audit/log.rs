//! Writing: a thread takes what waits, writes it down, syncs once, and tells those who waited.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    audit::{AuditError, BEGINNING, Telling, chained, files},
    wire::digest::Digest,
};

/// A file that is larger is followed by another.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Records that wait to be written; more have to wait for room.
const WAITING_MAX: usize = 1_024;

type Reply = oneshot::Sender<Result<(), AuditError>>;

/// Where tellings are noted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditLog {
    notes: mpsc::Sender<(Telling, Reply)>,
    folder: Arc<Path>,
}

impl AuditLog {
    /// Opens the log in `folder`, which is made where it is missing, and goes on behind its last whole line. Looks at the last
    /// file alone; [`verify`](fn@crate::audit::verify) looks at all.
    ///
    /// # Errors
    /// [`AuditError`] where it cannot be read or written, or its last file is not what was written.
    pub fn open(folder: &Path) -> Result<Self, AuditError> {
        Self::with(folder, FILE_BYTES_MAX)
    }

    /// The same with files of so many bytes.
    pub(super) fn with(folder: &Path, file_bytes_max: u64) -> Result<Self, AuditError> {
        let mut writer = Writer::open(folder, file_bytes_max)?;
        let (notes, mut noted) = mpsc::channel(WAITING_MAX);
        let run = move || {
            let mut waiting = Vec::with_capacity(WAITING_MAX);
            while noted.blocking_recv_many(&mut waiting, WAITING_MAX) > 0 {
                writer.take(waiting.drain(..));
            }
        };
        let thread = thread::Builder::new().name("yekta-audit".to_owned()).spawn(run);
        thread.map_err(|source| files::file("start a thread for", folder, source))?;
        Ok(Self {
            notes,
            folder: folder.into(),
        })
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Notes that somebody is told; returns once that is on disk.
    ///
    /// # Errors
    /// [`AuditError`] where it is not, and then nobody may be told.
    pub async fn note(&self, telling: Telling) -> Result<(), AuditError> {
        let (reply, written) = oneshot::channel();
        let sent = self.notes.send((telling, reply)).await;
        sent.map_err(|_| AuditError::Poisoned)?;
        written.await.unwrap_or(Err(AuditError::Poisoned))
    }
}

/// The end of the log.
struct Writer {
    folder: PathBuf,
    number: u64,
    file: File,
    bytes: u64,
    hash: Digest,
    file_bytes_max: u64,
    is_poisoned: bool,
}

impl Writer {
    fn open(folder: &Path, file_bytes_max: u64) -> Result<Self, AuditError> {
        fs::create_dir_all(folder).map_err(|source| files::file("make", folder, source))?;
        // Only the last file is checked: a log of years is not read at each start.
        let numbers = files::numbers(folder)?;
        let number = numbers.last().copied().unwrap_or(1);
        let before = match numbers.iter().rev().nth(1) {
            Some(number) => files::last_hash(&files::path(folder, *number))?,
            None => BEGINNING,
        };
        let path = files::path(folder, number);
        let file = opened(folder, number)?;
        let files::Read { bytes, hash, .. } = files::read(&path, before, |_, _| {})?;
        // What follows is a line that was not written whole.
        file.set_len(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|source| files::file("cut off an unfinished line of", &path, source))?;
        Ok(Self {
            folder: folder.to_owned(),
            number,
            file,
            bytes,
            hash,
            file_bytes_max,
            is_poisoned: false,
        })
    }

    /// Writes what waits, and tells those who wait for it.
    fn take(&mut self, waiting: impl Iterator<Item = (Telling, Reply)>) {
        let (tellings, replies): (Vec<Telling>, Vec<Reply>) = waiting.unzip();
        let written = match self.is_poisoned {
            true => Err(AuditError::Poisoned),
            false => self.write(&tellings),
        };
        if let Err(error) = &written {
            // A sync that failed once cannot be repeated: the system may have dropped what it could not write.
            self.is_poisoned = true;
            tracing::error!(error = error as &dyn std::error::Error, "write the audit log");
        }
        for reply in replies {
            let told = match &written {
                Ok(()) => Ok(()),
                Err(_) => Err(AuditError::Poisoned),
            };
            // Whoever asked may have given up; it is noted all the same.
            reply.send(told).ok();
        }
    }

    fn write(&mut self, tellings: &[Telling]) -> Result<(), AuditError> {
        if self.bytes >= self.file_bytes_max {
            self.file = opened(&self.folder, self.number.saturating_add(1))?;
            self.number = self.number.saturating_add(1);
            self.bytes = 0;
        }
        let path = files::path(&self.folder, self.number);
        let failed = |source| files::file("write", &path, source);
        let mut lines = String::new();
        for telling in tellings {
            let json = serde_json::to_string(telling)
                .map_err(io::Error::from)
                .map_err(failed)?;
            self.hash = chained(self.hash, &json);
            lines.push_str(&format!("{} {json}\n", self.hash));
        }
        self.file.write_all(lines.as_bytes()).map_err(failed)?;
        self.file.sync_data().map_err(failed)?;
        let bytes = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }
}

/// The file with this number, made where it is missing, for nobody else to read; its name is on disk then.
fn opened(folder: &Path, number: u64) -> Result<File, AuditError> {
    let path = files::path(folder, number);
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(0o600).open(&path);
    let file = file.map_err(|source| files::file("open", &path, source))?;
    let named = File::open(folder).and_then(|folder| folder.sync_all());
    named.map_err(|source| files::file("sync the folder of", &path, source))?;
    Ok(file)
}
