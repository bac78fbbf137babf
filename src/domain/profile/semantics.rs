//! What the event types mean for a profile: the Segment specs' names and, for what they lack, those of our own in the
//! same style. A new event type that should open or close something goes here and nowhere else.
//!
//! Names are compared as tokens (`order_completed`), so spelling and case do not matter.

mod contacts;
mod dealings;
mod experience;
mod pledges;

use std::collections::BTreeMap;

use crate::domain::{
    amount::Amount,
    event::{Event, Stamp, token},
    profile::{
        aggregate::Aggregate,
        bounded::{Latest, set},
        contacts::Step,
        dealings::CallbackEnd,
        matters::{Call, Line, Offer, OfferEnd, OrderState, Sale, Ticket},
    },
    value::Value,
};

/// Writes into `aggregate` what `event` opens or closes, and says in a word what it is about.
pub(crate) fn read(event: &Event, stamp: &Stamp, aggregate: &mut Aggregate) -> Option<String> {
    let reading = Reading { event, stamp };
    let name = token(&event.name);
    reading.feeling(aggregate);
    reading.answering(aggregate, &name);
    reading.experience(aggregate, &name);
    match name.as_str() {
        "product_added" => reading.lines(&mut aggregate.cart, true),
        "product_removed" => reading.lines(&mut aggregate.cart, false),
        "cart_emptied" | "cart_cleared" => {
            aggregate.cart_emptied = Some(stamp.clone());
            None
        }
        "product_added_to_wishlist" => reading.lines(&mut aggregate.wishlist, true),
        "product_removed_from_wishlist" => reading.lines(&mut aggregate.wishlist, false),
        "wishlist_product_added_to_cart" => {
            reading.lines(&mut aggregate.wishlist, false);
            reading.lines(&mut aggregate.cart, true)
        }
        "order_completed" => reading.sale(aggregate),
        "order_updated" => reading.order(aggregate, OrderState::Updated),
        "order_ready" => reading.order(aggregate, OrderState::Ready),
        "order_shipped" => reading.order(aggregate, OrderState::Shipped),
        "order_delivered" => reading.order(aggregate, OrderState::Delivered),
        "order_cancelled" | "order_canceled" => reading.order(aggregate, OrderState::Cancelled),
        "order_refunded" => reading.order(aggregate, OrderState::Refunded),
        "ticket_opened" | "ticket_updated" => reading.ticket(aggregate, true),
        "ticket_closed" => reading.ticket(aggregate, false),
        "call_started" => reading.call(aggregate, true),
        "call_ended" => reading.call(aggregate, false),
        "offer_shown" | "promotion_viewed" | "coupon_entered" => reading.offer(aggregate),
        "coupon_applied" | "offer_used" => reading.offer_end(aggregate, OfferEnd::Used),
        "offer_declined" => reading.offer_end(aggregate, OfferEnd::Declined),
        "coupon_denied" | "coupon_removed" | "offer_withdrawn" => {
            reading.offer_end(aggregate, OfferEnd::Withdrawn)
        }
        "price_quoted" | "price_promised" => reading.price(aggregate),
        "callback_scheduled" => reading.callback(aggregate),
        "callback_completed" => reading.callback_end(aggregate, CallbackEnd::Completed),
        "callback_failed" => reading.callback_end(aggregate, CallbackEnd::Failed),
        "contact_decided" => reading.decided(aggregate),
        "action_decided" => reading.acted(aggregate),
        // The matter stays as it is: the message may have been sent all the same.
        "action_unanswered" => reading.first_text(&["name", "action"]),
        "call_routed" => reading.routed(aggregate),
        "message_sent" => reading.message(aggregate, Step::Sent),
        "message_failed" => reading.message(aggregate, Step::Failed),
        "delivery_failed" | "order_delivery_failed" => {
            aggregate.contacts.failed_delivery = Some(stamp.clone());
            reading.first_text(&["order_id"])
        }
        "subscription_cancelled" | "subscription_canceled" | "cancellation_requested" => {
            aggregate.contacts.leaving = Some(stamp.clone());
            reading.first_text(&["name", "subject", "reason"])
        }
        _ => reading.first_text(&["name", "title", "subject", "product_id", "order_id"]),
    }
}

pub(crate) use experience::answer_of;

struct Reading<'a> {
    event: &'a Event,
    stamp: &'a Stamp,
}

impl Reading<'_> {
    fn first_text(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.event.property_text(name))
            .map(shortened)
    }

    fn latest<T>(&self, value: T) -> Latest<T> {
        Latest {
            stamp: self.stamp.clone(),
            value,
        }
    }

    /// The products that the event names: its own, or those in `products`.
    fn products(&self) -> impl Iterator<Item = &BTreeMap<String, Value>> {
        let several = self
            .event
            .property("products")
            .and_then(Value::as_list)
            .unwrap_or_default();
        let own = several.is_empty().then_some(&self.event.properties);
        several.iter().filter_map(Value::as_map).chain(own)
    }

    fn lines(&self, list: &mut BTreeMap<String, Latest<Line>>, listed: bool) -> Option<String> {
        let mut about = None;
        for product in self.products() {
            let Some(id) = product_id(product) else { continue };
            let line = line(product, listed, self.event);
            about = about.or_else(|| line.name.clone()).or_else(|| Some(id.clone()));
            set(list, id, self.latest(line));
        }
        about.map(shortened)
    }

    fn order(&self, aggregate: &mut Aggregate, state: OrderState) -> Option<String> {
        let id = self.event.property_text("order_id").map(shortened)?;
        set(&mut aggregate.orders, id.clone(), self.latest(state));
        Some(id)
    }

    /// An order was completed: it is a sale, and what was ordered leaves the cart (all of it where no product is named).
    fn sale(&self, aggregate: &mut Aggregate) -> Option<String> {
        let state = if self.event.place.hands_over {
            OrderState::Delivered
        } else {
            OrderState::Placed
        };
        let mut named = false;
        for id in self.products().filter_map(product_id) {
            named = true;
            set(&mut aggregate.cart, id, self.latest(Line::default()));
        }
        if !named {
            aggregate.cart_emptied = Some(self.stamp.clone());
        }
        let id = self.order(aggregate, state)?;
        for product in self.products() {
            self.bought(aggregate, product, &id);
        }
        let amount = ["total", "revenue"]
            .iter()
            .find_map(|name| self.event.property_text(name));
        let sale = Sale {
            amount: amount.and_then(|text| Amount::from_decimal(&text).ok()),
            currency: self
                .event
                .property_text("currency")
                .map_or_else(|| "XXX".to_owned(), shortened),
            channel: self.event.channel.clone(),
        };
        set(&mut aggregate.sales, id.clone(), self.latest(sale));
        Some(id)
    }

    fn ticket(&self, aggregate: &mut Aggregate, open: bool) -> Option<String> {
        let id = self.first_text(&["ticket_id", "id"])?;
        let subject = self.first_text(&["subject", "title", "name"]);
        let about = subject.clone().or_else(|| Some(id.clone()));
        self.complaint(aggregate, &id);
        set(&mut aggregate.tickets, id, self.latest(Ticket { open, subject }));
        about
    }

    fn call(&self, aggregate: &mut Aggregate, running: bool) -> Option<String> {
        let id = self.first_text(&["call_id", "conversation_id"])?;
        set(&mut aggregate.calls, id, self.latest(Call { running }));
        self.first_text(&["subject", "reason"])
    }

    fn offer_id(&self) -> Option<String> {
        self.first_text(&["offer_id", "promotion_id", "coupon_id"])
    }

    fn offer(&self, aggregate: &mut Aggregate) -> Option<String> {
        let id = self.offer_id()?;
        let name = self.first_text(&["name", "coupon_name", "title"]);
        let about = name.clone().or_else(|| Some(id.clone()));
        self.terms(aggregate, &id);
        set(
            &mut aggregate.offers,
            id,
            self.latest(Offer {
                name,
                expires: self.event.expires,
            }),
        );
        about
    }

    fn offer_end(&self, aggregate: &mut Aggregate, end: OfferEnd) -> Option<String> {
        let id = self.offer_id()?;
        set(&mut aggregate.offer_ends, id.clone(), self.latest(end));
        Some(id)
    }
}

fn product_id(product: &BTreeMap<String, Value>) -> Option<String> {
    ["product_id", "sku"]
        .iter()
        .find_map(|name| product.get(*name)?.text_or_number())
        .map(shortened)
}

fn line(product: &BTreeMap<String, Value>, listed: bool, event: &Event) -> Line {
    let text = |name: &str| product.get(name).and_then(Value::text_or_number).map(shortened);
    if !listed {
        return Line::default();
    }
    let currency = text("currency").or_else(|| event.property_text("currency").map(shortened));
    Line {
        listed,
        quantity: text("quantity"),
        name: text("name"),
        price: text("price"),
        currency,
    }
}

/// The first letters of a text: a profile keeps a word or two, the event keeps all of it.
pub(crate) fn shortened(text: String) -> String {
    const LETTERS_MAX: usize = 120;
    if text.len() <= LETTERS_MAX {
        text
    } else {
        text.chars().take(LETTERS_MAX).collect()
    }
}
