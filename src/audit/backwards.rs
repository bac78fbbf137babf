//! Reading backwards: who was told of somebody, the latest first, and of the files no more than a bound.
//!
//! What is written goes to the end alone, so a page that ends at a place is gone on with there, however much was written
//! since. A line that is being written has no end yet, and is none; nor was anybody told anything by it.

use std::{collections::BTreeSet, fmt, path::Path};

use serde::{Deserialize, Serialize};

use crate::audit::{AuditError, AuditLog, files, lines::Lines};

/// Bytes of the files that one page reads at most, but for what is left of a line.
const BYTES_MAX: u64 = 16 << 20;
/// Bytes that are read at once.
const BLOCK: u64 = 64 << 10;
/// Hexadecimal digits of each of the two numbers of a place.
const DIGITS: usize = 16;

/// That somebody was told of a person, as it was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When, in RFC 3339.
    pub at: String,
    /// Who asked.
    pub who: String,
    /// In which role.
    pub role: String,
    /// What they asked for.
    pub action: String,
    /// What for, where they said it.
    pub purpose: Option<String>,
    /// By which view they were told, where by one.
    pub view: Option<String>,
    /// How much they were shown: all, masked or nameless.
    pub shown: String,
}

/// Some of those who were told, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// They: fewer than were asked for, or nobody, where so many bytes were read before.
    pub told: Vec<Told>,
    /// Where the next page begins, if something is left to read.
    pub next: Option<Place>,
}

/// A place in the log: what is before it is still to be read. Shown, it is a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    file: u64,
    end: u64,
}

impl Place {
    /// Reads one that was shown.
    pub fn parse(text: &str) -> Option<Self> {
        let is_whole =
            text.len() == DIGITS.saturating_mul(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (file, end) = text.split_at_checked(DIGITS).filter(|_| is_whole)?;
        let number = |digits| u64::from_str_radix(digits, 16).ok();
        Some(Self {
            file: number(file)?,
            end: number(end)?,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}{:016x}", self.file, self.end)
    }
}

impl AuditLog {
    /// Who was told of a person, whose ids are `people`: `limit` of them at most, before `from`, where the last page ended.
    /// Reads files: not for a thread that others wait for.
    ///
    /// # Errors
    /// [`AuditError::NoSuchPlace`] where `from` is none of this log's; else where a file cannot be read, or a line of it.
    pub fn told_of(
        &self,
        people: &BTreeSet<String>,
        from: Option<Place>,
        limit: usize,
    ) -> Result<Page, AuditError> {
        let search = Search {
            limit,
            bytes_max: BYTES_MAX,
            block: BLOCK,
        };
        search.page(self.folder(), people, from)
    }
}

/// How much is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    pub(super) limit: usize,
    pub(super) bytes_max: u64,
    pub(super) block: u64,
}

impl Search {
    /// A page of a log that may be written to meanwhile.
    pub(super) fn page(
        self,
        folder: &Path,
        people: &BTreeSet<String>,
        from: Option<Place>,
    ) -> Result<Page, AuditError> {
        let mut numbers = files::numbers(folder)?;
        if let Some(from) = from {
            numbers.retain(|number| *number <= from.file);
            if numbers.last() != Some(&from.file) {
                return Err(AuditError::NoSuchPlace);
            }
        }
        let first = numbers.first().copied();
        let (mut page, mut left) = (Page::default(), self.bytes_max);
        for number in numbers.into_iter().rev() {
            let path = files::path(folder, number);
            let failed = |source| files::file("read", &path, source);
            let end = from.filter(|from| from.file == number).map(|from| from.end);
            let lines = Lines::before(end, &path, self.block).map_err(failed)?;
            let mut lines = lines.ok_or(AuditError::NoSuchPlace)?;
            loop {
                if page.told.len() >= self.limit || left == 0 {
                    let end = lines.end();
                    let is_more = end > 0 || first != Some(number);
                    page.next = is_more.then_some(Place { file: number, end });
                    return Ok(page);
                }
                // At least one line is read of each page: whoever asks on comes to the beginning.
                let Some(line) = lines.last(&mut left).map_err(failed)? else {
                    break;
                };
                let told = told(&line, people).map_err(|_| AuditError::Unreadable {
                    path: path.clone(),
                    at: lines.end(),
                })?;
                page.told.extend(told);
            }
        }
        Ok(page)
    }
}

/// What a line says, where it is about one of `people`.
fn told(line: &[u8], people: &BTreeSet<String>) -> serde_json::Result<Option<Told>> {
    #[derive(Deserialize)]
    struct About<'a> {
        #[serde(borrow)]
        people: Vec<&'a str>,
    }
    let json = match line.iter().position(|byte| *byte == b' ') {
        Some(space) => line.get(space..).unwrap_or_default(),
        None => line,
    };
    // Most lines are about others: of those no more is read than whom they are about.
    let about: About<'_> = serde_json::from_slice(json)?;
    let is_one = about.people.iter().any(|id| people.contains(*id));
    is_one.then(|| serde_json::from_slice(json)).transpose()
}
