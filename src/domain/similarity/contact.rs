//! How alike two e-mail addresses or two telephone numbers are.
//!
//! Owns their levels. A difference says little: people have several.

use crate::domain::similarity::{edits, field::Level};

/// The letters that a user part has at least to say something.
const USER_LETTERS: usize = 4;
/// The digits at the end that are one subscriber's in most places.
const TAIL: usize = 7;

/// An address, split.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Email {
    pub(super) address: String,
    user: usize,
}

impl Email {
    pub(super) fn new(address: &str) -> Option<Self> {
        let address = address.trim().to_lowercase();
        let user = address.find('@').filter(|user| *user > 0)?;
        Some(Self { address, user })
    }

    pub(super) fn user(&self) -> &str {
        self.address.get(..self.user).unwrap_or_default()
    }

    /// The user part where it is long enough to say something.
    pub(super) fn telling_user(&self) -> Option<&str> {
        Some(self.user()).filter(|user| user.len() >= USER_LETTERS)
    }

    /// Whether the user part holds the name, and no number that would tell people of that name apart.
    pub(super) fn is_made_of(&self, name: &str) -> bool {
        let user = self.user();
        name.len() > 2 && user.contains(name) && !user.contains(|letter: char| letter.is_ascii_digit())
    }

    pub(super) fn level(&self, other: &Self) -> Level {
        if self.address == other.address {
            Level::Equal
        } else if self.telling_user().is_some() && self.user() == other.user() {
            Level::UserPart
        } else if self.address.len().abs_diff(other.address.len()) <= 1
            && edits(&self.address, &other.address) <= 1
        {
            Level::OneEdit
        } else {
            Level::Different
        }
    }
}

/// The digits of a number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phone {
    pub(super) digits: String,
}

impl Phone {
    pub(super) fn new(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        (digits.len() >= TAIL).then_some(Self { digits })
    }

    pub(super) fn tail(&self) -> &str {
        let start = self.digits.len().saturating_sub(TAIL);
        self.digits.get(start..).unwrap_or_default()
    }

    pub(super) fn level(&self, other: &Self) -> Level {
        if self.digits == other.digits {
            Level::Equal
        } else if self.tail() == other.tail() {
            Level::LastSeven
        } else if self.digits.len() == other.digits.len() && edits(&self.digits, &other.digits) <= 1 {
            Level::OneEdit
        } else {
            Level::Different
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, Level, Phone};

    #[test]
    fn addresses_and_numbers_have_levels() {
        let email = |a, b| Email::new(a).unwrap().level(&Email::new(b).unwrap());
        assert_eq!(email("sara@x.ir", "sara@x.ir"), Level::Equal);
        assert_eq!(email("sara@x.ir", "sara@gmail.com"), Level::UserPart);
        assert_eq!(email("robert25@x.net", "roberta25@x.net"), Level::OneEdit);
        assert_eq!(email("me@x.ir", "me@gmail.com"), Level::Different);
        let phone = |a, b| Phone::new(a).unwrap().level(&Phone::new(b).unwrap());
        assert_eq!(phone("+17029191300", "+17029191300"), Level::Equal);
        assert_eq!(phone("+12023213212", "3213212"), Level::LastSeven);
        assert_eq!(phone("+17029191300", "+17029191309"), Level::OneEdit);
        assert_eq!(phone("+17029191300", "+982122334455"), Level::Different);
    }
}
