//! An order made on a screen and what becomes of it: sent by the order system, or fetched at a till, which reports it too.

use crate::cli::generate::{
    catalogue::STORES,
    draft::{Draft, Origin},
    people::{Affairs, Customer},
    scene::Scene,
    shop,
};

/// Places what is in the cart: `draft` is its "Order Completed", without an order.
pub(crate) fn place(scene: &mut Scene<'_>, draft: Draft, customer: &Customer, affairs: &mut Affairs) {
    let id = scene.numbers.fresh("o");
    let products = std::mem::take(&mut affairs.cart);
    scene.add(draft.sums_up(&products).property("order_id", id.as_str()));
    affairs.ordered(&id);
    scene.pass(5, 60);
    match scene.dice.below(10) {
        0 => follow(scene, "Order Cancelled", &id, (600, 20 * 3_600)),
        1..=3 => {
            follow(scene, "Order Ready", &id, (1_800, 6 * 3_600));
            let store = scene.dice.pick(&STORES);
            let at = scene.in_seconds(8 * 3_600, 40 * 3_600);
            let till = shop::at_till(scene, customer, store, at);
            scene.add(till.sums_up(&products).property("order_id", id.as_str()));
        }
        _ => {
            follow(scene, "Order Shipped", &id, (6 * 3_600, 24 * 3_600));
            follow(scene, "Order Delivered", &id, (30 * 3_600, 70 * 3_600));
        }
    }
}

/// What the order system reports: it knows the order, not the customer.
fn follow(scene: &mut Scene<'_>, name: &'static str, order_id: &str, (low, high): (u32, u32)) {
    let at = scene.in_seconds(low, high);
    scene.add(Draft::new(&Origin::new("web", "orders"), name, at).property("order_id", order_id));
}
