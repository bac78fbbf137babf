//! Changes laid over a key space, visited as if they were part of it. Knows no key and no store.

use std::{cmp::Ordering, ops::ControlFlow};

use crate::store::{Error, Order, Visit};

/// Visits what `below` visits with `changes` over it: a changed key has its new value, a deleted one is passed over.
/// Both are of the same range and in the same `order`.
///
/// # Errors
/// Those of `below` and of `visit`.
pub(crate) fn merge<'a>(
    changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    order: Order,
    below: impl FnOnce(&mut Visit<'_>) -> Result<(), Error>,
    visit: &mut Visit<'_>,
) -> Result<(), Error> {
    let mut changes = changes.peekable();
    let mut stopped = false;
    below(&mut |key, value| {
        while let Some((changed, _)) = changes.peek() {
            let side = match order {
                Order::Ascending => (*changed).cmp(key),
                Order::Descending => key.cmp(changed),
            };
            if side == Ordering::Greater {
                break;
            }
            if let Some((changed, Some(value))) = changes.next()
                && visit(changed, value)?.is_break()
            {
                stopped = true;
                return Ok(ControlFlow::Break(()));
            }
            if side == Ordering::Equal {
                return Ok(ControlFlow::Continue(()));
            }
        }
        let flow = visit(key, value)?;
        stopped = flow.is_break();
        Ok(flow)
    })?;
    for (changed, value) in changes {
        if stopped {
            break;
        }
        if let Some(value) = value {
            stopped = visit(changed, value)?.is_break();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Below = BTreeMap<Vec<u8>, Vec<u8>>;
    type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(0..3_u8, 1..3)
    }

    fn value() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), 1..2)
    }

    /// The first `most` entries that a merged visit in `order` sees.
    fn visited(below: &Below, changes: &Changes, order: Order, most: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut seen = Vec::new();
        let changed = changes
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()));
        let lower = |visit: &mut Visit<'_>| {
            let mut entries: Vec<_> = below.iter().collect();
            if order == Order::Descending {
                entries.reverse();
            }
            for (key, value) in entries {
                if visit(key, value)?.is_break() {
                    break;
                }
            }
            Ok(())
        };
        let mut visit = |key: &[u8], value: &[u8]| {
            seen.push((key.to_vec(), value.to_vec()));
            Ok(if seen.len() >= most {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        };
        match order {
            Order::Ascending => merge(changed, order, lower, &mut visit).unwrap(),
            Order::Descending => merge(changed.rev(), order, lower, &mut visit).unwrap(),
        }
        seen
    }

    proptest! {
        #[test]
        fn a_merged_visit_sees_what_an_applied_change_would_show(
            below in prop::collection::btree_map(key(), value(), 0..8),
            changes in prop::collection::btree_map(key(), prop::option::of(value()), 0..8),
            most in 1..10_usize,
        ) {
            let mut applied = below.clone();
            for (key, value) in &changes {
                match value {
                    Some(value) => applied.insert(key.clone(), value.clone()),
                    None => applied.remove(key),
                };
            }
            let expected: Vec<_> = applied.clone().into_iter().take(most).collect();
            prop_assert_eq!(visited(&below, &changes, Order::Ascending, most), expected);
            let expected: Vec<_> = applied.into_iter().rev().take(most).collect();
            prop_assert_eq!(visited(&below, &changes, Order::Descending, most), expected);
        }
    }
}
