//! Where the partitions of a tenant are answered for in this process: by whom, at the moment.

use std::sync::{Arc, PoisonError, RwLock};

use crate::engine::writer::handle::Handle;

/// The partitions of a tenant, by their numbers. Clones have the same ones.
#[derive(Clone, Debug)]
pub struct Seats(Arc<[Seat]>);

/// One partition, for whoever serves it to say so. Clones are of the same one.
#[derive(Clone, Debug, Default)]
pub struct Seat(Arc<RwLock<Option<Handle>>>);

impl Seats {
    /// So many, of which none is served yet.
    pub fn new(partitions: u32) -> Self {
        Self((0..partitions).map(|_| Seat::default()).collect())
    }

    /// Where whoever serves a partition says so; `None` where there is none of this number.
    pub fn seat(&self, index: u32) -> Option<Seat> {
        self.0.get(usize::try_from(index).ok()?).cloned()
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// All of them, in the order of their numbers; `None` where one is not served now.
    pub fn all(&self) -> Option<Vec<Handle>> {
        self.0.iter().map(Seat::handle).collect()
    }
}

impl Seat {
    /// The partition is answered for by `handle` from now on.
    pub fn take(&self, handle: &Handle) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(handle.clone());
    }

    /// The partition is not served any more.
    pub fn leave(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Who answers for the partition now, if anybody does.
    pub fn handle(&self) -> Option<Handle> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
