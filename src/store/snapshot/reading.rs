//! Reading a snapshot: every checksum is looked at, and no length that a damaged file states is believed beyond a bound.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use lz4_flex::frame::FrameDecoder;

use crate::store::{
    Error, codec,
    mark::FORMAT,
    snapshot::{Contents, DELETE, END, MAGIC, PUT, VERSION},
};

/// Bytes of a key or a value, at most: records are smaller.
const PART_BYTES_MAX: u32 = 8 << 20;

/// What is done with each entry: a key and its value, or a key that has none any more.
pub type Take<'a> = dyn FnMut(&[u8], Option<&[u8]>) -> Result<(), Error> + 'a;

/// Reads the snapshot at `path` to its end, hands its entries to `take` in order and says what it holds. Nothing that was
/// taken counts before this has returned: damage may show at the end.
///
/// # Errors
/// [`Error::Snapshot`] when it is damaged or of another version, [`Error::Io`], and what `take` answers.
pub fn read(path: &Path, take: &mut Take<'_>) -> Result<Contents, Error> {
    let damaged = |reason| Error::Snapshot {
        path: path.to_owned(),
        reason,
    };
    let mut file = BufReader::new(File::open(path).map_err(Error::io("open", path))?);
    let mut head = [0; MAGIC.len() + 4];
    file.read_exact(&mut head)
        .map_err(|error| unreadable(path, error))?;
    if head.strip_prefix(MAGIC) != Some(&VERSION.to_le_bytes()) {
        return Err(damaged("it is no snapshot of a version that this build knows"));
    }
    let mut input = Input {
        path,
        frame: FrameDecoder::new(file),
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
    Error::Snapshot {
        path: path.to_owned(),
        reason: "a checksum is wrong, or it ends too early",
    }
}
