//! Components: values that are connected, each known by the value with which it began.
//!
//! Most have no other value, and are one row: of one that no other took in, the value with which it began leads nowhere.
//!
//! A component that another took in is not written anew: the value with which it began leads to the other from then on, and is
//! listed there. So to unite two costs as much as to unite two others, however many values they have; and as the smaller one
//! leads to the larger, no value is many steps from where it belongs.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    ops::ControlFlow,
};

use crate::{
    engine::state::overlay::Overlay,
    store::{ComponentRecord, Error, KeyHash, LinkedRecord, Order, Read, keys},
};

/// Where a value leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) component: KeyHash,
    /// Whether its own record names it.
    pub(crate) is_direct: bool,
}

/// Who has to leave their partition, since they are connected with others elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaving {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// All values that connect them.
    pub(crate) keys: Vec<KeyHash>,
}

/// What uniting came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct United {
    /// The partition that has all of them from now on.
    pub(crate) partition: u32,
    pub(crate) leaving: Vec<Leaving>,
    /// The values that nobody named before.
    pub(crate) new: Vec<KeyHash>,
}

/// The component that a value is in; `None` of a value that nobody named.
pub(crate) fn component_of(view: &impl Read, key: KeyHash) -> Result<Option<Found>, Error> {
    let mut found = Found {
        component: key,
        is_direct: true,
    };
    match view.record::<LinkedRecord>(&keys::linked(key))? {
        Some(linked) => found.component = linked.component,
        None if view.get(&keys::component(key))?.is_some() => return Ok(Some(found)),
        // A commit may come between two reads: then another took it in meanwhile.
        None => match view.record::<LinkedRecord>(&keys::linked(key))? {
            Some(linked) => found.component = linked.component,
            None => return Ok(None),
        },
    }
    loop {
        let linked: Option<LinkedRecord> = view.record(&keys::linked(found.component))?;
        match linked {
            Some(linked) if linked.component != found.component => {
                found = Found {
                    component: linked.component,
                    is_direct: false,
                };
            }
            Some(_) | None => return Ok(Some(found)),
        }
    }
}

/// The partition that has whoever a value leads to; `None` of a value that nobody named.
pub(crate) fn partition_of(view: &impl Read, key: KeyHash) -> Result<Option<u32>, Error> {
    let Some(found) = component_of(view, key)? else {
        return Ok(None);
    };
    let record: Option<ComponentRecord> = view.record(&keys::component(found.component))?;
    Ok(record.map(|record| record.partition))
}

/// All values of a component, in their order.
pub(crate) fn values_of(view: &impl Read, component: KeyHash) -> Result<BTreeSet<KeyHash>, Error> {
    let mut values = BTreeSet::new();
    let mut of = vec![component];
    while let Some(component) = of.pop() {
        values.insert(component);
        for (prefix, is_component) in [(keys::links(component), false), (keys::taken_in(component), true)] {
            view.scan_prefix(&prefix, Order::Ascending, &mut |key, _| {
                let value = keys::pointee(key).map(KeyHash);
                match is_component {
                    true => of.extend(value),
                    false => values.extend(value),
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
    }
    Ok(values)
}

/// Which of so many partitions is the turn of what has this hash: falls the same each time, and evenly. Where there are more of
/// them, nobody's turn is another than before but theirs who go to one of the new.
pub(crate) fn turn(hash: [u8; 16], partitions: NonZeroU32) -> u32 {
    let hash = u128::from_be_bytes(hash);
    (0..partitions.get())
        .max_by_key(|partition| drawn(hash, *partition))
        .unwrap_or_default()
}

/// What a partition draws for a hash: whoever draws most has it.
fn drawn(hash: u128, partition: u32) -> u128 {
    /// Odd, and with as many ones as zeros about.
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let mut drawn = hash ^ u128::from(partition).wrapping_add(1).wrapping_mul(ODD);
    for _ in 0..2 {
        drawn = (drawn ^ (drawn >> 67)).wrapping_mul(ODD);
    }
    drawn ^ (drawn >> 64)
}

/// Makes one component of all that these values are in, and of those that none is in; so many events more are theirs. The one
/// with the most events takes the others in. `None` of no values.
pub(crate) fn unite(
    overlay: &mut Overlay<'_>,
    values: &BTreeSet<KeyHash>,
    events: u64,
    partitions: NonZeroU32,
) -> Result<Option<United>, Error> {
    let Some(first) = values.first() else {
        return Ok(None);
    };
    let (mut components, mut led) = (BTreeMap::new(), BTreeMap::new());
    for value in values {
        let found = component_of(overlay, *value)?;
        led.insert(*value, found);
        if let Some(found) = found
            && !components.contains_key(&found.component)
        {
            let record: Option<ComponentRecord> = overlay.record(&keys::component(found.component))?;
            components.insert(
                found.component,
                record.unwrap_or_else(|| begun(found.component, partitions)),
            );
        }
    }
    let largest = components
        .iter()
        .max_by_key(|(id, record)| (record.events, Reverse(**id)));
    let (id, mut record) = match largest {
        Some((id, record)) => (*id, *record),
        None => (*first, begun(*first, partitions)),
    };
    components.remove(&id);
    let mut leaving = Vec::new();
    for (other, theirs) in components {
        if theirs.partition != record.partition {
            leaving.push(Leaving {
                from: theirs.partition,
                to: record.partition,
                keys: values_of(overlay, other)?.into_iter().collect(),
            });
        }
        overlay.put_record(keys::linked(other), &LinkedRecord { component: id })?;
        overlay.put(keys::take_in(id, other), Vec::new());
        overlay.delete(keys::component(other));
        record.events = record.events.saturating_add(theirs.events);
        record.keys = record.keys.saturating_add(theirs.keys);
    }
    let mut new = Vec::new();
    for (value, found) in led {
        if found.is_none() {
            record.keys = record.keys.saturating_add(1);
            new.push(value);
        }
        if value == id {
            continue;
        }
        if found.is_none() {
            overlay.put(keys::link(id, value), Vec::new());
        }
        // Whoever comes again finds it at once.
        if found.is_none_or(|found| !found.is_direct) {
            overlay.put_record(keys::linked(value), &LinkedRecord { component: id })?;
        }
    }
    record.events = record.events.saturating_add(events);
    overlay.put_record(keys::component(id), &record)?;
    Ok(Some(United {
        partition: record.partition,
        leaving,
        new,
    }))
}

/// A component that begins with a value.
fn begun(id: KeyHash, partitions: NonZeroU32) -> ComponentRecord {
    ComponentRecord {
        partition: turn(id.0, partitions),
        ..ComponentRecord::default()
    }
}
