//! `Stock Changed`: whether a product is there.

use crate::{
    domain::{catalogue::StockChange, event::Event},
    engine::{state::batch::Batch, tenant::Published},
    store::Error,
};

impl Batch<'_> {
    /// Takes in whether a product is there; what is published since, where that changes anything.
    pub(super) fn note_stock(
        &mut self,
        event: &Event,
        change: &StockChange,
    ) -> Result<Option<Published>, Error> {
        self.change_product(&change.product, |product| {
            product.take_stock(change, &event.stamp())
        })
    }
}
