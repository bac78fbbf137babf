//! Making a snapshot: under another name until it is whole, synced and read again.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use lz4_flex::frame::{BlockMode, FrameEncoder, FrameInfo};

use crate::{
    cipher::AtRest,
    store::{
        Applied, Error, codec,
        mark::FORMAT,
        snapshot::{
            Contents, DELETE, ENCRYPTED_VERSION, END, MAGIC, PUT, Take, VERSION,
            pieces::{Encrypted, Id},
            place, read,
        },
    },
};

/// What a snapshot is called until it is whole. One is made at a time.
pub(super) const DRAFT: &str = "draft";

/// A snapshot that is being written. `Debug` shows where. Dropped before [`Closed::keep`], it leaves nothing that counts.
pub struct Draft {
    folder: PathBuf,
    path: PathBuf,
    cipher: AtRest,
    out: FrameEncoder<Out>,
    entries: u64,
}

/// The file, and whether what goes into it is encrypted.
enum Out {
    Plain(BufWriter<File>),
    Encrypted(Encrypted<BufWriter<File>>),
}

impl Out {
    fn begin(path: &Path, cipher: &AtRest) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(MAGIC)?;
        let Some(cipher) = cipher else {
            file.write_all(&VERSION.to_le_bytes())?;
            return Ok(Self::Plain(file));
        };
        let mut id = Id::default();
        getrandom::fill(&mut id).map_err(io::Error::other)?;
        file.write_all(&ENCRYPTED_VERSION.to_le_bytes())?;
        file.write_all(&id)?;
        Ok(Self::Encrypted(Encrypted::new(Arc::clone(cipher), id, file)))
    }

    /// All of it, and nothing behind it.
    fn finish(self) -> io::Result<File> {
        let out = match self {
            Self::Plain(out) => out,
            Self::Encrypted(out) => out.finish()?,
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Encrypted(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Encrypted(out) => out.flush(),
        }
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Draft({})", self.path.display())
    }
}

impl Draft {
    /// Begins a snapshot in `folder`, which is made if it is missing, encrypted if `cipher` says by what. What an earlier one
    /// left unfinished goes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn begin(folder: &Path, cipher: AtRest) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
        let path = folder.join(DRAFT);
        let out = Out::begin(&path, &cipher).map_err(Error::io("begin", &path))?;
        let info = FrameInfo::new()
            .block_mode(BlockMode::Independent)
            .block_checksums(true)
            .content_checksum(true);
        Ok(Self {
            folder: folder.to_owned(),
            path,
            cipher,
            out: FrameEncoder::with_frame_info(info, out),
            entries: 0,
        })
    }

    /// Adds what a key has from here on: a value, or nothing.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn add(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), Error> {
        self.entries = self.entries.saturating_add(1);
        let mut add = || {
            self.out
                .write_all(&[if value.is_some() { PUT } else { DELETE }])?;
            write_part(&mut self.out, key)?;
            value.map_or(Ok(()), |value| write_part(&mut self.out, value))
        };
        add().map_err(Error::io("write", &self.path))
    }

    /// Closes the snapshot as the state after `applied` of `journal`, under these secrets, and makes it durable.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn close(self, applied: Applied, journal: String, secrets: [u8; 16]) -> Result<Closed, Error> {
        let Self {
            folder,
            path,
            cipher,
            mut out,
            entries,
        } = self;
        let contents = Contents {
            applied,
            journal,
            secrets,
            format: FORMAT,
            entries,
        };
        let record = codec::encode(&contents)?;
        let closed = || {
            out.write_all(&[END])?;
            write_part(&mut out, &record)?;
            let out = out.finish().map_err(io::Error::other)?;
            out.finish()?.sync_all()
        };
        closed().map_err(Error::io("close", &path))?;
        Ok(Closed {
            folder,
            path,
            cipher,
            contents,
        })
    }
}

/// A snapshot that is written and has no name yet: whoever made it reads it again first.
#[derive(Debug)]
pub struct Closed {
    folder: PathBuf,
    path: PathBuf,
    cipher: AtRest,
    contents: Contents,
}

impl Closed {
    /// Reads it again.
    ///
    /// # Errors
    /// [`Error::Snapshot`] when it is not what was written, [`Error::Io`], and what `take` answers.
    pub fn read(&self, take: &mut Take<'_>) -> Result<(), Error> {
        if read(&self.path, &self.cipher, take)? == self.contents {
            return Ok(());
        }
        Err(self.refused("it does not say what was written"))
    }

    /// Why it is not to be kept.
    #[must_use]
    pub fn refused(&self, reason: &'static str) -> Error {
        let path = self.path.clone();
        Error::Snapshot { path, reason }
    }

    /// Gives it its name: a file that has it is whole.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn keep(self) -> Result<PathBuf, Error> {
        let target = place(&self.folder, &self.contents);
        // ORDER: the content is durable before the name is.
        std::fs::rename(&self.path, &target).map_err(Error::io("name", &target))?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::io("sync", &self.folder))?;
        Ok(target)
    }
}

fn write_part(out: &mut impl Write, part: &[u8]) -> io::Result<()> {
    let length = u32::try_from(part.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(part)
}
