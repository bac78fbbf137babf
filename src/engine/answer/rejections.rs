//! What was refused, for whoever asks.

use std::ops::ControlFlow;

use crate::{
    engine::{
        answer::{Query, QueryError},
        query::RejectionView,
    },
    store::{Order, Read, View, keys},
};

impl Query {
    /// The latest refused items.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rejections(&self, limit: usize) -> Result<Vec<RejectionView>, QueryError> {
        let mut rejections = Vec::new();
        self.store
            .scan_prefix(keys::REJECTIONS, Order::Descending, &mut |key, value| {
                if rejections.len() >= limit {
                    return Ok(ControlFlow::Break(()));
                }
                let sequence = keys::rejection_sequence(key).unwrap_or_default();
                rejections.push(RejectionView::of(sequence, self.store.decoded(value)?));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(rejections)
    }

    /// A refused item by its number, if it is still kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rejection(&self, sequence: u64) -> Result<Option<RejectionView>, QueryError> {
        let record = self.store.record(&keys::rejection(sequence))?;
        Ok(record.map(|record| RejectionView::of(sequence, record)))
    }
}
