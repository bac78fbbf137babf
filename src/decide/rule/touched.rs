//! Which parts of a profile an event touches: read off what it adds to one, so that what types of events mean is said in
//! `domain::profile` alone.

use std::collections::BTreeSet;

use crate::{
    decide::rule::reads::Part,
    domain::{
        event::Event,
        profile::{Aggregate, FoldLimits},
    },
};

/// The parts that may be other because of this event. Makes the whole of what the event adds: worth its cost once per event.
pub fn touched(event: &Event) -> BTreeSet<Part> {
    let adds = Aggregate::of(event, false, &FoldLimits::STANDARD);
    let dealings = &adds.dealings;
    let orders = !adds.orders.is_empty();
    let sales = !adds.sales.is_empty();
    let tickets = !adds.tickets.is_empty() || !dealings.complaints.is_empty();
    let offers = !adds.offers.is_empty() || !adds.offer_ends.is_empty();
    // Where an order stands says whether it counts, and whether what it holds was bought.
    [
        (Part::Cart, !adds.cart.is_empty() || adds.cart_emptied.is_some()),
        (Part::Wishlist, !adds.wishlist.is_empty()),
        (Part::Orders, orders),
        (Part::Totals, orders || sales),
        (Part::Bought, orders || !dealings.bought.is_empty()),
        (Part::Tickets, tickets),
        (Part::Offers, offers || !dealings.terms.is_empty()),
        (Part::Consent, !adds.consent.is_empty()),
        (Part::Counters, true),
        (Part::Kinds, !event.identifiers.is_empty()),
    ]
    .into_iter()
    .filter_map(|(part, is_touched)| is_touched.then_some(part))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{event::EventId, time::Timestamp, value::Value};

    fn parts(name: &str, property: (&str, &str)) -> Vec<Part> {
        let id = EventId {
            source: "test".to_owned(),
            id: "1".to_owned(),
        };
        let mut event = Event::plain(id, name, Timestamp::from_micros(1));
        let value = Value::Text(property.1.to_owned());
        event.properties.insert(property.0.to_owned(), value);
        touched(&event).into_iter().collect()
    }

    #[test]
    fn what_an_event_adds_is_what_it_touches() {
        use Part::{Bought, Cart, Counters, Offers, Orders, Tickets, Totals, Wishlist};
        let product = ("product_id", "p");
        for (name, property, expected) in [
            ("Page Viewed", ("url", "/"), vec![Counters]),
            ("product added", product, vec![Cart, Counters]),
            ("Cart Emptied", ("a", "b"), vec![Cart, Counters]),
            ("Product Added to Wishlist", product, vec![Wishlist, Counters]),
            (
                "Wishlist Product Added to Cart",
                product,
                vec![Cart, Wishlist, Counters],
            ),
            (
                "Order Shipped",
                ("order_id", "o"),
                vec![Orders, Bought, Totals, Counters],
            ),
            (
                "Order Completed",
                ("order_id", "o"),
                vec![Cart, Orders, Bought, Totals, Counters],
            ),
            ("Ticket Opened", ("ticket_id", "t"), vec![Tickets, Counters]),
            ("Offer Declined", ("offer_id", "o"), vec![Offers, Counters]),
        ] {
            assert_eq!(parts(name, property), expected, "{name}");
        }
    }
}
