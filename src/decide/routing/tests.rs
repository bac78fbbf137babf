//! The order of the rules, and each of them.

use std::collections::BTreeMap;

use super::*;
use crate::{
    decide::contact::{
        Zone,
        samples::{DAY_US, HOUR_US, at, event, policy as contact_policy, profile},
    },
    domain::{agent::AgentState, amount::Amount, event::Event, profile::Profile},
};

mod free;
mod order;
mod when;

/// A Sunday on which the desk in Berlin is open, noon there.
const NOON: &str = "2026-11-22T11:00:00Z";

fn staff(skills: &[&str]) -> Staff {
    Staff {
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        calls_max: 1,
    }
}

fn policy() -> Policy {
    let skill = |(matter, skill): (&str, &str)| (matter.to_owned(), skill.to_owned());
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let amount = |text| Amount::from_decimal(text).unwrap();
    Policy {
        skills: [
            ("complaint", "service_recovery"),
            ("cancel", "retention"),
            ("order_status", "orders"),
            ("order_question", "orders"),
        ]
        .map(skill)
        .into(),
        menu: names(&["order_status"]),
        priorities: [(Tier::Low, 3), (Tier::Middle, 5), (Tier::High, 7), (Tier::Top, 8)].into(),
        revenue: BTreeMap::from([(
            "EUR".to_owned(),
            Thresholds {
                middle: amount("100"),
                high: amount("1000"),
                top: amount("5000"),
            },
        )]),
        boosts: Boosts {
            discontent: 1,
            open_ticket: 1,
            leaving: 2,
            promised: 1,
        },
        leaving_us: 3 * DAY_US,
        low_us: 7 * DAY_US,
        defer: Deferral {
            tiers: [Tier::Low].into(),
            matters: names(&["order_status", "order_question"]),
            horizon_us: 48 * HOUR_US,
            slot_minutes: 60,
            calls_per_agent: 1,
        },
        hours: Hours {
            from: 9 * 60,
            until: 18 * 60,
            days: [true; 7],
            zone: Zone::named("Europe/Berlin").unwrap(),
        },
        best: (16 * 60, 18 * 60),
        silent_us: HOUR_US,
        ..Policy::default()
    }
}

fn agent(state: Option<AgentState>, since: Option<&str>) -> Agent {
    Agent {
        skills: staff(&["orders"]).skills,
        calls_max: 1,
        state,
        since: since.map(at),
        is_staff: true,
    }
}

/// One who serves orders, and has a call.
fn busy() -> Desk {
    Desk {
        agents: vec![agent(Some(AgentState::Busy), Some(NOON))],
    }
}

fn free() -> Desk {
    Desk {
        agents: vec![agent(None, None)],
    }
}

fn ask(matter: &str) -> Ask {
    Ask {
        channel: CALL.to_owned(),
        matter: matter.to_owned(),
        language: None,
        call_id: None,
    }
}

/// What is decided about a call of the customer at noon.
fn at_noon(desk: &Desk, events: &[Event], ask: &Ask) -> Verdict {
    decided(&policy(), desk, &profile(events), ask)
}

fn decided(policy: &Policy, desk: &Desk, profile: &Profile, ask: &Ask) -> Verdict {
    let (contact, booked) = (contact_policy(), Booked::default());
    let ground = Ground {
        policy,
        contact: &contact,
        desk,
        booked: &booked,
        now: at(NOON),
    };
    decide(ground, profile, None, ask)
}

fn told(verdict: &Verdict) -> (Route, Reason, &str, u8) {
    (
        verdict.route,
        verdict.reason,
        verdict.skill.as_str(),
        verdict.priority,
    )
}

fn ordered(total: &str) -> Event {
    let about = [("order_id", "o-1"), ("total", total), ("currency", "EUR")];
    event("Order Completed", "2026-11-20T12:00:00Z", &about)
}

fn delivered() -> Event {
    event("Order Delivered", "2026-11-21T12:00:00Z", &[("order_id", "o-1")])
}

fn complained() -> Event {
    let about = [("ticket_id", "t-1"), ("category", "complaint")];
    event("Ticket Opened", "2026-11-01T12:00:00Z", &about)
}

fn low(time: &str) -> Event {
    event("Survey Answered", time, &[("nps", "2")])
}

fn promised(until: &str) -> Event {
    Event {
        expires: Some(at(until)),
        ..event(
            "Callback Scheduled",
            "2026-11-20T12:00:00Z",
            &[("callback_id", "c-1")],
        )
    }
}

#[test]
fn who_is_owed_something_comes_first_and_meets_no_menu() {
    let recovery = |reason| (Route::Agent, reason, "service_recovery", 9);
    for (events, matter, reason) in [
        (
            vec![complained(), ordered("20")],
            "order_status",
            Reason::OpenComplaint,
        ),
        (vec![ordered("20")], "Complaint", Reason::Complains),
        (
            vec![low("2026-11-16T12:00:00Z"), ordered("20")],
            "order_status",
            Reason::Discontent,
        ),
        (
            vec![
                event("Delivery Failed", "2026-11-16T12:00:00Z", &[]),
                ordered("20"),
            ],
            "order_status",
            Reason::FailedDelivery,
        ),
    ] {
        let verdict = at_noon(&busy(), &events, &ask(matter));
        assert_eq!(told(&verdict), recovery(reason));
        assert!(!verdict.evidence.is_empty());
    }
    // A ticket that is no complaint, and a low that is over, make it matter more.
    let ticket = event("Ticket Opened", "2026-11-01T12:00:00Z", &[("ticket_id", "t")]);
    let verdict = at_noon(&free(), &[ticket, low("2026-11-01T12:00:00Z")], &ask("purchase"));
    assert_eq!(told(&verdict), (Route::Agent, Reason::AgentBusy, "general", 5));
}

#[test]
fn who_is_leaving_is_kept() {
    let called_off = event("Order Cancelled", "2026-11-20T12:00:00Z", &[("order_id", "o-2")]);
    let left = event("Subscription Cancelled", "2026-11-20T12:00:00Z", &[]);
    for (events, matter, reason) in [
        (vec![], "cancel", Reason::Cancels),
        (vec![called_off], "order_status", Reason::Leaving),
        (vec![left], "order_question", Reason::Leaving),
    ] {
        let verdict = at_noon(&busy(), &events, &ask(matter));
        assert_eq!(told(&verdict), (Route::Agent, reason, "retention", 5));
    }
    let long_ago = event("Order Cancelled", "2026-11-19T11:00:00Z", &[("order_id", "o-2")]);
    let verdict = at_noon(&free(), &[long_ago], &ask("order_status"));
    assert_eq!(verdict.reason, Reason::AgentFree);
}

#[test]
fn what_was_promised_is_kept() {
    // The slot has begun; an attempt failed; nobody called in time.
    let failed = event(
        "Callback Failed",
        "2026-11-21T12:00:00Z",
        &[("callback_id", "c-1")],
    );
    for events in [
        vec![promised("2026-11-22T12:00:00Z"), ordered("20")],
        vec![promised("2026-11-23T12:00:00Z"), failed],
        vec![promised("2026-11-21T12:00:00Z")],
    ] {
        let verdict = at_noon(&busy(), &events, &ask("order_status"));
        assert_eq!(told(&verdict), (Route::Agent, Reason::CallBackDue, "orders", 4));
        assert_eq!(verdict.evidence[0].name, "c-1");
    }
    let kept = event(
        "Callback Completed",
        "2026-11-21T12:00:00Z",
        &[("callback_id", "c-1")],
    );
    let verdict = at_noon(
        &free(),
        &[promised("2026-11-22T12:00:00Z"), kept],
        &ask("order_status"),
    );
    assert_eq!(verdict.reason, Reason::AgentFree);
}

#[test]
fn who_is_worth_much_talks_to_somebody() {
    for (total, reason, priority) in [
        ("99", Reason::Answered, 3),
        ("100", Reason::Answered, 5),
        ("1000", Reason::Worth, 7),
        ("5000", Reason::Worth, 8),
    ] {
        let verdict = at_noon(&busy(), &[ordered(total)], &ask("order_status"));
        assert_eq!((verdict.reason, verdict.priority), (reason, priority), "{total}");
    }
    // Among all they are worth less than their revenue says.
    let (contact, booked, policy) = (contact_policy(), Booked::default(), policy());
    let ground = Ground {
        policy: &policy,
        contact: &contact,
        desk: &busy(),
        booked: &booked,
        now: at(NOON),
    };
    let standing = Standing {
        tier: "middle".to_owned(),
        ..Standing::default()
    };
    let verdict = decide(
        ground,
        &profile(&[ordered("5000")]),
        Some(&standing),
        &ask("order_status"),
    );
    assert_eq!((verdict.reason, verdict.priority), (Reason::Answered, 5));
    // Of a currency without thresholds nothing is told.
    let about = [("order_id", "o-1"), ("total", "9000"), ("currency", "IRR")];
    let in_rial = event("Order Completed", "2026-11-20T12:00:00Z", &about);
    let verdict = at_noon(&busy(), &[in_rial, delivered()], &ask("order_status"));
    assert_eq!(told(&verdict), (Route::Agent, Reason::AgentBusy, "orders", 5));
}

#[test]
fn the_menu_tells_where_an_order_is() {
    let verdict = at_noon(&free(), &[ordered("20")], &ask("Order Status"));
    assert_eq!(told(&verdict), (Route::Menu, Reason::Answered, "orders", 3));
    let evidence: Vec<_> = verdict
        .evidence
        .iter()
        .map(|one| (one.what.as_str(), one.name.as_str()))
        .collect();
    assert_eq!(evidence, [("order", "o-1"), ("state", "placed")]);
    let verdict = at_noon(&free(), &[ordered("20"), delivered()], &ask("order_status"));
    assert_eq!(told(&verdict), (Route::Agent, Reason::AgentFree, "orders", 3));
    let verdict = at_noon(&free(), &[ordered("20")], &ask("order_question"));
    assert_eq!(verdict.route, Route::Agent);
}

#[test]
fn what_can_wait_waits_where_nobody_is_free() {
    let waiting = [ordered("20"), delivered()];
    let verdict = at_noon(&busy(), &waiting, &ask("order_question"));
    let call_back = CallBack {
        from: at("2026-11-22T15:00:00Z"),
        until: at("2026-11-22T16:00:00Z"),
    };
    assert_eq!(
        told(&verdict),
        (Route::Deferred(call_back), Reason::NobodyFree, "orders", 3)
    );
    let chat = Ask {
        channel: "chat".to_owned(),
        ..ask("order_question")
    };
    let standing = [ordered("20"), delivered(), promised("2026-11-24T12:00:00Z")];
    for (desk, events, ask) in [
        (free(), &waiting[..], &ask("order_question")),
        (busy(), &waiting, &ask("purchase")),
        (busy(), &waiting, &chat),
        (busy(), &[ordered("500"), delivered()], &ask("order_question")),
        // Who was put off is not put off again.
        (busy(), &standing, &ask("order_question")),
        // Nobody would call back.
        (Desk::default(), &waiting, &ask("order_question")),
    ] {
        assert_eq!(at_noon(&desk, events, ask).route, Route::Agent);
    }
}

#[test]
fn of_who_is_not_known_the_matter_decides() {
    let menu = decide_of_nobody(&policy(), &ask("order status"));
    assert_eq!(told(&menu), (Route::Menu, Reason::UnknownServed, "orders", 3));
    let agent = decide_of_nobody(&policy(), &ask("complaint"));
    assert_eq!(
        told(&agent),
        (Route::Agent, Reason::Unknown, "service_recovery", 3)
    );
}

#[test]
fn every_reason_is_known_by_its_name() {
    for reason in Reason::ALL {
        assert_eq!(Reason::named(reason.as_str()), Some(reason));
    }
    assert_eq!(Route::named("deferred", None), None);
}
