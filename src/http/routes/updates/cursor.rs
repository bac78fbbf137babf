//! Where a subscriber is: the ids of the events it is sent, by which it goes on after its connection broke.
//!
//! Owns what they look like: where it is in what is published, and for who still gets a snapshot behind a stroke the last profile
//! of it, with `/<version>` where that profile is ahead: `<position>/<profile>/<version>`. To a client it is a text that it repeats.

use std::fmt;

use crate::engine::ProfileId;

/// How far a subscriber was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor<At> {
    /// Up to where: in one journal, or in several.
    pub(crate) at: At,
    /// Of whom, while it gets a snapshot; `None`: of everybody.
    pub(crate) copying: Option<Copying>,
}

/// How far a snapshot is told: everything up to where the subscriber is about the profiles up to this one, in the order of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Copying {
    /// `None` before the first.
    pub(crate) told: Option<Told>,
}

/// The last profile of a snapshot that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) profile: ProfileId,
    /// Its version where that is newer than where the subscriber is: its messages up to there would say it again.
    pub(crate) ahead: Option<u64>,
}

impl Copying {
    /// The last profile that was told, and its version, where that is newer than where the subscriber is.
    pub(crate) fn ahead(self) -> Option<(ProfileId, u64)> {
        let Told { profile, ahead } = self.told?;
        ahead.map(|version| (profile, version))
    }

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (profile, ahead) = match text.split_once('/') {
            Some((profile, version)) => (profile, Some(version.parse().ok()?)),
            None => (text, None),
        };
        let profile = ProfileId::parse(profile)?;
        let told = Some(Told { profile, ahead });
        Some(Self { told })
    }
}

impl<At> Cursor<At> {
    /// What it is read from; `at` reads where it is.
    pub(crate) fn parse(text: &str, at: impl FnOnce(&str) -> Option<At>) -> Option<Self> {
        let (place, copying) = match text.split_once('/') {
            Some((place, copying)) => (place, Some(Copying::parse(copying)?)),
            None => (text, None),
        };
        Some(Self {
            at: at(place)?,
            copying,
        })
    }
}

impl<At: fmt::Display> fmt::Display for Cursor<At> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.at)?;
        let Some(copying) = self.copying else {
            return Ok(());
        };
        write!(out, "/")?;
        let Some(Told { profile, ahead }) = copying.told else {
            return Ok(());
        };
        write!(out, "{profile}")?;
        ahead.map_or(Ok(()), |version| write!(out, "/{version}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Cursor<u64>> {
        Cursor::parse(text, |at| at.parse().ok())
    }

    fn cursor() -> impl Strategy<Value = Cursor<u64>> {
        let told = (any::<[u8; 16]>(), any::<Option<u64>>()).prop_map(|(profile, ahead)| Told {
            profile: ProfileId(profile),
            ahead,
        });
        let copying = prop::option::of(prop::option::of(told).prop_map(|told| Copying { told }));
        (any::<u64>(), copying).prop_map(|(at, copying)| Cursor { at, copying })
    }

    proptest! {
        #[test]
        fn what_a_client_repeats_is_read_as_it_was_meant(cursor in cursor()) {
            prop_assert_eq!(parse(&cursor.to_string()), Some(cursor));
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
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
