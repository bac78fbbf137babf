//! `Offer Published` and `Offer Ended`: what is offered, and what no longer.

use crate::{
    domain::{catalogue::Terms, event::Event},
    engine::{state::batch::Batch, tenant::Published},
    store::Error,
};

impl Batch<'_> {
    /// Takes in what is offered; what is published since, where that changes anything.
    pub(super) fn note_offer(
        &mut self,
        event: &Event,
        id: String,
        terms: Terms,
    ) -> Result<Option<Published>, Error> {
        self.change_offer(id, |offer| offer.take_terms(terms, &event.stamp()))
    }

    /// Takes in that something is offered no longer.
    pub(super) fn note_offer_end(&mut self, event: &Event, id: String) -> Result<Option<Published>, Error> {
        self.change_offer(id, |offer| offer.take_end(&event.stamp()))
    }
}
