//! Chance from a seed. Draws are made here, not by `rand`'s distributions, whose results may change between versions.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of draws.
#[derive(Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `bound`, 0 where `bound` is 0. The bias of a multiplication is far below what anybody notices.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let scaled = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(scaled >> 32).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn within(&mut self, low: u32, high: u32) -> u32 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True so many times in a thousand.
    pub(crate) fn per_mille(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    /// One of `items`; the default where there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.index(items.len())).copied().unwrap_or_default()
    }

    /// A position in a list of `length`.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let bound = u32::try_from(length).unwrap_or(u32::MAX);
        usize::try_from(self.below(bound)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn draws_stay_in_their_bounds_and_reach_them() {
        let mut dice = Dice::new(3);
        let draws: Vec<u32> = (0..500).map(|_| dice.within(4, 6)).collect();
        assert_eq!(draws.iter().min(), Some(&4));
        assert_eq!(draws.iter().max(), Some(&6));
        assert_eq!((dice.below(0), dice.below(1), dice.within(7, 7)), (0, 0, 7));
        assert_eq!(dice.pick::<u8>(&[]), 0);
        assert!(!dice.per_mille(0) && dice.per_mille(1_000));
    }

    #[test]
    fn draws_are_the_same_on_every_machine() {
        let mut dice = Dice::new(7);
        let draws: Vec<u32> = (0..5).map(|_| dice.below(1_000)).collect();
        assert_eq!(draws, [140, 157, 182, 167, 270]);
    }
}
