//! Components: values that are connected, each known by the value with which it began.
//!
//! A component that another took in is not written anew: the value with which it began leads to the other from then on, and is
//! listed there. So to unite two costs as much as to unite two others, however many values they have; and as the smaller one
//! leads to the larger, no value is many steps from where it belongs.

use crate::store::{Error, KeyHash, LinkedRecord, Read, keys};

/// The component that a value is in, and whether it leads there by another that was taken in; `None` of a value that nobody
/// named.
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

/// Where a value leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) component: KeyHash,
    /// Whether its own record names it.
    pub(crate) is_direct: bool,
}
