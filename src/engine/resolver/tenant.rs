//! What the tenant said of itself before there was a partition: products, offers and agents, as the resolver has them; and by what
//! its customers are ranked. What is said meanwhile goes to all.

use std::ops::ControlFlow;

use crate::{
    engine::{error::Error as WriteError, parting::Routed, resolver::step::Run},
    store::{Error, Order, ParcelRecord, View, keys, keys::catalogue, keys::value},
};

/// Bytes of rows that go at once, about: far below what servers take as one message.
const BYTES: usize = 128 << 10;
/// Rows that go at once for each customer who might: a step that does less takes fewer.
const ROWS: usize = 64;

/// A row of the store: its key, and its value.
type Row = (Vec<u8>, Vec<u8>);

impl Run<'_> {
    /// Has the next few rows put into all partitions that lack them; where there are no more, they have all.
    ///
    /// ORDER: all that comes behind this commit goes to these partitions too, and what came before it lies in the rows. So a row is
    /// never older than what a partition has of the same.
    pub(super) fn tell_of_tenant(&mut self, most: usize) -> Result<(), WriteError> {
        let rows = self.rows_behind(&self.spread.up_to, most.saturating_mul(ROWS))?;
        let Some((last, _)) = rows.last() else {
            self.spread.told = self.spread.partitions;
            self.spread.up_to = Vec::new();
            return Ok(());
        };
        self.spread.up_to = last.clone();
        let record = ParcelRecord { rows };
        for partition in self.spread.told..self.spread.partitions {
            let put = Routed::Put(self.next_move(), record.clone());
            self.send(&put, partition)?;
        }
        Ok(())
    }

    /// Has all partitions rank their customers by what is kept now.
    pub(super) fn tell_of_scale(&mut self) -> Result<(), WriteError> {
        let Some(scale) = self.batch.overlay.get(value::SCALE)? else {
            return Ok(());
        };
        let record = ParcelRecord {
            rows: vec![(value::SCALE.to_vec(), scale.to_vec())],
        };
        for partition in 0..self.partitions.get() {
            let put = Routed::Put(self.next_move(), record.clone());
            self.send(&put, partition)?;
        }
        Ok(())
    }

    /// At most so many rows behind one, in the order of their keys.
    fn rows_behind(&self, up_to: &[u8], most: usize) -> Result<Vec<Row>, Error> {
        let (mut rows, mut bytes) = (Vec::new(), 0_usize);
        let behind = [up_to, &[0]].concat();
        for (from, to) in [
            (keys::AGENTS, keys::AGENTS_END),
            (catalogue::TOLD, catalogue::TOLD_END),
            (value::SCALE, value::SCALE_END),
        ] {
            let from = from.max(behind.as_slice());
            let view = &self.batch.overlay;
            view.scan(from, to, Order::Ascending, &mut |key, value| {
                if rows.len() >= most || bytes >= BYTES {
                    return Ok(ControlFlow::Break(()));
                }
                bytes = bytes.saturating_add(key.len()).saturating_add(value.len());
                rows.push((key.to_vec(), value.to_vec()));
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(rows)
    }
}
