//! Read access to one ordered key space. It owns the meaning of a range and must never know what a key
//! means. Implemented by [`crate::store::Store`] for committed state and by the engine's overlay for the
//! batch in progress; called by whoever reads records.

use std::ops::ControlFlow;

use crate::store::Error;

/// A value as it is stored: shared, so that a clone is cheap.
pub use sled::IVec as Bytes;

/// What is done with each key and its value: go on, stop, or fail.
pub type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Error> + 'a;

/// From which end a range is visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// Read access to one ordered key space.
pub trait View {
    /// The value of `key`, if it has one.
    ///
    /// # Errors
    /// When the underlying storage cannot be read.
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error>;

    /// Visits the keys from `from` (included) to `to` (excluded) until `visit` breaks. An empty `to` is the
    /// end of the key space; a range that ends before it starts is empty.
    ///
    /// # Errors
    /// When the underlying storage cannot be read, and whatever `visit` answers.
    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error>;

    /// Whether more keys than `most` start with `prefix`, as far as that is known without reading any.
    fn has_more_than(&self, _prefix: &[u8], _most: usize) -> bool {
        false
    }

    /// Hears of a value that could not be decoded: a store remembers that it is damaged.
    fn refused(&self, _error: &Error) {}

    /// Visits the keys that start with `prefix` until `visit` breaks.
    ///
    /// # Errors
    /// As [`View::scan`].
    fn scan_prefix(&self, prefix: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        self.scan(prefix, &prefix_end(prefix), order, visit)
    }
}

/// The smallest key above all keys that start with `prefix`; empty, so the end of the key space, if the
/// prefix is empty or all 0xff.
fn prefix_end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_the_next_prefix_of_its_length() {
        let check = |prefix: &[u8], end: &[u8]| assert_eq!(prefix_end(prefix), end, "{prefix:?}");
        check(b"a", b"b");
        check(b"ab", b"ac");
        check(b"a\xff", b"b");
        check(b"a\xff\xff", b"b");
        check(b"\x01\x00", b"\x01\x01");
        check(b"\xff\xff", b"");
        check(b"", b"");
    }
}
