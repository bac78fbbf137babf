//! Masks: enough of a value to recognise it by, too little to use it.
//!
//! Never shows more than half of a value (the domain of an e-mail address aside).

use std::str::FromStr;

use crate::domain::{context::view::ViewError, identifier::Kind};

/// What a view hides, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mask {
    /// Nothing.
    None,
    /// The values of identifiers.
    Contacts,
    /// Those and the surname: what may be read over a counter.
    Surname,
}

impl Mask {
    /// Every mask, the most open first.
    pub const ALL: [Self; 3] = [Self::None, Self::Contacts, Self::Surname];

    /// The name in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Contacts => "contacts",
            Self::Surname => "surname",
        }
    }

    /// An identifier's value as this mask shows it.
    pub fn identifier(self, kind: &Kind, value: &str) -> String {
        match self {
            Self::None => value.to_owned(),
            Self::Contacts | Self::Surname if *kind == Kind::PHONE => phone(value),
            Self::Contacts | Self::Surname if *kind == Kind::EMAIL => email(value),
            Self::Contacts | Self::Surname => id(value),
        }
    }

    /// A surname as this mask shows it.
    pub fn surname(self, name: &str) -> String {
        match self {
            Self::None | Self::Contacts => name.to_owned(),
            Self::Surname => initial(name),
        }
    }
}

impl FromStr for Mask {
    type Err = ViewError;

    fn from_str(name: &str) -> Result<Self, ViewError> {
        Self::ALL
            .into_iter()
            .find(|mask| mask.as_str() == name)
            .ok_or(ViewError::Mask)
    }
}

/// Whether identifiers of `kind` are ever listed: a QR token, even as a hash, is a key and no name.
pub fn is_listed(kind: &Kind) -> bool {
    *kind != Kind::QR_TOKEN
}

/// The last four digits of a telephone number.
pub fn phone(value: &str) -> String {
    tail(value, 4)
}

/// The first letter of an e-mail address, and its domain.
pub fn email(value: &str) -> String {
    let Some((local, domain)) = value.rsplit_once('@') else {
        return id(value);
    };
    let mut letters = local.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(_)) => format!("{first}{HIDDEN}@{domain}"),
        _ => format!("{HIDDEN}@{domain}"),
    }
}

/// The last two characters of an id.
pub fn id(value: &str) -> String {
    tail(value, 2)
}

/// The first letter of a name and a point; nothing of an empty one.
pub fn initial(name: &str) -> String {
    name.trim()
        .chars()
        .next()
        .map(|letter| format!("{letter}."))
        .unwrap_or_default()
}

/// Stands for what is hidden, however long that is.
const HIDDEN: &str = "***";

fn tail(value: &str, keep: usize) -> String {
    let length = value.chars().count();
    let shown = keep.min(length / 2);
    HIDDEN
        .chars()
        .chain(value.chars().skip(length.saturating_sub(shown)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Mask, email, id, initial, is_listed, phone};
    use proptest::prelude::*;

    #[test]
    fn enough_is_left_to_recognise_a_value() {
        for (masked, expected) in [
            (phone("+989123456789"), "***6789"),
            (phone("1234"), "***34"),
            (phone(""), "***"),
            (email("sara.ahmadi@example.com"), "s***@example.com"),
            (email("s@example.com"), "***@example.com"),
            (email("\"a@b\"@example.com"), "\"***@example.com"),
            (email("no address"), "***ss"),
            (id("L-102"), "***02"),
            (id("ab"), "***b"),
            (id("a"), "***"),
            (initial(" احمدی"), "ا."),
            (initial(""), ""),
        ] {
            assert_eq!(masked, expected);
        }
    }

    #[test]
    fn each_mask_hides_what_the_one_before_it_hides() {
        let show = |mask: Mask| {
            (
                mask.identifier(&Kind::PHONE, "+989123456789"),
                mask.surname("Ahmadi"),
            )
        };
        assert_eq!(
            show(Mask::None),
            ("+989123456789".to_owned(), "Ahmadi".to_owned())
        );
        assert_eq!(show(Mask::Contacts), ("***6789".to_owned(), "Ahmadi".to_owned()));
        assert_eq!(show(Mask::Surname), ("***6789".to_owned(), "A.".to_owned()));
        assert_eq!(
            Mask::Contacts.identifier(&Kind::USER_ID, "sara@example.com"),
            "***om"
        );
        assert!(!is_listed(&Kind::QR_TOKEN) && is_listed(&Kind::ORDER_ID));
    }

    proptest! {
        #[test]
        fn no_mask_gives_a_value_away(value in "[^*\\pC]{2,40}") {
            for masked in [phone(&value), id(&value)] {
                prop_assert!(!masked.contains(&value));
                prop_assert!(masked.chars().count() - 3 <= value.chars().count() / 2);
            }
        }
    }
}
