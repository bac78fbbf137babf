//! Dealings add up to the same in any order and any parts, however little of them is kept.

use proptest::prelude::*;

use crate::domain::{
    context::samples::{event, rich},
    event::Event,
    profile::{
        Aggregate, FoldLimits,
        dealings::{Dealings, Mood},
    },
};

const LITTLE: FoldLimits = FoldLimits {
    matters_max: 2,
    lines_max: 2,
    ..FoldLimits::STANDARD
};

const NAMES: [&str; 8] = [
    "Callback Scheduled",
    "Callback Completed",
    "Callback Failed",
    "Price Quoted",
    "Offer Shown",
    "Ticket Opened",
    "Order Completed",
    "Survey Answered",
];

/// The event called `name` at a minute, about the matter of that number.
fn told(name: usize, minute: u64, matter: u8) -> Event {
    let id = format!("m-{matter}");
    let names = [
        "callback_id",
        "quote_id",
        "offer_id",
        "ticket_id",
        "order_id",
        "product_id",
    ];
    let mut properties: Vec<(&str, &str)> = names.iter().map(|name| (*name, id.as_str())).collect();
    let (kind, score) = match matter % 2 {
        0 => ("complaint", "2"),
        _ => ("question", "9"),
    };
    properties.extend([
        ("price", "10"),
        ("kind", kind),
        ("style", "nps"),
        ("score", score),
    ]);
    event(minute, "callcenter", NAMES[name], &properties)
}

fn folded(events: &[Event], limits: &FoldLimits) -> Dealings {
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, false, limits), limits);
    }
    whole.dealings
}

proptest! {
    #[test]
    fn they_are_the_same_in_any_order_and_any_parts(
        drafts in prop::collection::vec((0..NAMES.len(), 0..9_u64, 0..4_u8), 0..16),
        seed in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut events: Vec<Event> = drafts.iter().map(|(name, minute, matter)| told(*name, *minute, *matter)).collect();
        for (place, event) in events.iter_mut().enumerate() {
            event.id.id = format!("e-{place}");
        }
        let expected = folded(&events, &LITTLE);
        let (before, behind) = events.split_at(cut.index(events.len() + 1));
        let mut parts = [before, behind].map(|part| {
            let mut whole = Aggregate::default();
            for event in part {
                whole.merge(&Aggregate::of(event, false, &LITTLE), &LITTLE);
            }
            whole
        });
        let [first, second] = &mut parts;
        second.merge(first, &LITTLE);
        prop_assert_eq!(&second.dealings, &expected);
        let middle = seed.index(events.len() + 1);
        events.rotate_left(middle);
        events.reverse();
        prop_assert_eq!(folded(&events, &LITTLE), expected);
    }
}

#[test]
fn moods_are_read_from_words_numbers_and_scores() {
    let mood = |properties: &[(&str, &str)]| {
        let event = event(1, "callcenter", "Call Ended", properties);
        let feelings = folded(&[event], &FoldLimits::STANDARD).feelings;
        feelings.first().map(|feeling| feeling.mood)
    };
    for (properties, expected) in [
        (&[("sentiment", "Very Negative")][..], Some(Mood::Negative)),
        (&[("emotion", "happy")], Some(Mood::Positive)),
        (&[("sentiment", "-0.25")], Some(Mood::Negative)),
        (&[("sentiment", "0.2")], Some(Mood::Neutral)),
        (&[("sentiment", "0.25")], Some(Mood::Positive)),
        (&[("sentiment", "7")], None),
        (&[("sentiment", "as ever")], None),
        (&[("style", "NPS"), ("score", "6")], Some(Mood::Negative)),
        (&[("style", "nps"), ("score", "9")], Some(Mood::Positive)),
        (&[("survey", "csat"), ("score", "3")], Some(Mood::Neutral)),
        (&[("ces", "2")], Some(Mood::Negative)),
        (&[("score", "2")], None),
        (&[], None),
    ] {
        assert_eq!(mood(properties), expected, "{properties:?}");
    }
}

#[test]
fn whoever_has_none_has_none() {
    assert!(Dealings::default().is_empty());
    assert!(!rich().whole.dealings.is_empty());
}
