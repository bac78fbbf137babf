//! Where a subscriber is: the ids of the events it is sent, by which it goes on after its connection broke.
//!
//! Owns what they look like: `<position>` for who follows, and for who still gets a snapshot `<position>/<profile>`, with
//! `/<version>` where that profile is ahead. To a client it is a text that it repeats.

use std::fmt;

use crate::engine::{Position, ProfileId};

/// How far a subscriber was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// Everything up to this position.
    At(Position),
    /// Some of a snapshot.
    Within(Place),
}

/// Within a snapshot: everything up to `position` about the profiles up to `told`, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) position: Position,
    pub(crate) told: Option<Told>,
}

/// The last profile of a snapshot that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) profile: ProfileId,
    /// Its version where that is newer than the position: its messages up to there would say it again.
    pub(crate) ahead: Option<u64>,
}

impl Place {
    /// The last profile that was told, and its version, where that is newer than the position.
    pub(crate) fn ahead(self) -> Option<(ProfileId, u64)> {
        let Told { profile, ahead } = self.told?;
        ahead.map(|version| (profile, version))
    }

    /// Before the first profile.
    pub(crate) const fn before_all(position: Position) -> Self {
        let told = None;
        Self { position, told }
    }
}

impl Cursor {
    /// What it is read from.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (position, place) = match text.split_once('/') {
            Some((position, place)) => (position, Some(place)),
            None => (text, None),
        };
        let position = Position(position.parse().ok()?);
        let Some(place) = place else {
            return Some(Self::At(position));
        };
        if place.is_empty() {
            return Some(Self::Within(Place::before_all(position)));
        }
        let (profile, ahead) = match place.split_once('/') {
            Some((profile, version)) => (profile, Some(version.parse().ok()?)),
            None => (place, None),
        };
        let profile = ProfileId::parse(profile)?;
        let told = Some(Told { profile, ahead });
        Some(Self::Within(Place { position, told }))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(position) => write!(out, "{position}"),
            Self::Within(Place { position, told: None }) => write!(out, "{position}/"),
            Self::Within(Place {
                position,
                told: Some(Told { profile, ahead }),
            }) => {
                write!(out, "{position}/{profile}")?;
                ahead.map_or(Ok(()), |version| write!(out, "/{version}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cursor() -> impl Strategy<Value = Cursor> {
        let told = (any::<[u8; 16]>(), any::<Option<u64>>()).prop_map(|(profile, ahead)| Told {
            profile: ProfileId(profile),
            ahead,
        });
        let within = (any::<u64>(), prop::option::of(told)).prop_map(|(position, told)| {
            let position = Position(position);
            Cursor::Within(Place { position, told })
        });
        prop_oneof![
            any::<u64>().prop_map(|position| Cursor::At(Position(position))),
            within
        ]
    }

    proptest! {
        #[test]
        fn what_a_client_repeats_is_read_as_it_was_meant(cursor in cursor()) {
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "x",
            "-1",
            "7/x",
            "7//",
            "7/00112233445566778899aabbccddeeff/",
            "/",
            "7 ",
        ] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
