//! What can still be read of a journal that is damaged: the last whole commit, wherever it stands. Owns nothing and changes
//! nothing. Called when a journal cannot be opened, to find out whether something else holds all that was in it.

use std::path::Path;

use crate::journal::file::disk;
use crate::journal::file::frame::{Frame, PREFIX_BYTES, Prefix};
use crate::journal::file::segment::{Named, Segment};
use crate::journal::{Error, Position};

/// The end of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remains {
    /// The position of the last commit that is whole.
    pub last: Position,
    /// Its number.
    pub batch: u64,
    /// Bytes behind it, which are no whole commit.
    pub tail_bytes: usize,
}

/// What the end of the journal in `folder` is, whatever is damaged in front of it; `None` where no commit is whole.
///
/// # Errors
/// [`Error::Io`] when the medium refuses.
pub fn remains(folder: &Path) -> Result<Option<Remains>, Error> {
    let list = || -> std::io::Result<Vec<_>> {
        std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect()
    };
    let mut segments: Vec<_> = list()
        .map_err(disk::failed("list folder", folder))?
        .into_iter()
        .filter_map(|path| match Named::of(&path) {
            Named::Segment(first) => Some((first, path)),
            Named::Draft | Named::Other => None,
        })
        .collect();
    segments.sort();
    // All segments carry the same mark: any header that can be read tells it.
    let mut headers = segments
        .iter()
        .filter_map(|(first, path)| Segment::open(path.clone(), *first).ok());
    let (Some(mark), Some((_, last))) = (headers.next().map(|segment| segment.header.mark), segments.last())
    else {
        return Ok(None);
    };
    let bytes = std::fs::read(last).map_err(disk::failed("read segment", last))?;
    Ok(last_whole(&bytes, mark))
}

/// The last whole frame in `bytes`.
fn last_whole(bytes: &[u8], mark: u64) -> Option<Remains> {
    let (mut at, mut found) = (0, None);
    while let Some(rest) = bytes.get(at..) {
        if rest.len() < PREFIX_BYTES {
            break;
        }
        at = match whole(rest, mark) {
            Some((frame, length)) => {
                let end = at.saturating_add(length);
                found = Some(Remains {
                    last: frame.head.position,
                    batch: frame.head.batch,
                    tail_bytes: bytes.len().saturating_sub(end),
                });
                end
            }
            None => at.saturating_add(1),
        };
    }
    found
}

/// The whole frame that `rest` begins with, and how long it is.
fn whole(rest: &[u8], mark: u64) -> Option<(Frame, usize)> {
    let (prefix, content) = rest.split_first_chunk()?;
    let prefix = Prefix::open(prefix, mark)?;
    let content = content.get(..usize::try_from(prefix.length).ok()?)?;
    let frame = prefix.fits(content).then(|| Frame::open(content.to_vec()))??;
    Some((frame, content.len().saturating_add(PREFIX_BYTES)))
}
