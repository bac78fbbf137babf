//! The order of the rules, and each of them.

use super::{
    samples::{agreed, ask, at, consent, event, policy, profile, sent},
    *,
};
use crate::domain::{
    event::Event,
    profile::consent::Decision::{Denied, Granted},
};

mod days_off;
mod often;
mod when;

/// A day on which nothing is quiet in Berlin.
const NOON: &str = "2026-11-22T12:00:00Z";
const NIGHT: &str = "2026-11-22T22:30:00Z";

/// What is decided at noon.
fn at_noon(events: &[Event], ask: &Ask) -> (Outcome, Reason, Option<Timestamp>) {
    let verdict = decide(&policy(), &profile(events), ask, at(NOON));
    (verdict.outcome, verdict.reason, verdict.until)
}

fn for_purpose(purpose: &str) -> Ask {
    Ask {
        purpose: purpose.to_owned(),
        ..ask()
    }
}

const ALLOWED: (Outcome, Reason, Option<Timestamp>) = (Outcome::Allow, Reason::Free, None);

fn suppressed(reason: Reason) -> (Outcome, Reason, Option<Timestamp>) {
    (Outcome::Suppress, reason, None)
}

fn held(reason: Reason, until: &str) -> (Outcome, Reason, Option<Timestamp>) {
    (Outcome::Hold, reason, Some(at(until)))
}

#[test]
fn nothing_is_sold_to_who_did_not_agree() {
    let said = |said: &[_]| [consent(said)];
    for (said, purpose, expected) in [
        (said(&[]), "marketing", suppressed(Reason::NotAgreed)),
        (
            said(&[("email", "marketing", Granted)]),
            "marketing",
            suppressed(Reason::NotAgreed),
        ),
        (
            said(&[("sms", "marketing", Denied)]),
            "marketing",
            suppressed(Reason::Denied),
        ),
        (said(&[("sms", "marketing", Granted)]), "marketing", ALLOWED),
        (said(&[("*", "marketing", Granted)]), "marketing", ALLOWED),
        // What was said in particular holds.
        (
            said(&[("*", "marketing", Granted), ("sms", "marketing", Denied)]),
            "marketing",
            suppressed(Reason::Denied),
        ),
        // A purpose that nobody configured is the strictest.
        (
            said(&[("sms", "marketing", Granted)]),
            "lottery",
            suppressed(Reason::NotAgreed),
        ),
        (said(&[]), "service", ALLOWED),
        (
            said(&[("sms", "service", Denied)]),
            "service",
            suppressed(Reason::Denied),
        ),
        (said(&[("sms", "security", Denied)]), "security", ALLOWED),
    ] {
        assert_eq!(at_noon(&said, &for_purpose(purpose)), expected, "{purpose}");
    }
}

#[test]
fn nothing_is_sold_to_nobody_in_particular() {
    let mut policy = policy();
    let easy = Purpose {
        consent: Need::NotDenied,
        ..Purpose::UNSAID
    };
    policy.purposes.insert("hint".to_owned(), easy);
    let of_nobody = |purpose| decide_of_nobody(&policy, &for_purpose(purpose), at(NOON)).reason;
    assert_eq!(
        ["marketing", "hint", "service"].map(of_nobody),
        [Reason::NotAgreed, Reason::NotAgreed, Reason::Free]
    );
    let known = decide(&policy, &profile(&[]), &for_purpose("hint"), at(NOON));
    assert_eq!(known.outcome, Outcome::Allow);
}

#[test]
fn who_refused_all_of_it_gets_none_of_it() {
    for (way, purpose) in [("*", "*"), ("sms", "*"), ("*", "marketing")] {
        let said = [consent(&[(way, purpose, Denied), ("sms", "marketing", Granted)])];
        assert_eq!(
            at_noon(&said, &ask()),
            suppressed(Reason::AllDenied),
            "{way} {purpose}"
        );
    }
    let nothing_at_all = [consent(&[("*", "*", Denied)])];
    assert_eq!(
        at_noon(&nothing_at_all, &for_purpose("service")),
        suppressed(Reason::AllDenied)
    );
    assert_eq!(at_noon(&nothing_at_all, &for_purpose("security")), ALLOWED);
    let by_mail = [consent(&[("email", "*", Denied), ("sms", "marketing", Granted)])];
    assert_eq!(at_noon(&by_mail, &ask()), ALLOWED);
}

#[test]
fn the_same_is_said_once_unless_it_could_not_be() {
    let about = |matter: &str, purpose: &str| Ask {
        matter: Some(matter.to_owned()),
        ..for_purpose(purpose)
    };
    let step = |name, time| {
        event(
            name,
            time,
            &[("matter", "m"), ("purpose", "service"), ("decision", "allow")],
        )
    };
    let allowed = || step("Contact Decided", "2026-11-21T10:00:00Z");
    let failed = || step("Message Failed", "2026-11-21T10:05:00Z");
    let was_sent = || step("Message Sent", "2026-11-21T10:06:00Z");
    let bounced = || step("Message Failed", "2026-11-21T10:07:00Z");
    let long_ago = || step("Message Sent", "2026-10-22T10:00:00Z");
    for (events, matter, expected) in [
        (vec![], "m", ALLOWED),
        (vec![allowed()], "m", suppressed(Reason::Said)),
        (vec![allowed()], "n", ALLOWED),
        (vec![allowed(), failed()], "m", ALLOWED),
        (
            vec![allowed(), failed(), was_sent()],
            "m",
            suppressed(Reason::Said),
        ),
        (vec![was_sent()], "m", suppressed(Reason::Said)),
        (vec![allowed(), was_sent(), bounced()], "m", ALLOWED),
        (vec![long_ago()], "m", ALLOWED),
    ] {
        assert_eq!(
            at_noon(&events, &about(matter, "service")),
            expected,
            "{events:?}"
        );
    }
    // What is about nothing in particular is said as often as it is asked.
    assert_eq!(at_noon(&[was_sent()], &for_purpose("service")), ALLOWED);
}

#[test]
fn nothing_is_sold_where_something_is_to_be_made_good() {
    let ticket = |name, time| event(name, time, &[("ticket_id", "t-1")]);
    let opened = || ticket("Ticket Opened", "2026-11-01T10:00:00Z");
    let called_off = |time| event("Order Cancelled", time, &[("order_id", "o-1")]);
    for (events, expected) in [
        (vec![opened()], held(Reason::OpenTicket, "2026-11-24T12:00:00Z")),
        (
            vec![opened(), ticket("Ticket Closed", "2026-11-21T10:00:00Z")],
            held(Reason::TicketClosed, "2026-11-23T10:00:00Z"),
        ),
        (
            vec![opened(), ticket("Ticket Closed", "2026-11-20T12:00:00Z")],
            ALLOWED,
        ),
        (
            vec![called_off("2026-11-22T11:00:00Z")],
            held(Reason::Leaving, "2026-11-25T11:00:00Z"),
        ),
        (vec![called_off("2026-11-19T11:00:00Z")], ALLOWED),
        (
            vec![event("Subscription Cancelled", "2026-11-22T11:00:00Z", &[])],
            held(Reason::Leaving, "2026-11-25T11:00:00Z"),
        ),
    ] {
        let all = [vec![agreed()], events].concat();
        assert_eq!(at_noon(&all, &ask()), expected, "{all:?}");
        assert_eq!(at_noon(&all, &for_purpose("service")), ALLOWED, "{all:?}");
    }
}

#[test]
fn nothing_is_sold_to_who_was_discontent_a_short_while_ago() {
    let survey = |name: &str, score: &str, time| event("Survey Answered", time, &[(name, score)]);
    let monday = "2026-11-16T12:00:00Z";
    let until = "2026-11-23T12:00:00Z";
    for (said, expected) in [
        (survey("nps", "6", monday), held(Reason::Discontent, until)),
        (survey("nps", "7", monday), ALLOWED),
        (survey("ces", "3", monday), held(Reason::Discontent, until)),
        (survey("ces", "4", monday), ALLOWED),
        (survey("nps", "0", "2026-11-15T12:00:00Z"), ALLOWED),
        (
            event("Delivery Failed", monday, &[]),
            held(Reason::FailedDelivery, until),
        ),
        (event("Delivery Failed", "2026-11-15T12:00:00Z", &[]), ALLOWED),
    ] {
        let all = [agreed(), said];
        assert_eq!(at_noon(&all, &ask()), expected, "{all:?}");
        assert_eq!(at_noon(&all, &for_purpose("service")), ALLOWED, "{all:?}");
    }
}

/// With all that there is against a message, and then with less and less of it.
#[test]
fn the_first_rule_that_speaks_decides() {
    let mut against = vec![
        (Rule::Consent, vec![consent(&[("sms", "marketing", Denied)])]),
        (
            Rule::Suppression,
            vec![consent(&[("*", "*", Denied), ("sms", "marketing", Granted)])],
        ),
        (Rule::AlreadySaid, vec![sent("2026-11-10T10:00:00Z", "m")]),
        (
            Rule::ServiceRecovery,
            vec![event(
                "Ticket Opened",
                "2026-11-20T10:00:00Z",
                &[("ticket_id", "t")],
            )],
        ),
        (
            Rule::RecentLow,
            vec![event("Survey Answered", "2026-11-20T10:00:00Z", &[("nps", "2")])],
        ),
        (Rule::QuietHours, vec![]),
        (Rule::FrequencyCap, vec![sent("2026-11-22T07:00:00Z", "x")]),
        (
            Rule::Priority,
            vec![
                sent("2026-11-17T10:00:00Z", "a"),
                sent("2026-11-18T10:00:00Z", "b"),
                sent("2026-11-19T10:00:00Z", "c"),
            ],
        ),
        (Rule::None, vec![]),
    ];
    let about = Ask {
        matter: Some("m".to_owned()),
        ..ask()
    };
    while let Some((expected, _)) = against.first() {
        let has_consent = against.len() > 7;
        let mut events: Vec<Event> = if has_consent { vec![] } else { vec![agreed()] };
        // Of what is said about consent the first counts alone: they say the contrary of each other.
        let said = usize::from(against.len() == 9);
        for (number, (_, more)) in against.iter().enumerate() {
            if said == 0 || number != 1 {
                events.extend(more.iter().cloned());
            }
        }
        let is_night = against.iter().any(|(rule, _)| *rule == Rule::QuietHours);
        let now = at(if is_night { NIGHT } else { NOON });
        let verdict = decide(&policy(), &profile(&events), &about, now);
        assert_eq!(verdict.reason.rule(), *expected, "{verdict:?}");
        against.remove(0);
    }
}

#[test]
fn every_outcome_and_reason_is_found_by_its_name() {
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::named(outcome.as_str()), Some(outcome));
    }
    for reason in Reason::ALL {
        assert_eq!(Reason::named(reason.as_str()), Some(reason));
    }
    assert!(Reason::ALL.is_sorted_by_key(|reason| reason.rule()));
}
