//! Access to atoms, whichever view they are read from.

use std::sync::Arc;

use crate::store::{AtomId, AtomRecord, Error, Read, Store, keys};

/// A view whose atoms can be read.
pub trait Atoms: Read {
    /// The atom `id`, if there is one.
    ///
    /// # Errors
    /// When it cannot be read or decoded.
    fn atom(&self, id: AtomId) -> Result<Option<Arc<AtomRecord>>, Error>;
}

impl Atoms for Store {
    fn atom(&self, id: AtomId) -> Result<Option<Arc<AtomRecord>>, Error> {
        Ok(self.record(&keys::atom(id))?.map(Arc::new))
    }
}
