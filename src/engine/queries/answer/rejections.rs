//! What was refused, for whoever asks.

use std::{cmp::Reverse, ops::ControlFlow};

use crate::{
    engine::queries::{
        answer::{Numbered, Query, QueryError},
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
        for (partition, query) in self.all() {
            let here = query.rejections_here(limit)?.into_iter();
            rejections.extend(here.map(|view| told(partition, view)));
        }
        // Each has its own in their order already.
        rejections.sort_by_key(|view| Reverse(view.at));
        rejections.truncate(limit);
        Ok(rejections)
    }

    fn rejections_here(&self, limit: usize) -> Result<Vec<RejectionView>, QueryError> {
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
        let Numbered { partition, number } = Numbered::read(sequence);
        let Some((_, query)) = self.all().find(|(index, _)| *index == partition) else {
            return Ok(None);
        };
        let record = query.store.record(&keys::rejection(number))?;
        Ok(record.map(|record| RejectionView::of(sequence, record)))
    }
}

/// The same, by a number that says who keeps it.
fn told(partition: Option<u32>, view: RejectionView) -> RejectionView {
    let number = view.sequence;
    RejectionView {
        sequence: Numbered { partition, number }.told(),
        ..view
    }
}
