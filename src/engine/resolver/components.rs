//! Components: values that are connected, each known by the value with which it began.
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
    engine::overlay::Overlay,
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
}

/// The component that a value is in; `None` of a value that nobody named.
pub(crate) fn component_of(view: &impl Read, key: KeyHash) -> Result<Option<Found>, Error> {
    let Some(linked) = view.record::<LinkedRecord>(&keys::linked(key))? else {
        return Ok(None);
    };
    let mut found = Found {
        component: linked.component,
        is_direct: true,
    };
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

/// All values of a component, in their order.
pub(crate) fn values_of(view: &impl Read, component: KeyHash) -> Result<BTreeSet<KeyHash>, Error> {
    let mut values = BTreeSet::new();
    let mut of = vec![component];
    while let Some(component) = of.pop() {
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

/// Which of so many partitions is the turn of what has this hash: falls the same each time, and evenly.
pub(crate) fn turn(hash: [u8; 16], partitions: NonZeroU32) -> u32 {
    let hash = u128::from_be_bytes(hash);
    let turn = hash.checked_rem(u128::from(partitions.get()));
    turn.and_then(|turn| u32::try_from(turn).ok()).unwrap_or_default()
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
    for (value, found) in led {
        if found.is_none() {
            overlay.put(keys::link(id, value), Vec::new());
            record.keys = record.keys.saturating_add(1);
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
    }))
}

/// A component that begins with a value.
fn begun(id: KeyHash, partitions: NonZeroU32) -> ComponentRecord {
    ComponentRecord {
        partition: turn(id.0, partitions),
        ..ComponentRecord::default()
    }
}
