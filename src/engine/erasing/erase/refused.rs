//! Refused items that name somebody who is erased: what could not be read as an event may still hold their e-mail.
//!
//! Owns how a value is looked for in what was sent: as it is compared, in whatever letters, digits and punctuation a
//! sender wrote it. An item that names nothing of theirs cannot be told to be about them.

use std::{borrow::Cow, collections::BTreeSet, ops::ControlFlow};

use crate::{
    domain::{
        event::StreamPlace,
        identifier::{Kind, text::fold},
        identity::Key,
    },
    engine::{erasing::erase::Erasing, state::batch::Batch},
    store::{ErasureRecord, Error, KeyHash, Order, ProfileId, Read, RejectionRecord, Removed, View, keys},
};

/// Letters that a value has at least: less is found in anything.
const LETTERS_MIN: usize = 4;
/// Digits at the end of a number that tell it, whatever stands before them.
const DIGITS: usize = 9;

/// The values by which items are found.
#[derive(Default)]
struct Traces {
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Traces {
    fn of(keys: &[Key]) -> Self {
        let mut traces = Self::default();
        keys.iter().for_each(|key| traces.note(key));
        traces
    }

    /// Notes an identifier that is this person's.
    fn note(&mut self, key: &Key) {
        if key.value.chars().count() < LETTERS_MIN {
            return;
        }
        if key.kind == Kind::PHONE {
            let from = key.value.len().saturating_sub(DIGITS);
            self.numbers.extend(key.value.get(from..).map(str::to_owned));
        }
        self.texts.insert(key.value.to_lowercase());
    }

    /// Whether what was sent names one of them.
    fn are_in(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        let text = fold(&unescaped(&text)).to_lowercase();
        if self.texts.iter().any(|value| stands_in(value, &text)) {
            return true;
        }
        let dialled: String = text
            .chars()
            .filter(|letter| !matches!(letter, ' ' | '-' | '(' | ')' | '.' | '/'))
            .collect();
        let ends = |(at, number): (usize, &str)| {
            let behind = dialled.get(at.saturating_add(number.len())..);
            !behind.is_some_and(|behind| behind.starts_with(|next: char| next.is_ascii_digit()))
        };
        self.numbers
            .iter()
            .any(|number| dialled.match_indices(number.as_str()).any(ends))
    }
}

impl Batch<'_> {
    /// Deletes the refused items that name who is erased, and notes them. Nothing else is taken out before.
    pub(super) fn erase_refused(&mut self, erasure: &mut ErasureRecord) -> Result<(), Error> {
        let keys = self.graph().traces(&erasure.atoms, &erasure.keys)?;
        let traces = Traces::of(&keys);
        self.delete_refused(erasure, |kept| traces.are_in(&kept.body))
    }

    /// Deletes the refused items that name somebody who is erased elsewhere, known by `keys`: what is noted of them, or `None`
    /// where there is nothing.
    pub(crate) fn erase_refused_of(
        &mut self,
        erasing: Erasing,
        profile: ProfileId,
        keys: &[Key],
    ) -> Result<Option<ErasureRecord>, Error> {
        let mut hashes: Vec<KeyHash> = keys.iter().map(|key| self.keyring.key(key)).collect();
        hashes.sort_unstable();
        let mut erasure = ErasureRecord {
            id: erasing.id,
            at: erasing.at,
            batch: self.number,
            until: erasing.at,
            due: erasing.due,
            withdrawn: None,
            clearing: None,
            gone: None,
            profile,
            absorbed: Vec::new(),
            keys: hashes,
            atoms: Vec::new(),
            claims: Vec::new(),
            refused: Vec::new(),
            removed: Removed::default(),
        };
        let traces = Traces::of(keys);
        self.delete_refused(&mut erasure, |kept| traces.are_in(&kept.body))?;
        match erasure.removed.rejections {
            0 => Ok(None),
            _ => self.note_refused(erasure).map(Some),
        }
    }

    /// The same again over what came from before it, by where the items stand: of what they named nothing is kept.
    pub(crate) fn erase_refused_again(&mut self, erasure: &ErasureRecord) -> Result<ErasureRecord, Error> {
        let mut again = ErasureRecord {
            batch: self.number,
            withdrawn: None,
            gone: None,
            removed: Removed::default(),
            refused: Vec::new(),
            ..erasure.clone()
        };
        let is_theirs = |place: &StreamPlace| erasure.refused.contains(&place.sequence);
        self.delete_refused(&mut again, |kept| kept.origin.as_ref().is_some_and(is_theirs))?;
        again.refused.clone_from(&erasure.refused);
        self.note_refused(again)
    }

    fn delete_refused(
        &mut self,
        erasure: &mut ErasureRecord,
        is_theirs: impl Fn(&RejectionRecord) -> bool,
    ) -> Result<(), Error> {
        let (mut found, mut places) = (Vec::new(), Vec::new());
        self.overlay
            .scan_prefix(keys::REJECTIONS, Order::Ascending, &mut |key, value| {
                let kept: RejectionRecord = self.overlay.decoded(value)?;
                if is_theirs(&kept) {
                    found.push(key.to_vec());
                    places.extend(kept.origin.map(|place| place.sequence));
                }
                Ok(ControlFlow::Continue(()))
            })?;
        let rejections = u64::try_from(found.len()).unwrap_or(u64::MAX);
        found.into_iter().for_each(|key| self.overlay.delete(key));
        erasure.refused.extend(places);
        erasure.removed = erasure.removed.and(Removed {
            rejections,
            ..Removed::default()
        });
        Ok(())
    }

    /// Notes it, and the messages that are to be deleted in the input stream: one that holds what is not consumed yet stays
    /// until it is.
    fn note_refused(&mut self, erasure: ErasureRecord) -> Result<ErasureRecord, Error> {
        for place in &erasure.refused {
            self.overlay.put(keys::undeleted(*place), Vec::new());
        }
        self.overlay.put_record(keys::erasure(erasure.id), &erasure)?;
        self.overlay.put(keys::pending(erasure.id), Vec::new());
        Ok(erasure)
    }
}

/// Whether a value stands in a text as a whole, and not as a part of a longer one.
fn stands_in(value: &str, text: &str) -> bool {
    text.match_indices(value).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at.saturating_add(found.len())..);
        let behind = behind.and_then(|behind| behind.chars().next());
        !before.into_iter().chain(behind).any(char::is_alphanumeric)
    })
}

/// A text with the letters that JSON wrote as numbers.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split("\\u");
    let mut letters = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) => {
                letters.push(letter);
                letters.push_str(part.get(4..).unwrap_or_default());
            }
            None => letters.push_str(part),
        }
    }
    Cow::Owned(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_however_it_was_written() {
        let traces = Traces {
            texts: BTreeSet::from(["sara@example.org".to_owned(), "+989123456789".to_owned()]),
            numbers: BTreeSet::from(["123456789".to_owned()]),
        };
        for (body, expected) in [
            (r#"{"email":"Sara@Example.org""#, true),
            (r#"{"phone":"0912 345-6789"}"#, true),
            ("{\"phone\":\"۰۹۱۲ ۳۴۵ ۶۷۸۹\"", true),
            (
                r#"{"phone":"\u06f0\u06f9\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9"}"#,
                true,
            ),
            (r#"{"phone":"0912 345-6780"}"#, false),
            (r#"{"at":91234567891}"#, false),
            (r#"{"email":"tamara.sara@example.org.uk"}"#, true),
            (r#"{"email":"masara@example.org"}"#, false),
            (r#"{"email":"sam@example.org","note":"\u00"}"#, false),
        ] {
            assert_eq!(traces.are_in(body.as_bytes()), expected, "{body}");
        }
    }
}
