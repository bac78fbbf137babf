//! Sara says how bad it was, somebody is given the matter by the rules, calls back and makes it good: in the end she tells
//! others.

use serde_json::{Value, json};

use crate::cli::story::{
    COMPLAINT, StepKind, USER,
    sara::{bag, signed_in},
    scribe::{Scene, Scribe},
    trouble::crm,
};

pub(crate) fn tell(scribe: &mut Scribe) {
    complain(scribe);
    make_good(scribe);
    recommend(scribe);
}

/// A detractor: the shipped flow opens a ticket for the team `care`.
fn complain(scribe: &mut Scribe) {
    let answer = survey(2, "delivery", "Hours late, and nobody told me");
    scribe.event(
        2_000,
        "mobile: asked how it was she says 2 of 10: a rule gives her to the team care",
        answer,
    );
}

fn make_good(scribe: &mut Scribe) {
    let called = json!({"properties": {
        "team": "care", "cause": "late_delivery", "handling_s": 300, "resolved": true, "sentiment": "happy",
    }});
    scribe.event(
        3_000,
        "call centre: she is called back, and gets the delivery for nothing",
        crm("Callback Completed", called),
    );
    let resolution = "The delivery is paid back";
    let closed = json!({"properties": {"ticket_id": COMPLAINT, "resolution": resolution}});
    scribe.event(
        1_000,
        "call centre: the complaint is closed",
        crm("Ticket Closed", closed),
    );
    let closed = json!({"properties": {"team": "care", "resolution": resolution}});
    let event = scribe.numbered(crm("Ticket Closed", closed));
    let follow_up = StepKind::CloseFollowUp {
        identifier: USER,
        beside: COMPLAINT,
        event,
    };
    scribe.act(
        1_000,
        "call centre: and so is what the rule had opened",
        follow_up,
    );
}

fn recommend(scribe: &mut Scribe) {
    // On the service journey: where it was made good.
    let answer = survey(10, "closing", "They made it good at once");
    scribe.event(1_500, "mobile: asked again she says 10 of 10", answer);
    scribe.event(
        1_500,
        "mobile: Sara shares the bag: her journey ends with a recommendation",
        signed_in("Product Shared", json!({"properties": bag()})),
    );
    let curve = StepKind::Curve { identifier: USER };
    scribe.act(1_000, "journey: the low and the recovery", curve);
}

fn survey(score: u8, touchpoint: &'static str, comment: &'static str) -> Scene {
    let answer: Value = json!({"properties": {
        "survey": "nps", "score": score, "team": "care", "touchpoint": touchpoint, "comment": comment,
    }});
    signed_in("Survey Answered", answer)
}
