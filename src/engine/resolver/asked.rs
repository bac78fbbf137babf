//! What a resolver, or who stands by for it, is asked: where a customer is.

use crate::{
    domain::identity::Key,
    engine::{
        queries::answer::{Query, QueryError},
        resolver::components::component_of,
    },
    store::{ComponentRecord, Read, keys},
};

impl Query {
    /// The partition that has whoever holds or mentions a value, from 0; `None` where no event named it, and of a tenant
    /// without partitions.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn partition_of(&self, key: &Key) -> Result<Option<u32>, QueryError> {
        let hash = self.keyring().key(key);
        // A commit may come between two reads: then the component that was found was taken in by another meanwhile.
        while let Some(found) = component_of(self.store(), hash)? {
            let record: Option<ComponentRecord> = self.store().record(&keys::component(found.component))?;
            match record {
                Some(record) => return Ok(Some(record.partition)),
                None if component_of(self.store(), hash)? == Some(found) => return Ok(None),
                None => {}
            }
        }
        Ok(None)
    }
}
