//! Walks the frames of one segment in order and checks that none is missing. Must never skip a damage.
//! Called by `recover`, which may cut a torn tail, and by `reader`, which may not.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::journal::Error;
use crate::journal::codec::Reason;
use crate::journal::file::disk;
use crate::journal::file::frame::{Frame, PREFIX_BYTES, Prefix};
use crate::journal::file::segment::{Place, Segment};

/// What lies at a place in a segment.
#[derive(Debug)]
pub(crate) enum Step {
    /// A frame that follows on the one before.
    Frame(Frame),
    /// The end of the file.
    End,
    /// Bytes that are not a whole frame.
    Unreadable(Reason),
}

/// A walk over the frames of one segment.
#[derive(Debug)]
pub(crate) struct Scan {
    segment: Arc<Segment>,
    input: BufReader<File>,
    file_bytes: u64,
    at: Place,
}

impl Scan {
    /// A walk over `segment` that begins at `at`.
    pub(crate) fn new(segment: Arc<Segment>, at: Place) -> Result<Scan, Error> {
        let open = || {
            let mut file = File::open(&segment.path)?;
            let file_bytes = file.metadata()?.len();
            file.seek(SeekFrom::Start(at.offset))?;
            Ok((file, file_bytes))
        };
        let (file, file_bytes) = open().map_err(disk::failed("open segment", &segment.path))?;
        Ok(Scan {
            segment,
            input: BufReader::with_capacity(64 * 1024, file),
            file_bytes,
            at,
        })
    }

    /// The place in front of the next step.
    pub(crate) fn at(&self) -> Place {
        self.at
    }

    /// How many bytes the file had when the walk began.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// What lies here; goes on behind it if it is a frame.
    pub(crate) fn step(&mut self) -> Result<Step, Error> {
        let left = self.file_bytes.saturating_sub(self.at.offset);
        if left == 0 {
            return Ok(Step::End);
        }
        let content = match self.content(left)? {
            Ok(content) => content,
            Err(reason) => return Ok(Step::Unreadable(reason)),
        };
        let frame_bytes = (PREFIX_BYTES + content.len()) as u64;
        // From here on the checksum says that this was written just so: what is wrong now is no torn write.
        let corrupt = |reason| self.segment.corrupt(self.at.offset, reason);
        let frame = Frame::open(content).ok_or_else(|| corrupt("frame has a head that is not understood"))?;
        if frame.head.position != self.at.position.of_next(frame.head.messages) {
            return Err(corrupt("commit does not follow on the position before it"));
        }
        if frame.head.batch != self.at.batch.saturating_add(1) {
            return Err(corrupt("commit does not follow on the batch number before it"));
        }
        self.at = Place {
            offset: self.at.offset.saturating_add(frame_bytes),
            position: frame.head.position,
            batch: frame.head.batch,
        };
        self.segment.note(self.at);
        Ok(Step::Frame(frame))
    }

    /// What is behind the prefix of the frame in the next bytes, of which `left` are there; or why there is no frame.
    fn content(&mut self, left: u64) -> Result<Result<Vec<u8>, Reason>, Error> {
        let mut prefix = [0; PREFIX_BYTES];
        let Some(left) = left.checked_sub(PREFIX_BYTES as u64) else {
            return Ok(Err("frame ends too early"));
        };
        self.read(&mut prefix)?;
        let Some(prefix) = Prefix::open(&prefix, self.segment.header.mark) else {
            return Ok(Err("frame does not begin as expected"));
        };
        // Checked before room is made: a damaged length costs no memory.
        let length = match usize::try_from(prefix.length) {
            Ok(length) if u64::from(prefix.length) <= left => length,
            _ => return Ok(Err("frame ends too early")),
        };
        let mut content = vec![0; length];
        self.read(&mut content)?;
        Ok(if prefix.fits(&content) {
            Ok(content)
        } else {
            Err("checksum of the frame is wrong")
        })
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.input
            .read_exact(bytes)
            .map_err(disk::failed("read segment", &self.segment.path))
    }
}
