//! Reading a snapshot: every checksum is looked at, and no length that a damaged file states is believed beyond a bound.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use lz4_flex::frame::FrameDecoder;

use crate::{
    cipher::{AtRest, Refused},
    store::{
        Error, codec,
        mark::FORMAT,
        snapshot::{
            Contents, DELETE, ENCRYPTED_VERSION, END, MAGIC, PUT, VERSION,
            pieces::{Decrypted, Id},
        },
    },
};

/// Bytes of a key or a value, at most: records are smaller.
const PART_BYTES_MAX: u32 = 8 << 20;

/// What is done with each entry: a key and its value, or a key that has none any more.
pub type Take<'a> = dyn FnMut(&[u8], Option<&[u8]>) -> Result<(), Error> + 'a;

/// How many bytes of a snapshot's file were read, for whoever tells how far it is. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// As many as until now.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads the snapshot at `path` to its end, hands its entries to `take` in order and says what it holds. Nothing that was
/// taken counts before this has returned: damage may show at the end. One that is encrypted is read by `cipher`.
///
/// # Errors
/// [`Error::Snapshot`] when it is damaged or of another version, [`Error::NoKey`] when it is encrypted and there is no
/// cipher, [`Error::Io`], and what `take` answers.
pub fn read(path: &Path, cipher: &AtRest, take: &mut Take<'_>) -> Result<Contents, Error> {
    read_metered(path, cipher, &Meter::default(), take)
}

/// The same, counted by `meter` on the way.
///
/// # Errors
/// As [`read`].
pub fn read_metered(
    path: &Path,
    cipher: &AtRest,
    meter: &Meter,
    take: &mut Take<'_>,
) -> Result<Contents, Error> {
    let damaged = |reason| Error::Snapshot {
        path: path.to_owned(),
        reason,
    };
    let mut input = Input {
        path,
        frame: FrameDecoder::new(opened(path, cipher, meter)?),
    };
    let mut entries: u64 = 0;
    let (mut key, mut value) = (Vec::new(), Vec::new());
    loop {
        let [kind] = input.array()?;
        input.part(&mut key)?;
        match kind {
            PUT => {
                input.part(&mut value)?;
                take(&key, Some(&value))?;
            }
            DELETE => take(&key, None)?,
            END => break,
            _ => return Err(damaged("an entry is of no known kind")),
        }
        entries = entries.saturating_add(1);
    }
    let contents: Contents = codec::decode(&key).map_err(|_| damaged("its last entry says nothing"))?;
    if contents.format != FORMAT {
        return Err(damaged("its keys are of a format that this build does not know"));
    }
    if contents.entries != entries {
        return Err(damaged("entries are missing"));
    }
    input.ends()?;
    Ok(contents)
}

/// Whether the snapshot at `path` can be read by `cipher`, as far as its beginning shows.
///
/// # Errors
/// As [`read`]; nothing is said of what is behind the beginning.
pub fn begins(path: &Path, cipher: &AtRest) -> Result<(), Error> {
    let frame = FrameDecoder::new(opened(path, cipher, &Meter::default())?);
    let mut input = Input { path, frame };
    input.array().map(|[_kind]: [u8; 1]| ())
}

/// What follows on the head of the snapshot at `path`.
fn opened(path: &Path, cipher: &AtRest, meter: &Meter) -> Result<Box<dyn Read>, Error> {
    let damaged = |reason| {
        let path = path.to_owned();
        Err(Error::Snapshot { path, reason })
    };
    let file = Metered {
        file: File::open(path).map_err(Error::io("open", path))?,
        meter: meter.clone(),
    };
    let mut file = BufReader::new(file);
    let (mut magic, mut version, mut id) = ([0; MAGIC.len()], [0; 4], Id::default());
    let head = file
        .read_exact(&mut magic)
        .and_then(|()| file.read_exact(&mut version));
    head.map_err(|error| unreadable(path, error))?;
    match (u32::from_le_bytes(version), cipher) {
        _ if magic != *MAGIC => damaged("it is no snapshot"),
        (VERSION, Some(cipher)) if cipher.plain().is_err() => damaged("it is not encrypted, as all here is"),
        (VERSION, _) => Ok(Box::new(file)),
        (ENCRYPTED_VERSION, None) => Err(Error::NoKey),
        (ENCRYPTED_VERSION, Some(cipher)) => {
            let read = file.read_exact(&mut id);
            read.map_err(|error| unreadable(path, error))?;
            Ok(Box::new(Decrypted::new(Arc::clone(cipher), id, file)))
        }
        _ => damaged("it is no snapshot of a version that this build knows"),
    }
}

/// A file whose bytes are counted as they are read.
struct Metered {
    file: File,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(bytes)?;
        let counted = u64::try_from(read).unwrap_or_default();
        self.meter.0.fetch_add(counted, Ordering::Relaxed);
        Ok(read)
    }
}

struct Input<'p, R: Read> {
    path: &'p Path,
    frame: FrameDecoder<R>,
}

impl<R: Read> Input<'_, R> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        let read = self.frame.read_exact(&mut bytes);
        read.map_err(|error| unreadable(self.path, error))?;
        Ok(bytes)
    }

    /// The next key or value, in place of what is in `part`.
    fn part(&mut self, part: &mut Vec<u8>) -> Result<(), Error> {
        let length = u32::from_le_bytes(self.array()?);
        if length > PART_BYTES_MAX {
            return Err(self.damaged("an entry is longer than any may be"));
        }
        part.clear();
        let limit = u64::from(length);
        let read = self.frame.by_ref().take(limit).read_to_end(part);
        let read = read.map_err(|error| unreadable(self.path, error))?;
        if u64::try_from(read) != Ok(limit) {
            return Err(self.damaged("it ends too early"));
        }
        Ok(())
    }

    /// Checks that the frame ends here, which verifies the checksum over all of it.
    fn ends(mut self) -> Result<(), Error> {
        let more = self.frame.read(&mut [0]);
        match more.map_err(|error| unreadable(self.path, error))? {
            0 => Ok(()),
            _ => Err(self.damaged("entries follow on its end")),
        }
    }

    fn damaged(&self, reason: &'static str) -> Error {
        Error::Snapshot {
            path: self.path.to_owned(),
            reason,
        }
    }
}

/// Damage, or trouble with the disk: only the latter has a number of the system.
fn unreadable(path: &Path, error: io::Error) -> Error {
    if error.raw_os_error().is_some() {
        return Error::io("read", path)(error);
    }
    let refused = error.get_ref().and_then(|inner| inner.downcast_ref());
    let reason = match refused {
        Some(Refused::GivenUp) => "its data key was given up since: it wants the file of secrets of its time",
        _ => "a checksum is wrong, or it ends too early",
    };
    let path = path.to_owned();
    Error::Snapshot { path, reason }
}
