//! The bound on how deep stored types may be nested. It owns one counter per thread, which codecs made by
//! [`macro@crate::store::layout`] hold while they are inside a value: a hostile record of nested lists must end in
//! an error, never in an overflow of the stack, which no caller can catch.

use std::cell::Cell;

/// Levels of stored types inside one another. A level takes at most a few KiB of stack in a debug build, so
/// this many fit the 2 MiB of a thread with room to spare.
pub(crate) const LEVELS_MAX: u32 = 64;

/// The cause that both directions report, so that what was encoded can also be decoded.
pub(crate) const TOO_DEEP: &str = "nested too deep";

thread_local! {
    static LEVELS: Cell<u32> = const { Cell::new(0) };
}

/// One level, left when dropped.
pub(crate) struct Level(());

impl Level {
    /// Goes one level down, or answers `None` when that would be one too many.
    pub(crate) fn enter() -> Option<Self> {
        LEVELS.with(|levels| {
            let entered = levels.get() + 1;
            (entered <= LEVELS_MAX).then(|| {
                levels.set(entered);
                Self(())
            })
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVELS.with(|levels| levels.set(levels.get().saturating_sub(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_given_back() {
        for _ in 0..2 {
            let held: Vec<Level> = std::iter::from_fn(Level::enter).collect();
            assert_eq!(held.len(), usize::try_from(LEVELS_MAX).unwrap());
        }
    }
}
