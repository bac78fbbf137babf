//! The first rule that speaks decides, whatever else holds.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Something of which one rule speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Holds {
    Complaint,
    Leaving,
    Promised,
    Worth,
    OpenOrder,
}

impl Holds {
    const ALL: [Self; 5] = [
        Self::Complaint,
        Self::Leaving,
        Self::Promised,
        Self::Worth,
        Self::OpenOrder,
    ];

    fn events(self) -> Vec<Event> {
        match self {
            Self::Complaint => vec![complained()],
            Self::Leaving => vec![event("Subscription Cancelled", "2026-11-20T12:00:00Z", &[])],
            Self::Promised => vec![promised("2026-11-21T12:00:00Z")],
            Self::Worth => {
                let about = [("order_id", "o-2"), ("total", "9000"), ("currency", "EUR")];
                let closed = [("order_id", "o-2")];
                vec![
                    event("Order Completed", "2026-11-02T12:00:00Z", &about),
                    event("Order Delivered", "2026-11-03T12:00:00Z", &closed),
                ]
            }
            Self::OpenOrder => vec![ordered("20")],
        }
    }

    fn rule(self) -> Rule {
        match self {
            Self::Complaint => Rule::ServiceRecovery,
            Self::Leaving => Rule::Retention,
            Self::Promised => Rule::PromisedCallBack,
            Self::Worth => Rule::HighValue,
            Self::OpenOrder => Rule::SelfService,
        }
    }
}

proptest! {
    #[test]
    fn the_first_rule_that_speaks_decides(
        held in vec(select(&Holds::ALL[..]), 0..6),
        is_busy: bool,
        reversed: bool,
    ) {
        let mut events: Vec<Event> = held.iter().flat_map(|one| one.events()).collect();
        if reversed {
            events.reverse();
        }
        // The same event twice is one.
        let mut seen = std::collections::BTreeSet::new();
        events.retain(|event| seen.insert(event.id.id.clone()));
        let desk = if is_busy { busy() } else { free() };
        let last = if is_busy { Rule::Deferral } else { Rule::Skill };
        let expected = held.iter().map(|one| one.rule()).min().unwrap_or(last);
        let verdict = at_noon(&desk, &events, &ask("order_status"));
        prop_assert_eq!(verdict.reason.rule(), expected);
        if expected == Rule::ServiceRecovery {
            prop_assert_eq!((verdict.route, verdict.priority), (Route::Agent, 9));
        }
        prop_assert!(verdict.priority <= 9);
    }
}
