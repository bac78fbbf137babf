//! One file of the journal. Owns its name, its header and the sparse index of where commits begin; must never know what
//! is in a frame. Made by the writer and by `recover`, shared with readers.
//!
//! The header is: magic (8 bytes), format version (u32), mark (u64), first position (u64), first batch (u64), first
//! position of the segment before (u64, 0 for none), length of that one's file (u64), CRC-32 of all this (u32).

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::journal::file::disk;
use crate::journal::{Error, Position};

const MAGIC: &[u8; 8] = b"YEKTAJNL";
const VERSION: u32 = 2;
/// What the header takes: where the first frame begins.
pub(crate) const HEADER_BYTES: u64 = 56;
/// Two places in the index are at least this far apart, in bytes.
const INDEX_STRIDE_BYTES: u64 = 64 * 1024;

/// A place between two frames of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where the next frame begins, in bytes from the start of the file.
    pub(crate) offset: u64,
    /// The position of the last commit before this place.
    pub(crate) position: Position,
    /// The number of the last commit before this place.
    pub(crate) batch: u64,
}

/// What a segment says of itself and of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) mark: u64,
    pub(crate) first: Position,
    pub(crate) first_batch: u64,
    pub(crate) previous: Position,
    pub(crate) previous_bytes: u64,
}

/// One file of the journal.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    /// Never empty, ascending; grown by whoever comes by, the writer or a reader.
    index: Mutex<Vec<Place>>,
}

impl Place {
    /// Where the first commit of a journal goes that follows on `position` and `batch`.
    pub(crate) const fn behind(position: Position, batch: u64) -> Self {
        Self {
            offset: HEADER_BYTES,
            position,
            batch,
        }
    }
}

impl Segment {
    /// Makes the segment that begins behind `end`, a place in `previous`; without one it is the first of its journal.
    pub(crate) fn create(
        folder: &Path,
        previous: Option<&Segment>,
        end: Place,
    ) -> Result<(Segment, File), Error> {
        let header = Header {
            // A hash of nothing under std's random keys is a random number.
            mark: previous.map_or_else(|| RandomState::new().hash_one(()), |segment| segment.header.mark),
            first: Position(end.position.0.saturating_add(1)),
            first_batch: end.batch.saturating_add(1),
            previous: previous.map_or(Position::START, |segment| segment.header.first),
            previous_bytes: previous.map_or(0, |_| end.offset),
        };
        let path = folder.join(name(header.first));
        let draft = path.with_extension(DRAFT_EXTENSION);
        let mut file = File::create(&draft).map_err(disk::failed("create segment", &draft))?;
        file.write_all(&header.to_bytes())
            .map_err(disk::failed("write header of segment", &draft))?;
        // ORDER: the header is durable before the name is, and the name before the first commit is acknowledged: a
        // segment never has a torn header, and a crash never loses a segment with commits in it.
        file.sync_all().map_err(disk::failed("sync segment", &draft))?;
        std::fs::rename(&draft, &path).map_err(disk::failed("name segment", &path))?;
        disk::sync_folder(folder)?;
        Ok((Segment::with(path, header), file))
    }

    /// The segment in the file at `path`, named by `first`, once its header is verified.
    pub(crate) fn open(path: PathBuf, first: Position) -> Result<Segment, Error> {
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut bytes))
            .map_err(disk::failed("read header of segment", &path))?;
        let header = Header::from_bytes(&bytes, first)?;
        Ok(Segment::with(path, header))
    }

    fn with(path: PathBuf, header: Header) -> Segment {
        let start = Place {
            offset: HEADER_BYTES,
            position: Position(header.first.0.saturating_sub(1)),
            batch: header.first_batch.saturating_sub(1),
        };
        Segment {
            path,
            header,
            index: Mutex::new(vec![start]),
        }
    }

    /// The last known place that is not behind `position`; the start of the segment if need be.
    pub(crate) fn place_before(&self, position: Position) -> Place {
        let index = self.index();
        let behind = index.partition_point(|place| place.position <= position);
        let found = index.get(behind.saturating_sub(1)).copied();
        drop(index);
        found.unwrap_or(Place {
            offset: HEADER_BYTES,
            position: Position::START,
            batch: 0,
        })
    }

    /// Remembers `place` if it lies far enough behind the last one that is known.
    pub(crate) fn note(&self, place: Place) {
        let mut index = self.index();
        if index
            .last()
            .is_none_or(|last| place.offset >= last.offset.saturating_add(INDEX_STRIDE_BYTES))
        {
            index.push(place);
        }
    }

    /// Says that this segment is damaged at `offset`.
    pub(crate) fn corrupt(&self, offset: u64, reason: &'static str) -> Error {
        Error::Corrupt {
            segment: self.header.first,
            offset,
            reason,
        }
    }

    fn index(&self) -> MutexGuard<'_, Vec<Place>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Header {
    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        for number in [
            self.mark,
            self.first.0,
            self.first_batch,
            self.previous.0,
            self.previous_bytes,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8], name: Position) -> Result<Header, Error> {
        let corrupt = |reason| Error::Corrupt {
            segment: name,
            offset: 0,
            reason,
        };
        let short = || corrupt("header is not complete");
        let (magic, rest) = bytes.split_first_chunk().ok_or_else(short)?;
        let (version, rest) = rest.split_first_chunk().ok_or_else(short)?;
        if magic != MAGIC {
            return Err(corrupt("file is not a segment of a journal"));
        }
        // Before the checksum: another version may have its checksum elsewhere.
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(Error::Version {
                segment: name,
                found,
                expected: VERSION,
            });
        }
        let mut numbers = rest
            .chunks_exact(8)
            .filter_map(|chunk| chunk.first_chunk().copied())
            .map(u64::from_le_bytes);
        let mut number = || numbers.next().ok_or_else(short);
        let header = Header {
            mark: number()?,
            first: Position(number()?),
            first_batch: number()?,
            previous: Position(number()?),
            previous_bytes: number()?,
        };
        if header.to_bytes() != bytes {
            return Err(corrupt("checksum of the header is wrong"));
        }
        if header.first != name || header.first.0 == 0 || header.first_batch == 0 {
            return Err(corrupt("header is of another segment than the name says"));
        }
        Ok(header)
    }
}

/// What the files of segments end in.
const EXTENSION: &str = "journal";
/// What a segment that is not yet complete ends in.
const DRAFT_EXTENSION: &str = "draft";

fn name(first: Position) -> String {
    format!("{:020}.{EXTENSION}", first.0)
}

/// What a file name in the journal's folder stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A segment with this first position.
    Segment(Position),
    /// A segment whose making was interrupted.
    Draft,
    /// Nothing of ours.
    Other,
}

impl Named {
    /// What `path` stands for.
    pub(crate) fn of(path: &Path) -> Named {
        let text = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).map(str::to_owned);
        let first = text(path.file_stem())
            .filter(|stem| stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|stem| stem.parse().ok());
        match (first, text(path.extension()).as_deref()) {
            (Some(first), Some(EXTENSION)) => Named::Segment(Position(first)),
            (Some(_), Some(DRAFT_EXTENSION)) => Named::Draft,
            _ => Named::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        mark: 3,
        first: Position(9),
        first_batch: 4,
        previous: Position(1),
        previous_bytes: 77,
    };

    #[test]
    fn a_header_comes_back_and_no_flipped_bit_passes() {
        let bytes = HEADER.to_bytes();
        assert_eq!(bytes.len() as u64, HEADER_BYTES);
        assert_eq!(Header::from_bytes(&bytes, Position(9)).unwrap(), HEADER);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::from_bytes(&damaged, Position(9)).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(
                Header::from_bytes(&bytes[..length], Position(9)).is_err(),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn another_version_is_refused_with_a_sentence() {
        let mut bytes = HEADER.to_bytes();
        bytes[8] = 3;
        let error = Header::from_bytes(&bytes, Position(9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "read segment 9 of the journal in format 3, this program reads format 2"
        );
    }

    #[test]
    fn names_stand_for_first_positions_and_sort_like_them() {
        assert_eq!(name(Position(17)), "00000000000000000017.journal");
        assert_eq!(
            Named::of(Path::new("j/00000000000000000017.journal")),
            Named::Segment(Position(17))
        );
        assert_eq!(Named::of(Path::new("j/00000000000000000017.draft")), Named::Draft);
        for other in [
            "lock",
            "17.journal",
            "00000000000000000017.journal.old",
            "0000000000000000001x.journal",
        ] {
            assert_eq!(Named::of(Path::new(other)), Named::Other, "{other}");
        }
    }

    #[test]
    fn the_index_gives_the_last_place_that_is_not_behind() {
        let segment = Segment::with(PathBuf::new(), HEADER);
        let place = |offset, position| Place {
            offset,
            position: Position(position),
            batch: position,
        };
        let far = place(HEADER_BYTES + INDEX_STRIDE_BYTES, 20);
        segment.note(place(HEADER_BYTES + 1, 10));
        segment.note(far);
        assert_eq!(segment.place_before(Position(19)).offset, HEADER_BYTES);
        assert_eq!(segment.place_before(Position(20)), far);
        assert_eq!(segment.place_before(Position(99)), far);
    }
}
