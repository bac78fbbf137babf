//! What event types mean for what the customer may hold the house to.

use crate::domain::profile::{
    aggregate::Aggregate,
    bounded::set,
    pledges::{About, Pledge, Thing},
    semantics::Reading,
};

impl Reading<'_> {
    /// A price that was quoted on this channel.
    pub(super) fn quoted(&self, aggregate: &mut Aggregate) {
        if let Some(id) = self.first_text(&["product_id", "sku"]) {
            self.pledge(
                aggregate,
                (Thing::Product, id),
                self.event.channel.clone(),
                String::new(),
            );
        }
    }

    /// What a message says of a product or an offer, or in words.
    pub(super) fn messaged(&self, aggregate: &mut Aggregate, way: &str, matter: &str) {
        let product = self.first_text(&["product_id", "sku"]);
        let offer = self.first_text(&["offer_id", "promotion_id"]);
        let priced = self.first_text(&["price"]).is_some();
        let (thing, id) = match (product, offer) {
            (Some(id), _) if priced => (Thing::Product, id),
            (_, Some(id)) => (Thing::Offer, id),
            _ if self.first_text(&["promise"]).is_some() => (Thing::Words, matter.to_owned()),
            _ => return,
        };
        self.pledge(aggregate, (thing, id), way.to_owned(), matter.to_owned());
    }

    fn pledge(
        &self,
        aggregate: &mut Aggregate,
        (thing, id): (Thing, String),
        channel: String,
        matter: String,
    ) {
        let pledge = Pledge {
            price: self.first_text(&["price", "amount"]),
            currency: self.first_text(&["currency"]),
            until: self.event.expires,
            words: self.first_text(&["promise", "name", "title"]),
            team: self.first_text(&["team"]),
        };
        let about = About {
            thing,
            id,
            channel,
            matter,
        };
        set(&mut aggregate.pledges.said, about, self.latest(pledge));
    }
}
