//! `Price Changed`: what a product costs.

use crate::{
    domain::{catalogue::PriceChange, event::Event},
    engine::{state::batch::Batch, tenant::Published},
    store::Error,
};

impl Batch<'_> {
    /// Takes in what a product costs; what is published since, where that changes anything.
    pub(super) fn note_price(
        &mut self,
        event: &Event,
        change: &PriceChange,
    ) -> Result<Option<Published>, Error> {
        self.change_product(&change.product, |product| {
            product.take_price(change, &event.stamp())
        })
    }
}
