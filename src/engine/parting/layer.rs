//! The order in which rows leave a store and come into one, where that takes several commits: whoever reads in between finds
//! somebody with all that they are made of or not at all. In which segments they are and where they stand may have left before them.

use crate::store::keys::parting;

/// What a row is for. In this order rows leave, and in the other one they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    /// By it somebody is found, or has something done at a time.
    Found,
    /// It is of a profile: where that is no more, what is counted of it goes with the profile, and with it this row.
    Shown,
    /// It is a profile.
    Profile,
    /// What a profile is made of, and all else that is known.
    Made,
}

impl Layer {
    /// That of a row.
    pub(super) fn of(key: &[u8]) -> Self {
        match key.first() {
            Some(b'P') => Self::Profile,
            Some(b'm' | b'r') => Self::Shown,
            Some(b'A' | b'E' | b'F' | b'K' | b'S' | b'V' | b'W' | b'Z') => Self::Made,
            Some(b'H') if !key.starts_with(parting::NAMING) => Self::Made,
            _ => Self::Found,
        }
    }

    /// Where a row that comes stands among the others: a profile stands behind what says in which segments it is, as it is
    /// counted by these.
    fn coming(self) -> u8 {
        match self {
            Self::Made => 0,
            Self::Shown => 1,
            Self::Profile => 2,
            Self::Found => 3,
        }
    }
}

/// By this rows are in the order in which they leave.
pub(super) fn leaving(key: &[u8]) -> (Layer, &[u8]) {
    (Layer::of(key), key)
}

/// By this they are in the order in which they come.
pub(super) fn coming(key: &[u8]) -> (u8, &[u8]) {
    (Layer::of(key).coming(), key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{AtomId, KeyHash, ProfileId, keys};

    #[test]
    fn a_profile_is_there_only_while_all_is_that_it_is_made_of() {
        let (atom, profile) = (AtomId([1; 16]), ProfileId([2; 16]));
        let rows = [
            keys::atom(atom),
            keys::membership(profile),
            keys::profile(profile),
            parting::names(KeyHash([3; 16]), atom),
            keys::former(profile),
        ];
        let [made, shown, whole, named, former] = rows.each_ref().map(|key| key.as_slice());
        for found in [named, former] {
            assert!(leaving(found) < leaving(shown) && coming(found) > coming(whole));
        }
        assert!(leaving(shown) < leaving(whole) && leaving(whole) < leaving(made));
        assert!(coming(made) < coming(shown) && coming(shown) < coming(whole));
        assert_eq!(Layer::of(&parting::was_last(KeyHash([3; 16]), atom)), Layer::Made);
    }
}
