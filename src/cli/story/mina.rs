//! Mina ordered last night and calls twelve hours later: the telephone menu knows the order. Then the parcel comes
//! damaged, she calls again, and this time a person has the whole story before the first word.

use serde_json::{Value, json};

use crate::cli::story::{
    StepKind,
    scribe::{Scene, Scribe},
};

const USER: (&str, &str, &str) = ("user_id", "story-mina", "");
const COOKIE: (&str, &str, &str) = ("anonymous_id", "story-cookie-mina", "");
const CALLER: (&str, &str, &str) = ("phone", "+989120000107", "observed");
const FIRST_CALL: (&str, &str, &str) = ("call_id", "story-call-1", "");
const SECOND_CALL: (&str, &str, &str) = ("call_id", "story-call-2", "");
const ORDER: &str = "story-order-mina";
const TICKET: &str = "story-ticket-mina";
const TWELVE_HOURS: i64 = 12 * 60;

pub(crate) fn tell(scribe: &mut Scribe) {
    order(scribe);
    ask(scribe);
    complain(scribe);
    recover(scribe);
}

fn order(scribe: &mut Scribe) {
    let signed_in = Scene {
        channel: "web",
        source: "story/web",
        name: "Signed In",
        identifiers: &[
            ("user_id", "story-mina", "verified"),
            // As she typed it and a code confirmed it: the same number that the telephone system will show.
            ("phone", "۰۹۱۲ ۰۰۰ ۰۱۰۷", "verified"),
            COOKIE,
        ],
        members: json!({"traits": {"first_name": "مینا", "last_name": "کاظمی"}}),
    };
    scribe.event_ago(
        1_000,
        TWELVE_HOURS + 4,
        "web, twelve hours ago: Mina signs in",
        signed_in,
    );
    let placed = json!({"properties": {
        "order_id": ORDER, "total": 14_200_000, "currency": "IRR",
        "products": [{"product_id": "p-501", "name": "Tea set Lahijan", "price": 14_200_000, "quantity": 1}],
    }});
    let placed = web("Order Completed", placed);
    scribe.event_ago(
        500,
        TWELVE_HOURS,
        "web, twelve hours ago: she orders a tea set",
        placed,
    );
    scribe.event_ago(
        500,
        180,
        "web, three hours ago: the parcel leaves",
        parcel("Order Shipped"),
    );
}

fn ask(scribe: &mut Scribe) {
    scribe.event(
        1_000,
        "call centre: a telephone rings",
        call("Call Started", &[CALLER, FIRST_CALL]),
    );
    let menu = StepKind::Lookup {
        view: "callcenter",
        identifier: ("phone", "+989120000107"),
    };
    scribe.act(
        300,
        "call centre: the menu knows her order is on its way, no agent needed",
        menu,
    );
    scribe.event(
        1_700,
        "call centre: she hangs up content",
        call("Call Ended", &[CALLER, FIRST_CALL]),
    );
}

fn complain(scribe: &mut Scribe) {
    scribe.event(
        1_000,
        "web: the parcel is delivered, damaged",
        parcel("Order Delivered"),
    );
    scribe.event(
        2_000,
        "call centre: Mina calls again, angry",
        call("Call Started", &[CALLER, SECOND_CALL]),
    );
    let card = StepKind::Lookup {
        view: "callcenter",
        identifier: ("phone", "+989120000107"),
    };
    scribe.act(
        300,
        "call centre: the agent has the whole story before the first word",
        card,
    );
    let opened = json!({"ticket_id": TICKET, "order_id": ORDER, "subject": "Parcel damaged"});
    scribe.event(
        1_700,
        "call centre: a complaint is opened",
        ticket("Ticket Opened", opened),
    );
    let open = StepKind::Lookup {
        view: "web",
        identifier: ("user_id", "story-mina"),
    };
    scribe.act(
        500,
        "web: the shop sees the open complaint at once, and sells nothing now",
        open,
    );
    scribe.event(
        500,
        "call centre: the call ends",
        call("Call Ended", &[CALLER, SECOND_CALL]),
    );
}

fn recover(scribe: &mut Scribe) {
    let closed = json!({"ticket_id": TICKET, "order_id": ORDER, "resolution": "A new tea set is sent"});
    scribe.event(
        4_000,
        "call centre: a new tea set is sent, the complaint is closed",
        ticket("Ticket Closed", closed),
    );
    let survey = json!({"properties": {"survey": "csat", "score": 5, "ticket_id": TICKET}});
    scribe.event(
        2_000,
        "web: Mina gives five of five",
        web("Survey Answered", survey),
    );
}

fn web(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "web",
        source: "story/web",
        name,
        identifiers: &[USER, COOKIE],
        members,
    }
}

/// What the order system reports: it knows the account that ordered.
fn parcel(name: &'static str) -> Scene {
    let members = json!({"properties": {"order_id": ORDER}});
    Scene {
        channel: "web",
        source: "story/orders",
        name,
        identifiers: &[USER],
        members,
    }
}

fn call(name: &'static str, identifiers: &'static [(&'static str, &'static str, &'static str)]) -> Scene {
    let call_id = identifiers
        .iter()
        .find(|(kind, ..)| *kind == "call_id")
        .map(|(_, value, _)| *value);
    let members = json!({"properties": {"call_id": call_id}});
    Scene {
        channel: "callcenter",
        source: "story/pbx",
        name,
        identifiers,
        members,
    }
}

fn ticket(name: &'static str, properties: Value) -> Scene {
    let members = json!({"properties": properties});
    Scene {
        channel: "callcenter",
        source: "story/crm",
        name,
        identifiers: &[("user_id", "story-mina", "staff")],
        members,
    }
}
