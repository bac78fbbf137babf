//! Whether the cells are what the customers add to them: looked at over a whole store, by whoever verifies it.

use std::{collections::HashMap, ops::ControlFlow};

use crate::{
    decide::experience::{Measure, Sums},
    engine::experience::cells::sums,
    store::{CellRecord, Error, Order, ShareRecord, TallyHash, View, codec, keys::experience as keys},
};

/// How many cells hold something else than their customers add. What is of no customer is not looked at, nor a day that is
/// counted no longer.
pub(crate) fn unsound(view: &impl View) -> Result<u64, Error> {
    let mut added: HashMap<(u32, TallyHash), Sums> = HashMap::new();
    view.scan_prefix(keys::SHARES, Order::Ascending, &mut |_, value| {
        let share: ShareRecord = codec::decode(value)?;
        for (at, part) in share.parts {
            let there = added.entry(at).or_default();
            *there = there.plus(sums(part));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let (mut first, mut unsound) = (None, 0_u64);
    view.scan_prefix(keys::CELLS, Order::Ascending, &mut |key, value| {
        let Some((day, names)) = keys::day_of(key).zip(keys::names_of(key)) else {
            return Ok(ControlFlow::Continue(()));
        };
        first.get_or_insert(day);
        let record: CellRecord = codec::decode(value)?;
        let is_theirs = record.name != Measure::Employee.named().name;
        let adds = added.remove(&(day, names)).unwrap_or_default();
        if is_theirs && adds != sums(record.sums) {
            unsound = unsound.saturating_add(1);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // A cell that is missing on a day that has others was not forgotten with it.
    let missing = added.iter().filter(|((day, _), sums)| {
        let is_counted = first.is_some_and(|first| *day >= first);
        is_counted && !sums.is_nothing()
    });
    Ok(unsound.saturating_add(u64::try_from(missing.count()).unwrap_or(u64::MAX)))
}
