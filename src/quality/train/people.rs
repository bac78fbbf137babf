//! How many people some faces are, at the least.
//!
//! Whoever is recorded twice, with a slip, may count as two by their own word. Here nobody counts who shares a key of
//! any aspect with one that was counted, nor who has none, so that one person with many records is never taken for many people.

use std::collections::BTreeSet;

use crate::quality::train::{aspect::Aspect, sample::Face};

/// Whether there are so many among `faces` of whom no two share a birth date, an address, both names, an id or an e-mail
/// address.
pub(super) fn are_at_least(people: usize, faces: &[&Face]) -> bool {
    let (mut found, mut met) = (0_usize, BTreeSet::new());
    for face in faces {
        if found >= people {
            break;
        }
        let keys = Aspect::ALL.into_iter().flat_map(|aspect| {
            let keys = aspect.keys(face);
            keys.into_iter().map(move |key| (aspect, key))
        });
        let keys: Vec<(Aspect, String)> = keys.collect();
        if !keys.is_empty() && keys.iter().all(|key| !met.contains(key)) {
            found = found.saturating_add(1);
            met.extend(keys);
        }
    }
    found >= people
}

#[cfg(test)]
mod tests {
    use super::are_at_least;
    use crate::quality::train::{pairs::tests::face, sample::Face};

    #[test]
    fn who_shares_a_name_or_a_birth_date_counts_once() {
        let faces = [
            face("Sara", "Karimi", "1980-02-03"),
            face("Sara", "Karimy", "1980-02-03"),
            face("Sara", "Karimi", "1981-02-03"),
            face("Sara", "Smith", "1990-05-06"),
            face("Sara", "Jones", ""),
        ];
        let faces: Vec<&Face> = faces.iter().collect();
        assert!(are_at_least(3, &faces));
        assert!(!are_at_least(4, &faces));
        assert!(!are_at_least(2, &faces[..3]));
        assert!(!are_at_least(1, &[]));
        let nameless = face("", "Jones", "1980");
        assert!(
            !are_at_least(1, &[&nameless]),
            "nothing tells that one from others"
        );
    }
}
