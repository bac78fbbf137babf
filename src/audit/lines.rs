//! The lines of one file from the last to the first, read in blocks from its end.

use std::{fs::File, io, os::unix::fs::FileExt as _, path::Path};

/// The lines before a place in a file.
#[derive(Debug)]
pub(super) struct Lines {
    file: File,
    /// Bytes that are read at once.
    block: u64,
    /// Where in the file what is held begins.
    start: u64,
    /// What was read and not given; it ends where a line does, once that was looked for.
    held: Vec<u8>,
    is_cut: bool,
}

impl Lines {
    /// Those before `end`, without which it is that of the file; `None` where the file ends before it.
    pub(super) fn before(end: Option<u64>, path: &Path, block: u64) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let start = end.unwrap_or(length);
        Ok((start <= length).then_some(Self {
            file,
            block,
            start,
            held: Vec::new(),
            is_cut: false,
        }))
    }

    /// Behind the last line that was not given yet.
    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(length(&self.held))
    }

    /// The last line that was not given yet. What is read of the file for it is taken off `left`, which ends at 0.
    pub(super) fn last(&mut self, left: &mut u64) -> io::Result<Option<Vec<u8>>> {
        while !self.is_cut {
            // What follows the last end of a line is one that is being written.
            let end = position(&self.held).map(|at| at.saturating_add(1));
            self.is_cut = end.is_some() || self.start == 0;
            match end {
                None if !self.is_cut => self.read_on(left)?,
                end => self.held.truncate(end.unwrap_or_default()),
            }
        }
        loop {
            let before = self.held.split_last().and_then(|(_, rest)| position(rest));
            match before {
                Some(at) => return Ok(Some(self.held.split_off(at.saturating_add(1)))),
                None if self.start > 0 => self.read_on(left)?,
                None if self.held.is_empty() => return Ok(None),
                None => return Ok(Some(std::mem::take(&mut self.held))),
            }
        }
    }

    /// Reads the block before what is held.
    fn read_on(&mut self, left: &mut u64) -> io::Result<()> {
        let bytes = self.block.max(1).min(self.start);
        let start = self.start.saturating_sub(bytes);
        let mut held = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut held, start)?;
        held.append(&mut self.held);
        (self.held, self.start) = (held, start);
        *left = left.saturating_sub(bytes);
        Ok(())
    }
}

/// Where the last line ends in `bytes`.
fn position(bytes: &[u8]) -> Option<usize> {
    bytes.iter().rposition(|byte| *byte == b'\n')
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
