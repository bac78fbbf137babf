//! Sara is shown an offer, takes it to the store as a QR code, and the till knows wish list and coupon before she says a
//! word.

use serde_json::{Value, json};

use crate::cli::story::{
    STORE, StepKind, USER,
    sara::{bag, signed_in},
    scribe::{Scene, Scribe},
};

const OFFER: &str = "story-autumn-10";
/// What she orders; the parcel is told of by it later.
pub(crate) const ORDER: &str = "story-order-sara";
/// Minutes for which the offer holds, and the code.
const OFFER_MINUTES: i64 = 120;
const CODE_MINUTES: i64 = 15;

pub(crate) fn tell(scribe: &mut Scribe) {
    take_along(scribe);
    redeem(scribe);
    buy(scribe);
}

fn take_along(scribe: &mut Scribe) {
    let offer = json!({
        "offer_id": OFFER, "name": "10 % off bags, two hours only", "expires": scribe.written(OFFER_MINUTES),
        "reason": "the bag is on her wish list",
    });
    let shown = json!({"properties": offer.clone()});
    scribe.event(
        2_000,
        "mobile: an offer for what she wished for, good for two hours",
        signed_in("Offer Shown", shown),
    );
    scribe.event(
        1_500,
        "mobile: the bag goes into her basket",
        signed_in("Product Added", json!({"properties": bag()})),
    );
    let mint = StepKind::MintQr {
        identifier: USER,
        basket: json!([bag()]),
        offer,
        expires: scribe.written(CODE_MINUTES),
        store_id: STORE,
    };
    scribe.act(
        1_500,
        "mobile: \"take it to the store\": the offer's QR code is shown",
        mint,
    );
}

fn redeem(scribe: &mut Scribe) {
    let scanned = Scene {
        channel: "store",
        source: "story/pos",
        name: "QR Scanned",
        identifiers: &[],
        members: json!({"context": {"store_id": STORE}}),
    };
    scribe.scan(2_500, "store: the till scans it", scanned);
    let redeem = StepKind::RedeemQr { store_id: STORE };
    scribe.act(1_500, "store: and redeems it: person, basket, offer", redeem);
    let lookup = StepKind::Lookup {
        view: "pos",
        identifier: USER,
    };
    scribe.act(1_000, "store: wish list and coupon appear at the till", lookup);
}

fn buy(scribe: &mut Scribe) {
    let used = json!({"properties": {"offer_id": OFFER, "order_id": ORDER}, "context": {"store_id": STORE}});
    scribe.event(1_000, "store: the coupon is used", till("Coupon Applied", used));
    let sold = json!({
        "properties": {"order_id": ORDER, "total": 16_650_000, "currency": "IRR", "products": [bag()]},
        "context": {"store_id": STORE},
    });
    scribe.event(
        1_500,
        "store: Sara orders the bag, to be brought home today; her basket is empty everywhere",
        till("Order Completed", sold),
    );
}

fn till(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "store",
        source: "story/pos",
        name,
        identifiers: &[("user_id", "story-sara", "")],
        members,
    }
}
