//! Sorts places of recorded events in bounded memory: so many at a time are sorted and written to a file of their own, and
//! the files are read side by side.
//!
//! The files lie in a folder of the caller's, who removes it.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::{engine::folder::recorded::Place, tryout::error::TryError};

/// Places that are held at a time: 12 MiB.
const HELD_MAX: usize = 262_144;

/// Takes places in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    folder: PathBuf,
    held_max: usize,
    held: Vec<Place>,
    files: Vec<PathBuf>,
}

/// Gives them in theirs.
#[derive(Debug)]
pub(super) struct Sorted {
    files: Vec<(PathBuf, BufReader<File>)>,
    heads: BinaryHeap<Reverse<(Place, usize)>>,
}

impl Sorter {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            held_max: HELD_MAX,
            held: Vec::new(),
            files: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, place: Place) -> Result<(), TryError> {
        self.held.push(place);
        match self.held.len() < self.held_max {
            true => Ok(()),
            false => self.spill(),
        }
    }

    pub(super) fn sorted(mut self) -> Result<Sorted, TryError> {
        self.spill()?;
        let mut sorted = Sorted {
            files: Vec::with_capacity(self.files.len()),
            heads: BinaryHeap::with_capacity(self.files.len()),
        };
        for path in self.files {
            let file = File::open(&path).map_err(failed(&path))?;
            sorted.files.push((path, BufReader::new(file)));
            sorted.refill(sorted.files.len().saturating_sub(1))?;
        }
        Ok(sorted)
    }

    fn spill(&mut self) -> Result<(), TryError> {
        self.held.sort_unstable();
        let path = self.folder.join(format!("places-{}", self.files.len()));
        let write = || -> io::Result<()> {
            let mut file = BufWriter::new(File::create(&path)?);
            for place in &self.held {
                file.write_all(&place.to_bytes())?;
            }
            file.flush()
        };
        write().map_err(failed(&path))?;
        self.held.clear();
        self.files.push(path);
        Ok(())
    }
}

impl Sorted {
    /// The next; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Place>, TryError> {
        let Some(Reverse((place, file))) = self.heads.pop() else {
            return Ok(None);
        };
        self.refill(file)?;
        Ok(Some(place))
    }

    fn refill(&mut self, number: usize) -> Result<(), TryError> {
        let Some((path, file)) = self.files.get_mut(number) else {
            return Ok(());
        };
        let mut bytes = [0; Place::BYTES];
        match file.read_exact(&mut bytes) {
            Ok(()) => {
                let place = Place::of(&bytes).map(|place| Reverse((place, number)));
                self.heads.extend(place);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(failed(path)(error)),
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> TryError {
    let path = path.to_owned();
    move |source| TryError::Sort { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_memory_comes_out_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter {
            held_max: 7,
            ..Sorter::in_folder(folder.path())
        };
        let places: Vec<Place> = (0..100_u8)
            .map(|number| {
                let mut bytes = [number.wrapping_mul(37); Place::BYTES];
                bytes[7] = 0;
                Place::of(&bytes).unwrap()
            })
            .collect();
        for place in &places {
            sorter.push(*place).unwrap();
        }
        let mut sorted = sorter.sorted().unwrap();
        assert_eq!(sorted.files.len(), 15);
        let mut came = Vec::new();
        while let Some(place) = sorted.next().unwrap() {
            came.push(place);
        }
        let mut expected = places;
        expected.sort_unstable();
        assert_eq!(came, expected);
    }
}
