//! Visits to a store: the till, and the tablet with which staff advise. Both are used by everybody.

use crate::cli::generate::{
    catalogue::{OFFERS, PRODUCTS, STORES},
    draft::{Draft, Origin},
    people::{Affairs, Customer},
    scene::Scene,
};

/// Something is bought at a till.
pub(crate) fn buy(scene: &mut Scene<'_>, customer: &Customer, affairs: &mut Affairs) {
    let store = scene.dice.pick(&STORES);
    let products: Vec<_> = (0..scene.dice.within(1, 3))
        .map(|_| scene.dice.pick(&PRODUCTS))
        .collect();
    let order_id = scene.numbers.fresh("o");
    let receipt = at_till(scene, customer, store, scene.now);
    scene.add(receipt.sums_up(&products).property("order_id", order_id.as_str()));
    affairs.ordered(&order_id);
    if scene.dice.per_mille(100) {
        let (offer, _) = scene.dice.pick(&OFFERS);
        let coupon = at_till(scene, customer, store, scene.now);
        scene.add(coupon_of(coupon, offer, &order_id));
    }
    if scene.dice.per_mille(60) {
        let at = scene.in_seconds(20 * 3_600, 60 * 3_600);
        let refund = at_till(scene, customer, store, at);
        scene.add(
            refund
                .renamed("Order Refunded")
                .property("order_id", order_id.as_str()),
        );
    }
}

/// Staff advise with the store's tablet and write down a number.
pub(crate) fn advise(scene: &mut Scene<'_>, customer: &Customer) {
    let store = scene.dice.pick(&STORES);
    let origin = Origin::new("store", format!("kiosk/{store}"));
    let device = format!("kiosk{}-{store}", scene.numbers.seed());
    let phone = customer.phone(scene.dice);
    let carded = scene.dice.per_mille(500);
    let told = |draft: Draft| match &customer.card {
        Some(card) if carded => draft.id("loyalty_id", card),
        _ => draft.trusted("phone", &phone, "staff"),
    };
    let event = |name: &'static str, at: i64| {
        Draft::new(&origin, name, at)
            .id("device_id", &device)
            .context("store_id", store)
    };
    scene.add(told(event("Store Visit Started", scene.now)));
    scene.pass(30, 300);
    for _ in 0..scene.dice.within(1, 4) {
        let product = scene.dice.pick(&PRODUCTS);
        scene.add(event("Product Viewed", scene.now).about(product));
        scene.pass(20, 120);
    }
    let product = scene.dice.pick(&PRODUCTS);
    scene.add(told(event("Product Added to Wishlist", scene.now)).about(product));
}

/// A sale at a till of `store`: with a card, with a number that staff took down, or by somebody who gives a name only.
pub(crate) fn at_till(scene: &mut Scene<'_>, customer: &Customer, store: &'static str, at: i64) -> Draft {
    let origin = Origin::new("store", format!("pos/{store}"));
    let device = format!("till{}-{store}", scene.numbers.seed());
    let draft = Draft::new(&origin, "Order Completed", at)
        .id("device_id", &device)
        .context("store_id", store);
    match (&customer.card, scene.dice.below(100)) {
        (Some(card), 0..=59) => draft.id("loyalty_id", card),
        (Some(card), 60..=69) => {
            draft
                .id("loyalty_id", card)
                .trusted("phone", &customer.phone(scene.dice), "staff")
        }
        (_, 0..=91) => draft.trusted("phone", &customer.phone(scene.dice), "staff"),
        _ => customer.described(draft),
    }
}

fn coupon_of(draft: Draft, offer: &str, order_id: &str) -> Draft {
    draft
        .renamed("Coupon Applied")
        .property("offer_id", offer)
        .property("order_id", order_id)
}
