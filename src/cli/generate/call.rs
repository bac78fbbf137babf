//! Calls: from a number that the telephone system shows or hides, at times with a complaint and what follows from it.

use crate::cli::generate::{
    catalogue::{SUBJECTS, WITHHELD},
    draft::{Draft, Origin},
    people::{Affairs, Customer},
    scene::Scene,
};

/// A call from its first ring to the survey after it.
pub(crate) fn play(scene: &mut Scene<'_>, customer: &Customer, affairs: &Affairs) {
    let call_id = scene.numbers.fresh("c");
    let number = if scene.dice.per_mille(120) {
        scene.dice.pick(&WITHHELD).to_owned()
    } else {
        customer.number()
    };
    let origin = Origin::new("callcenter", "pbx/main");
    let event = |name: &'static str, at: i64| {
        let draft = Draft::new(&origin, name, at).trusted("phone", &number, "observed");
        draft
            .id("call_id", &call_id)
            .property("call_id", call_id.as_str())
    };
    scene.add(event("Call Started", scene.now));
    scene.pass(60, 400);
    if scene.dice.per_mille(300) {
        complain(scene, customer, affairs, &call_id);
    }
    scene.pass(20, 200);
    scene.add(event("Call Ended", scene.now));
    if scene.dice.per_mille(200) {
        scene.pass(60, 600);
        let score = scene.dice.within(1, 5);
        let survey = event("Survey Answered", scene.now);
        scene.add(survey.property("survey", "csat").property("score", score));
    }
}

/// The agent asks who it is, and opens a ticket that is closed within two days.
fn complain(scene: &mut Scene<'_>, customer: &Customer, affairs: &Affairs, call_id: &str) {
    let origin = Origin::new("callcenter", "crm/tickets");
    let ticket_id = scene.numbers.fresh("t");
    let opened = Draft::new(&origin, "Ticket Opened", scene.now);
    let mut opened = match &customer.card {
        Some(card) if scene.dice.per_mille(500) => opened.trusted("loyalty_id", card, "staff"),
        _ if customer.registered => opened.trusted("user_id", &customer.user_id, "staff"),
        _ => opened.trusted("phone", &customer.phone(scene.dice), "staff"),
    };
    if let Some(order_id) = affairs.orders.last() {
        opened = opened.property("order_id", order_id.as_str());
    }
    let opened = opened
        .id("call_id", call_id)
        .property("ticket_id", ticket_id.as_str());
    let subject = scene.dice.pick(&SUBJECTS);
    scene.add(opened.property("subject", subject));
    if scene.dice.per_mille(700) {
        let at = scene.in_seconds(3_600, 48 * 3_600);
        let closed = Draft::new(&origin, "Ticket Closed", at).trusted("phone", &customer.number(), "staff");
        scene.add(closed.property("ticket_id", ticket_id.as_str()));
    }
}
