//! The end of the log: writes one commit after the other behind what is there, each synced. Owned by the thread that appends.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    cipher::AtRest,
    journal::{
        Commit, Error, Position,
        file::{
            disk,
            frame::Sealer,
            reader::Shared,
            recover::recover,
            segment::{HEADER_BYTES, Place, Segment},
        },
    },
};

/// The segment that is written to, and where the next frame goes.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) folder: PathBuf,
    /// A segment that would grow beyond this many bytes is followed by a new one.
    pub(crate) segment_bytes: u64,
    pub(crate) shared: Arc<Shared>,
    pub(crate) segment: Arc<Segment>,
    pub(crate) file: File,
    pub(crate) end: Place,
    pub(crate) sealer: Sealer,
}

impl Tail {
    /// The end of the journal in `folder`, recovered from what a crash left, and how many bytes of an append that did not
    /// finish were cut off.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or [`Error::Version`] when a segment cannot be trusted, [`Error::Io`] when the medium refuses.
    pub(crate) fn recover(folder: &Path, segment_bytes: u64, cipher: AtRest) -> Result<(Self, u64), Error> {
        let recovered = recover(folder)?;
        let tail = Self {
            folder: folder.to_owned(),
            segment_bytes,
            shared: Arc::new(Shared::new(recovered.segments, recovered.end.position)),
            segment: recovered.last,
            file: recovered.file,
            end: recovered.end,
            sealer: Sealer::by(cipher),
        };
        Ok((tail, recovered.cut_bytes))
    }

    /// Writes a commit, which is durable and shown to readers when this returns; its position.
    ///
    /// # Errors
    /// What the medium refused: what is on it behind the end is unknown from then on.
    pub(crate) fn append(&mut self, commit: &Commit) -> Result<Position, Error> {
        let mark = self.segment.header.mark;
        let mut sealer = std::mem::take(&mut self.sealer);
        let sealed = sealer.seal(commit, self.end.position, mark)?;
        let position = sealed.position;
        let frame_bytes = sealed.frame.len() as u64;
        // A commit that is larger than a segment gets one of its own.
        let whole = self.end.offset.saturating_add(frame_bytes);
        if whole > self.segment_bytes {
            self.roll()?;
        }
        let path = &self.segment.path;
        self.file
            .write_all(sealed.frame)
            .map_err(disk::failed("append to segment", path))?;
        // ORDER: readers and the caller hear of the commit only after this.
        self.file
            .sync_data()
            .map_err(disk::failed("sync segment", path))?;
        self.end = Place {
            offset: self.end.offset.saturating_add(frame_bytes),
            position,
            batch: commit.marker.batch,
        };
        sealer.let_go_of_much();
        self.sealer = sealer;
        self.segment.note(self.end);
        self.shared.publish(position);
        Ok(position)
    }

    /// Begins a new segment, which the next commit goes into, unless there is nothing in this one.
    ///
    /// # Errors
    /// What the medium refused.
    pub(crate) fn roll(&mut self) -> Result<(), Error> {
        if self.end.offset <= HEADER_BYTES {
            return Ok(());
        }
        let (segment, file) = Segment::create(&self.folder, Some(&self.segment), self.end)?;
        self.segment = Arc::new(segment);
        self.file = file;
        self.end.offset = HEADER_BYTES;
        self.shared.add(Arc::clone(&self.segment));
        Ok(())
    }
}
