//! The ledger of erasures: a file beside the store and the journal, so that whoever was erased is erased again where both
//! came back from before it.
//!
//! Owns the file `erasures` in the tenant's folder: a line per erasure, the record in hexadecimal with its checksum, which
//! holds keyed hashes alone. It grows and is never cut. Whoever restores an older copy of a folder puts this file back as it
//! was last; the next start does the rest.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;

use crate::{
    engine::erasing::erasures,
    journal::Change,
    store::{self, ErasureId, ErasureRecord, Store, codec, keys},
};

/// The file's name in the tenant's folder.
pub(crate) const LEDGER: &str = "erasures";
/// Bytes that are read at once where the end of the last line is looked for.
const TAIL_BYTES: usize = 4_096;

/// The records of erasures among the changes of a commit.
pub(crate) fn erasures_in(changes: &[Change]) -> impl Iterator<Item = &[u8]> {
    let erasures = changes
        .iter()
        .filter(|change| change.key.starts_with(keys::ERASURES));
    erasures.filter_map(|change| change.value.as_deref())
}

/// Whether a commit says of an erasure that it is done.
pub(crate) fn says_gone(changes: &[Change]) -> bool {
    erasures_in(changes).any(|record| {
        let read = codec::decode::<ErasureRecord>(record);
        read.is_ok_and(|erasure| erasure.gone.is_some())
    })
}

/// The ledger of a folder. `Debug` shows where it is.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
}

impl Ledger {
    pub(crate) fn in_folder(dir: &Path) -> Self {
        Self {
            path: dir.join(LEDGER),
        }
    }

    /// Notes the erasures among the changes of a commit; durable when this returns.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn follow(&self, changes: &[Change]) -> Result<(), store::Error> {
        let is_noted = |record: &&[u8]| {
            let read = codec::decode::<ErasureRecord>(record);
            // How far the clearing is need not be known again.
            read.is_ok_and(|erasure| {
                erasure.gone.is_some() || erasure.clearing.is_none() && erasure.withdrawn.is_none()
            })
        };
        let records: Vec<&[u8]> = erasures_in(changes).filter(is_noted).collect();
        match records.is_empty() {
            true => Ok(()),
            false => self.append(&records),
        }
    }

    /// Whether `store` holds an erasure as done that is not noted as that.
    ///
    /// # Errors
    /// When one of the two cannot be read.
    pub(crate) fn lags(&self, store: &Store) -> Result<bool, store::Error> {
        let noted = self.read()?;
        let is_noted =
            |erasure: &ErasureRecord| noted.get(&erasure.id).is_some_and(|noted| noted.gone.is_some());
        Ok(erasures::all(store)?
            .iter()
            .any(|erasure| erasure.gone.is_some() && !is_noted(erasure)))
    }

    /// Which erasures it holds that `store` does not, each as it was noted last: they are to be carried out again. What the
    /// store holds and the ledger does not, or holds as it was before, is noted.
    ///
    /// # Errors
    /// When one of the two cannot be read, or the file not written.
    pub(crate) fn missing_in(&self, store: &Store) -> Result<Vec<ErasureRecord>, store::Error> {
        let mut noted = self.read()?;
        let mut unnoted = Vec::new();
        for erasure in erasures::all(store)? {
            let before = noted.remove(&erasure.id);
            if before.is_none_or(|before| noted_of(before) != noted_of(erasure.clone())) {
                unnoted.push(codec::encode(&erasure)?);
            }
        }
        if !unnoted.is_empty() {
            self.append(&unnoted.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        }
        Ok(noted.into_values().collect())
    }

    /// The erasures of the file. A last line that was not finished was not acknowledged; any other that says nothing is
    /// damage, and whoever stood there must not come back.
    fn read(&self) -> Result<BTreeMap<ErasureId, ErasureRecord>, store::Error> {
        let text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(store::Error::io("read", &self.path))?,
        };
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let mut noted = BTreeMap::new();
        for (number, line) in lines.iter().enumerate() {
            let bytes = HEXLOWER.decode(line.as_bytes()).unwrap_or_default();
            match codec::decode::<ErasureRecord>(&bytes) {
                Ok(erasure) => drop(noted.insert(erasure.id, erasure)),
                // It was being written, and nobody was told.
                Err(_) if number.saturating_add(1) == lines.len() && !text.ends_with('\n') => {}
                Err(error) => {
                    let source = io::Error::new(io::ErrorKind::InvalidData, error);
                    return Err(store::Error::io("read a line of", &self.path)(source));
                }
            }
        }
        Ok(noted)
    }

    fn append(&self, records: &[&[u8]]) -> Result<(), store::Error> {
        let write = || {
            let is_new = !self.path.try_exists()?;
            let mut options = OpenOptions::new();
            let mut file = options.read(true).append(true).create(true).open(&self.path)?;
            // What was not finished before was told to nobody, and must not stand between others.
            let end = end_of_lines(&mut file)?;
            if end < file.metadata()?.len() {
                file.set_len(end)?;
            }
            let mut lines = String::new();
            for record in records {
                lines.push_str(&HEXLOWER.encode(record));
                lines.push('\n');
            }
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            match self.path.parent().filter(|_| is_new) {
                Some(folder) => File::open(folder)?.sync_all(),
                None => Ok(()),
            }
        };
        write().map_err(store::Error::io("note an erasure in", &self.path))
    }
}

/// What is noted of an erasure: how far the clearing is need not be known again.
fn noted_of(erasure: ErasureRecord) -> ErasureRecord {
    ErasureRecord {
        withdrawn: None,
        clearing: None,
        ..erasure
    }
}

/// Where the last line ends that was finished: looked for from the end, so that it costs the same however much is noted.
fn end_of_lines(file: &mut (impl Read + Seek)) -> io::Result<u64> {
    let mut to = file.seek(SeekFrom::End(0))?;
    let mut tail = Vec::with_capacity(TAIL_BYTES);
    while to > 0 {
        let from = to.saturating_sub(u64::try_from(TAIL_BYTES).unwrap_or(u64::MAX));
        file.seek(SeekFrom::Start(from))?;
        tail.clear();
        file.by_ref()
            .take(to.saturating_sub(from))
            .read_to_end(&mut tail)?;
        if let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') {
            let length = u64::try_from(end.saturating_add(1)).unwrap_or(u64::MAX);
            return Ok(from.saturating_add(length));
        }
        to = from;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_end_of_the_last_line_is_found_wherever_it_is() {
        let check = |text: &str| {
            let expected = text.rfind('\n').map_or(0, |end| end + 1);
            let found = end_of_lines(&mut Cursor::new(text.as_bytes())).unwrap();
            assert_eq!(
                usize::try_from(found).unwrap(),
                expected,
                "{} letters",
                text.len()
            );
        };
        for begun in [0, 1, TAIL_BYTES - 1, TAIL_BYTES, TAIL_BYTES + 1, 3 * TAIL_BYTES] {
            let begun = "a".repeat(begun);
            check(&begun);
            for line in [0, 1, TAIL_BYTES - 1, TAIL_BYTES, 2 * TAIL_BYTES] {
                let line = "b".repeat(line);
                check(&format!("{line}\n{begun}"));
                check(&format!("\n{line}\n{begun}"));
            }
        }
    }
}
