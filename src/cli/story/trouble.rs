//! The parcel is late, Sara calls angry: the agent has the whole story before the first word, and the promotion that was
//! planned for her is held.

use serde_json::{Value, json};

use crate::cli::story::{
    CALL, CALLER, COMPLAINT, StepKind, USER,
    scribe::{Scene, Scribe},
    till::ORDER,
};

type Known = &'static [(&'static str, &'static str, &'static str)];

/// What the telephone system knows: the number that calls.
const RINGING: Known = &[("phone", CALLER, "observed"), ("call_id", CALL, "")];
/// What the agent's desk knows when the call is over: whose account it was.
const SERVED: Known = &[
    ("user_id", "story-sara", "staff"),
    ("phone", CALLER, "observed"),
    ("call_id", CALL, ""),
];

pub(crate) fn tell(scribe: &mut Scribe) {
    be_late(scribe);
    let may_it_go = StepKind::Decide(promotion());
    scribe.act(
        1_500,
        "marketing: asks whether the autumn message may go to her tonight",
        may_it_go,
    );
    call(scribe);
    let may_it_go = StepKind::Decide(promotion());
    scribe.act(1_500, "marketing: asks again before it sends", may_it_go);
    hang_up(scribe);
}

/// What marketing plans. It names no matter: the same may be asked as often as somebody is about to send it.
fn promotion() -> Value {
    let (kind, value) = USER;
    json!({
        "who": format!("{kind}:{value}"), "channel": "sms", "purpose": "marketing", "template": "autumn_sale",
        "team": "marketing", "priority": 3,
    })
}

fn be_late(scribe: &mut Scribe) {
    let shipped = json!({"properties": {"order_id": ORDER}});
    scribe.event(1_500, "web: the parcel leaves", parcel("Order Shipped", shipped));
    let late = json!({"properties": {"order_id": ORDER, "late": true, "team": "carrier"}});
    scribe.event(
        2_000,
        "web: it is brought hours late: a friction on her journey",
        parcel("Order Delivered", late),
    );
}

fn call(scribe: &mut Scribe) {
    let started = json!({"properties": {"call_id": CALL, "cause": "late_delivery", "sentiment": "angry"}});
    scribe.event(
        2_500,
        "call centre: after four minutes in the queue a caller is angry",
        desk("story/pbx", "Call Started", RINGING, started),
    );
    let card = StepKind::Lookup {
        view: "callcenter",
        identifier: ("phone", CALLER),
    };
    scribe.act(
        500,
        "call centre: the card pops up by the number alone, with the whole story",
        card,
    );
    let opened = json!({"properties": {
        "ticket_id": COMPLAINT, "kind": "complaint", "order_id": ORDER, "subject": "Bag delivered hours late",
    }});
    scribe.event(
        2_000,
        "call centre: the agent opens a complaint",
        crm("Ticket Opened", opened),
    );
}

fn hang_up(scribe: &mut Scribe) {
    let ended = json!({"properties": {
        "call_id": CALL, "team": "care", "cause": "late_delivery", "queue_s": 240, "handling_s": 420, "resolved": false,
    }});
    scribe.event(
        1_500,
        "call centre: the call ends, nothing is solved yet",
        desk("story/crm", "Call Ended", SERVED, ended),
    );
}

/// What the order system reports: it knows the account that ordered.
fn parcel(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "web",
        source: "story/orders",
        name,
        identifiers: &[("user_id", "story-sara", "")],
        members,
    }
}

/// What the agent's desk writes down.
pub(crate) fn crm(name: &'static str, members: Value) -> Scene {
    desk("story/crm", name, &[("user_id", "story-sara", "staff")], members)
}

fn desk(source: &'static str, name: &'static str, identifiers: Known, members: Value) -> Scene {
    Scene {
        channel: "callcenter",
        source,
        name,
        identifiers,
        members,
    }
}
