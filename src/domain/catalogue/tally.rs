//! A bounded count: how often each of many was seen, of which the most frequent are kept.
//!
//! While there are no more than [`Tally::MOST`], counts are exact and depend on no order. Beyond that the least frequent
//! makes room for what is new, which takes its count over (the *space-saving* count): what is frequent stays, with a count
//! that is never too low, but the counts then depend on the order of arrival.

use std::collections::BTreeMap;

use crate::domain::time::Timestamp;

/// Counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often each was seen.
    pub counts: BTreeMap<String, u64>,
    /// When what was counted last happened.
    pub last: Timestamp,
}

impl Tally {
    /// How many are counted by themselves.
    pub const MOST: usize = 64;

    /// One more.
    pub fn add(&mut self, name: &str) {
        if let Some(count) = self.counts.get_mut(name) {
            *count = count.saturating_add(1);
            return;
        }
        let taken_over = match self.counts.len() < Self::MOST {
            true => 0,
            false => self.make_room(),
        };
        self.counts.insert(name.to_owned(), taken_over.saturating_add(1));
    }

    /// One less; what is seen no more is not kept.
    pub fn take(&mut self, name: &str) {
        if let Some(count) = self.counts.get_mut(name) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(name);
            }
        }
    }

    /// The least frequent goes, of several the last by name; how often it was seen.
    fn make_room(&mut self) -> u64 {
        let least = self
            .counts
            .iter()
            .min_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        let least = least.map(|(name, count)| (name.clone(), *count));
        least.map_or(0, |(name, count)| {
            self.counts.remove(&name);
            count
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn while_all_have_room_the_order_does_not_matter(names in prop::collection::vec(0u8..64, 0..300)) {
            let of = |names: &mut dyn Iterator<Item = &u8>| {
                let mut tally = Tally::default();
                names.for_each(|name| tally.add(&name.to_string()));
                tally
            };
            prop_assert_eq!(of(&mut names.iter()), of(&mut names.iter().rev()));
        }

        #[test]
        fn there_are_never_more_than_the_bound_and_no_count_is_too_low(names in prop::collection::vec(0u16..200, 0..900)) {
            let (mut tally, mut exact) = (Tally::default(), BTreeMap::<String, u64>::new());
            for name in names {
                tally.add(&name.to_string());
                *exact.entry(name.to_string()).or_default() += 1;
            }
            prop_assert!(tally.counts.len() <= Tally::MOST);
            for (name, count) in &tally.counts {
                prop_assert!(*count >= exact[name]);
            }
        }
    }

    #[test]
    fn what_is_taken_back_is_counted_no_more() {
        let mut tally = Tally::default();
        for name in ["a", "a", "b"] {
            tally.add(name);
        }
        for name in ["a", "b", "c"] {
            tally.take(name);
        }
        assert_eq!(tally.counts, BTreeMap::from([("a".to_owned(), 1)]));
    }
}
