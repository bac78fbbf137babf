//! Repairs: what one value does to many is carried out in small steps.
//!
//! A value that turns generic, or a block that crosses its cap, frees or joins all who hold it. Who brought that about is
//! looked at in the same commit, and of the others as many as one commit has room for; the rest is noted in the store and
//! follows, a few per commit and in turns with what comes. Until then they are shown where they were, and say that they are
//! pending; who was only shown with somebody who ended is with nobody, and looked at at once where an event of theirs comes, as
//! each is told of somebody. To look at an atom is to work out its component from what stands then, so the end is the same in
//! whatever order they are looked at, and whatever came meanwhile.

use std::{collections::BTreeSet, ops::ControlFlow};

use crate::{
    engine::state::{atoms::Atoms, batch::Batch},
    store::{AtomId, Error, Order, View, keys},
};

/// Who is still to be looked at again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    /// How many.
    pub(crate) left: u64,
    /// Behind which atom the next step goes on: so everybody has their turn.
    after: Option<AtomId>,
}

impl Repairs {
    /// What is noted in a store.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn noted(store: &impl View) -> Result<Self, Error> {
        let mut left = 0_u64;
        store.scan_prefix(keys::REPAIRS, Order::Ascending, &mut |_, _| {
            left = left.saturating_add(1);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Self { left, after: None })
    }
}

impl Batch<'_> {
    /// The next that are to be looked at again.
    pub(crate) fn due(&mut self, most: usize) -> Result<BTreeSet<AtomId>, Error> {
        let mut due = BTreeSet::new();
        if self.repairs.left == 0 || most == 0 {
            return Ok(due);
        }
        let after = self.repairs.after.take();
        let behind = after.map_or_else(|| keys::REPAIRS.to_vec(), keys::behind_repair);
        let mut last = None;
        // From where the last step ended, and then from the first again.
        for (from, to) in [(&*behind, keys::REPAIRS_END), (keys::REPAIRS, &*behind)] {
            self.overlay.scan(from, to, Order::Ascending, &mut |key, _| {
                if due.len() >= most {
                    return Ok(ControlFlow::Break(()));
                }
                if let Some(id) = keys::pointee(key).map(AtomId) {
                    due.insert(id);
                    last = Some(id);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        }
        self.repairs.after = last;
        self.touched.repaired = !due.is_empty();
        Ok(due)
    }

    /// Leaves an atom to be looked at again by a later commit.
    pub(crate) fn postpone(&mut self, id: AtomId) -> Result<(), Error> {
        let key = keys::repair(id);
        if self.overlay.atom(id)?.is_some() && self.overlay.get(&key)?.is_none() {
            self.overlay.put(key, Vec::new());
            self.repairs.left = self.repairs.left.saturating_add(1);
        }
        Ok(())
    }

    /// These were looked at: there is nothing left to be done about them.
    pub(crate) fn done(&mut self, reached: &BTreeSet<AtomId>) -> Result<(), Error> {
        for id in reached {
            if self.repairs.left == 0 {
                break;
            }
            let key = keys::repair(*id);
            if self.overlay.get(&key)?.is_some() {
                self.overlay.delete(key);
                self.repairs.left = self.repairs.left.saturating_sub(1);
            }
        }
        Ok(())
    }
}
