//! What a medium was asked for, and what is left of it when power goes.
//!
//! What was synced is kept. Of each page that was written since, the old or the new content is there. Names of files and
//! what a file is cut to are kept at once.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use rand::{Rng, RngExt};

/// Bytes of a page.
const PAGE: usize = 4_096;
/// What the test itself writes down: one more request was acknowledged.
const ACKNOWLEDGED: u8 = b'A';

/// One thing that the medium was asked for.
pub struct Record {
    what: u8,
    path: PathBuf,
    offset: usize,
    content: Vec<u8>,
}

impl Record {
    pub fn is_acknowledgement(&self) -> bool {
        self.what == ACKNOWLEDGED
    }
}

/// Writes down in a trace that one more request was acknowledged.
pub fn acknowledged(trace: &Path) {
    let mut file = OpenOptions::new().append(true).open(trace).unwrap();
    let mut record = vec![ACKNOWLEDGED];
    record.extend([0; 16]);
    file.write_all(&record).unwrap();
}

/// What is in a trace, in order.
pub fn records(trace: &Path) -> Vec<Record> {
    let trace = fs::read(trace).unwrap();
    let (mut rest, mut records) = (trace.as_slice(), Vec::new());
    while let Some((what, behind)) = rest.split_first() {
        rest = behind;
        let path = text(&mut rest);
        let offset = number(&mut rest, 8);
        let length = number(&mut rest, 4);
        let content = rest.split_off(..length).unwrap().to_vec();
        records.push(Record {
            what: *what,
            path,
            offset,
            content,
        });
    }
    records
}

fn number(rest: &mut &[u8], bytes: usize) -> usize {
    let digits = rest.split_off(..bytes).unwrap().iter().rev();
    digits.fold(0, |number, digit| (number << 8) | usize::from(*digit))
}

fn text(rest: &mut &[u8]) -> PathBuf {
    let length = number(rest, 4);
    str::from_utf8(rest.split_off(..length).unwrap()).unwrap().into()
}

/// The files of a medium.
#[derive(Default)]
pub struct Disk(BTreeMap<PathBuf, Content>);

/// A file: as it is for sure, and as its writer sees it.
#[derive(Default)]
struct Content {
    synced: Vec<u8>,
    written: Vec<u8>,
}

impl Disk {
    /// Does what was asked for.
    pub fn take(&mut self, record: &Record) {
        let Record {
            what,
            path,
            offset,
            content,
        } = record;
        match what {
            b'W' => self.file(path).write(*offset, content),
            b'T' => self.file(path).cut(*offset),
            b'S' => {
                // A folder is synced too: names are kept at once here.
                if let Some(file) = self.0.get_mut(path) {
                    file.synced.clone_from(&file.written);
                }
            }
            b'U' => {
                self.0.remove(path);
            }
            b'R' => self.rename(path, Path::new(str::from_utf8(content).unwrap())),
            _ => assert!(record.is_acknowledgement()),
        }
    }

    fn file(&mut self, path: &Path) -> &mut Content {
        self.0.entry(path.to_owned()).or_default()
    }

    /// Renames a file, or the files below a folder.
    fn rename(&mut self, from: &Path, to: &Path) {
        let below: Vec<PathBuf> = self
            .0
            .keys()
            .filter(|path| path.starts_with(from))
            .cloned()
            .collect();
        for path in below {
            let file = self.0.remove(&path).unwrap();
            let name = path.strip_prefix(from).unwrap();
            // Joining nothing would leave a slash behind.
            let target = if name == Path::new("") {
                to.to_owned()
            } else {
                to.join(name)
            };
            self.0.insert(target, file);
        }
    }

    /// Leaves in `folder` what is there of the files below `root` after a loss of power, which each page that was not
    /// synced survives with these odds.
    pub fn lost_power(&self, (root, folder): (&Path, &Path), odds: f64, dice: &mut impl Rng) {
        for (path, content) in &self.0 {
            let target = folder.join(path.strip_prefix(root).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            let mut file = File::create(target).unwrap();
            file.write_all(&content.torn(odds, dice)).unwrap();
        }
    }
}

impl Content {
    fn write(&mut self, offset: usize, content: &[u8]) {
        let end = offset + content.len();
        if self.written.len() < end {
            self.written.resize(end, 0);
        }
        self.written[offset..end].copy_from_slice(content);
    }

    fn cut(&mut self, length: usize) {
        self.synced.truncate(length);
        self.written.resize(length, 0);
    }

    /// The file with those of its new pages that the medium took. Where none came behind the old end, it may end there, or
    /// hold nothing but zeros.
    fn torn(&self, odds: f64, dice: &mut impl Rng) -> Vec<u8> {
        let mut left = Vec::with_capacity(self.written.len());
        let mut end = self.synced.len();
        for (at, page) in self.written.chunks(PAGE).enumerate() {
            let start = at * PAGE;
            let before = self.synced.get(start..).unwrap_or_default();
            let before = &before[..before.len().min(PAGE)];
            if before == page || dice.random_bool(odds) {
                left.extend_from_slice(page);
                end = end.max(left.len());
            } else {
                left.extend_from_slice(&before[..before.len().min(page.len())]);
                left.resize(start + page.len(), 0);
            }
        }
        if dice.random_bool(0.5) {
            left.truncate(end);
        }
        left
    }
}
