//! Flows that wait: for a time, for something to happen, or for it not to.

use serde_json::{Value, json};

use crate::{
    asked::HOUR,
    flows::{REMIND, actions, added, did, expected, going_by, next_due, published, rest, timeline, waiting},
    town::{NOW, Town},
};

/// Whose parcel came is thanked, if it comes within two days; whose order was called off hears nothing of it.
const THANK: &str = r#"
[flows.thank]
on = "Order Shipped"
matter = 'event.properties.order_id'
unless = [{ on = "Order Cancelled", when = 'then.properties.order_id == event.properties.order_id' }]
steps = [
  { for = "Order Delivered", when = 'then.properties.order_id == event.properties.order_id', within = "2d" },
  { ask = { channel = "web", name = "thank" } },
]
"#;

fn order(name: &str, order: &str, time: &str) -> Value {
    let id = format!("{name}-{order}");
    did("sara", &id, name, time, json!({"order_id": order}))
}

fn shipped() -> Town {
    let town = going_by(THANK, "");
    town.tell(&[
        order("Order Shipped", "o-1", "22T11:00"),
        order("Order Shipped", "o-2", "22T11:01"),
        order("Order Shipped", "o-3", "22T11:02"),
    ]);
    rest(&town);
    assert_eq!((actions(&town).len(), waiting(&town)), (0, 3));
    town
}

#[test]
fn what_is_waited_for_has_the_flow_go_on_at_once_and_no_other() {
    let town = shipped();
    town.tell(&[order("Order Delivered", "o-2", "22T11:30")]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("thank/thank/o-2", "sara")]));
    assert_eq!(
        published(&town, ".action.")[0]["decided_at"],
        "2026-11-22T12:00:00Z"
    );
    assert_eq!(
        (waiting(&town), next_due(&town)),
        (2, json!("2026-11-24T11:00:00Z"))
    );
    // It is told once more, by somebody else.
    let mut again = order("Order Delivered", "o-2", "22T11:32");
    again["id"] = json!("again");
    town.tell(&[again]);
    rest(&town);
    assert_eq!(actions(&town).len(), 1);
}

#[test]
fn what_does_not_happen_in_time_or_is_called_off_ends_the_flow() {
    let mut town = shipped();
    town.tell(&[order("Order Cancelled", "o-2", "22T11:30")]);
    rest(&town);
    assert_eq!(waiting(&town), 2, "it is looked at once");
    town.reopen_at(|| NOW.saturating_add(47 * HOUR - HOUR / 60));
    rest(&town);
    assert_eq!(waiting(&town), 2, "there is a minute left");
    town.tell(&[order("Order Delivered", "o-3", "24T10:58")]);
    town.reopen_at(|| NOW.saturating_add(47 * HOUR));
    rest(&town);
    assert_eq!(waiting(&town), 0);
    // What comes now is too late, and what was called off is not taken up again.
    town.tell(&[
        order("Order Delivered", "o-1", "24T11:00"),
        order("Order Delivered", "o-2", "24T11:00"),
    ]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("thank/thank/o-3", "sara")]));
    assert_eq!(timeline(&town, "sara", "Action Decided").len(), 1);
}

/// Of what is in the cart the customer is reminded a day later, unless they ordered it meanwhile.
const REMIND_UNLESS_ORDERED: &str = r#"
[flows.remind]
on = "Product Added"
matter = 'event.properties.product_id'
unless = [{ on = "Order Completed", when = 'get(then.properties, "product_id", "") == event.properties.product_id' }]
steps = [{ wait = "1d" }, { ask = { channel = "web", name = "remind" } }]
"#;

#[test]
fn what_ends_a_flow_counts_though_it_is_told_late_and_only_what_came_after() {
    let mut town = going_by(REMIND_UNLESS_ORDERED, "");
    town.tell(&[
        added("sara", "22T11:30", "p-1"),
        added("sara", "22T11:31", "p-2"),
        added("reza", "22T11:32", "p-1"),
    ]);
    town.reopen_at(|| NOW.saturating_add(23 * HOUR));
    rest(&town);
    let ordered = |who: &str, time: &str, product: &str| {
        let about = json!({"order_id": format!("o-{who}"), "product_id": product});
        did(who, &format!("ordered-{who}"), "Order Completed", time, about)
    };
    // A till tells of the day when it is over; and he had ordered before he put the same into his cart.
    town.tell(&[
        ordered("sara", "22T12:30", "p-1"),
        ordered("reza", "22T11:00", "p-1"),
    ]);
    rest(&town);
    assert_eq!(actions(&town), Vec::<[String; 2]>::new());
    town.reopen_at(|| NOW.saturating_add(24 * HOUR));
    rest(&town);
    let others = [("remind/remind/p-2", "sara"), ("remind/remind/p-1", "reza")];
    assert_eq!(actions(&town), expected(&town, others));
    assert_eq!(waiting(&town), 0);
}

/// The time that is waited for is counted from what happened, not from when it was told.
#[test]
fn what_is_told_late_waits_no_longer() {
    let town = going_by(REMIND, "");
    town.tell(&[added("sara", "22T10:00", "p-1"), added("sara", "22T11:15", "p-2")]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("remind/remind/p-1", "sara")]));
    assert_eq!(
        (waiting(&town), next_due(&town)),
        (1, json!("2026-11-22T12:15:00Z"))
    );
}
