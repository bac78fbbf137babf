//! Opens the folder of a journal after whatever happened to it. Owns the one decision of what may be cut off: bytes at
//! the very end that are no frame and have none behind them, for an append that did not finish was never acknowledged.
//! Everything else that is damaged is an error. Called when a journal is opened, before there are readers.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use crate::journal::file::disk;
use crate::journal::file::frame::any_in;
use crate::journal::file::scan::{Scan, Step};
use crate::journal::file::segment::{Named, Place, Segment};
use crate::journal::{Error, Position};

/// A journal's folder, ready to be appended to.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// All segments, oldest first, at least one.
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The last of them.
    pub(crate) last: Arc<Segment>,
    /// Its file, standing at `end`.
    pub(crate) file: File,
    /// The place behind the last commit.
    pub(crate) end: Place,
    /// How many bytes were cut off behind it.
    pub(crate) cut_bytes: u64,
}

/// Reads the headers of all segments in `folder` and the frames of the last one, and cuts off a torn tail.
pub(crate) fn recover(folder: &Path) -> Result<Recovered, Error> {
    let mut segments = headers(folder)?;
    let Some(last) = segments.last().map(Arc::clone) else {
        let end = Place::behind(Position::START, 0);
        let (first, file) = Segment::create(folder, None, end)?;
        let first = Arc::new(first);
        segments.push(Arc::clone(&first));
        return Ok(Recovered {
            segments,
            last: first,
            file,
            end,
            cut_bytes: 0,
        });
    };
    let mut scan = Scan::new(Arc::clone(&last), last.place_before(Position::START))?;
    let mut last_frame = scan.at();
    loop {
        let here = scan.at();
        match scan.step()? {
            Step::Frame(_) => last_frame = here,
            Step::End => break,
            Step::Unreadable(reason) => {
                refuse_damage_in_front_of_a_frame(&last, here, reason)?;
                break;
            }
        }
    }
    let (end, cut_bytes) = (scan.at(), scan.file_bytes().saturating_sub(scan.at().offset));
    let file = settle(&last, last_frame, end)?;
    Ok(Recovered {
        segments,
        last,
        file,
        end,
        cut_bytes,
    })
}

/// Whether there is a journal in `folder`.
pub(crate) fn has_segments(folder: &Path) -> Result<bool, Error> {
    Ok(!headers(folder)?.is_empty())
}

/// The segments in `folder`, oldest first, each of which follows on the one before.
fn headers(folder: &Path) -> Result<Vec<Arc<Segment>>, Error> {
    let list = || {
        let entries = std::fs::read_dir(folder)?;
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut named = Vec::new();
    for path in list().map_err(disk::failed("list folder", folder))? {
        match Named::of(&path) {
            Named::Segment(first) => named.push((first, path)),
            Named::Draft => std::fs::remove_file(&path).map_err(disk::failed("remove draft", &path))?,
            Named::Other => {}
        }
    }
    named.sort();
    let mut segments: Vec<Arc<Segment>> = Vec::with_capacity(named.len());
    for (first, path) in named {
        let segment = Segment::open(path, first)?;
        if let Some(previous) = segments.last() {
            if segment.header.previous != previous.header.first {
                return Err(segment.corrupt(0, "the segment before this one is missing"));
            }
            let path = &previous.path;
            let found = path
                .metadata()
                .map_err(disk::failed("look at segment", path))?
                .len();
            let expected = segment.header.previous_bytes;
            if found != expected {
                return Err(previous.corrupt(
                    found.min(expected),
                    "segment is not as long as it was when it was full",
                ));
            }
        }
        segments.push(Arc::new(segment));
    }
    Ok(segments)
}

/// Refuses to cut at `damage` if a whole frame lies behind it, which may have been acknowledged.
fn refuse_damage_in_front_of_a_frame(
    segment: &Segment,
    damage: Place,
    reason: &'static str,
) -> Result<(), Error> {
    let mut tail = Vec::new();
    let mut read = || {
        let mut file = File::open(&segment.path)?;
        file.seek(SeekFrom::Start(damage.offset))?;
        file.read_to_end(&mut tail)
    };
    read().map_err(disk::failed("read tail of segment", &segment.path))?;
    if any_in(&tail, segment.header.mark) {
        return Err(segment.corrupt(damage.offset, reason));
    }
    Ok(())
}

/// Cuts the segment at `end` and makes what is in front of it durable.
fn settle(segment: &Segment, last_frame: Place, end: Place) -> Result<File, Error> {
    let settle = || {
        let mut file = OpenOptions::new().read(true).write(true).open(&segment.path)?;
        file.set_len(end.offset)?;
        // ORDER: the last frame may come from an append that was interrupted before its sync, or whose sync failed, and
        // be in the system's memory only, marked clean. Once we go on, it counts as committed. Written again it is
        // dirty again, so that the sync makes it durable or fails. Earlier frames were synced before it was written.
        file.seek(SeekFrom::Start(last_frame.offset))?;
        let mut frame = Vec::new();
        file.read_to_end(&mut frame)?;
        file.seek(SeekFrom::Start(last_frame.offset))?;
        file.write_all(&frame)?;
        file.sync_all()?;
        Ok(file)
    };
    settle().map_err(disk::failed("settle tail of segment", &segment.path))
}
