//! What a view tells: its sections, cut and masked, at a given moment.

use crate::domain::{
    context::{
        Content, Context, Mask, Section, View,
        samples::{at, event, map, profile, rich},
    },
    identifier::{Identifier, Kind, Trust},
    profile::{Profile, matters::OfferEnd},
};

fn view(mask: Mask, most: usize, sections: &[Section]) -> View {
    View {
        name: "social".to_owned(),
        sections: sections.to_vec(),
        recent_max: most,
        lines_max: most,
        mask,
        roles: Vec::new(),
        purpose: None,
    }
}

fn only(profile: &Profile, section: Section, mask: Mask, most: usize, minutes: u64) -> Content {
    let view = view(mask, most, &[section]);
    let mut sections = Context::of(profile, ("p", 1), &view, &Default::default(), at(minutes)).sections;
    assert_eq!(sections.len(), 1);
    sections.remove(0)
}

#[test]
fn a_configured_view_has_its_sections_in_its_order_known_or_not() {
    let mut sections = Section::ALL;
    sections.reverse();
    let view = view(Mask::None, 3, &sections);
    let of = |context: &Context| context.sections.iter().map(Content::section).collect::<Vec<_>>();
    let known = Context::of(&rich(), ("p-1", 7), &view, &Default::default(), at(30));
    assert_eq!(of(&known), sections);
    assert_eq!(of(&Context::empty(&view)), sections);
    assert_eq!(
        known.whose.map(|whose| (whose.profile, whose.version)),
        Some(("p-1".to_owned(), 7))
    );
    assert_eq!(Context::empty(&view).whose, None);
}

#[test]
fn an_offer_holds_until_it_expires_or_ends() {
    let holds = |events: &[crate::domain::event::Event], minutes| {
        let Content::Offers(offers) = only(&profile(events), Section::Offers, Mask::None, 5, minutes) else {
            unreachable!("asked for offers")
        };
        offers.items.first().map(|offer| (offer.holds, offer.end))
    };
    let mut shown = event(0, "web", "Offer Shown", &[("offer_id", "of-1")]);
    assert_eq!(holds(std::slice::from_ref(&shown), 500), Some((true, None)));
    shown.expires = Some(at(90));
    assert_eq!(holds(std::slice::from_ref(&shown), 89), Some((true, None)));
    assert_eq!(holds(std::slice::from_ref(&shown), 90), Some((false, None)));
    let used = event(5, "store", "Offer Used", &[("offer_id", "of-1")]);
    assert_eq!(holds(&[shown, used], 6), Some((false, Some(OfferEnd::Used))));
}

#[test]
fn offers_that_hold_come_before_later_ones_that_do_not() {
    let offer = |minutes, id, expires| {
        let mut shown = event(minutes, "web", "Offer Shown", &[("offer_id", id)]);
        shown.expires = Some(at(expires));
        shown
    };
    let profile = profile(&[
        offer(1, "holds", 60),
        offer(2, "over", 10),
        offer(3, "newest", 60),
    ]);
    let Content::Offers(offers) = only(&profile, Section::Offers, Mask::None, 2, 30) else {
        unreachable!("asked for offers")
    };
    assert_eq!(offers.count, 3);
    assert_eq!(
        offers
            .items
            .iter()
            .map(|offer| offer.id.as_str())
            .collect::<Vec<_>>(),
        ["newest", "holds"]
    );
}

#[test]
fn lists_are_cut_to_the_view_and_say_how_long_they_are() {
    let added = |minutes: u64| {
        let id = format!("p-{minutes}");
        event(
            minutes,
            "web",
            "Product Added to Wishlist",
            &[("product_id", &id)],
        )
    };
    let profile = profile(&(0..9).map(added).collect::<Vec<_>>());
    let Content::Wishlist(lines) = only(&profile, Section::Wishlist, Mask::None, 5, 30) else {
        unreachable!("asked for the wish list")
    };
    assert_eq!((lines.count, lines.items.len()), (9, 5));
    assert_eq!(lines.items.first().map(|line| line.product.as_str()), Some("p-8"));
    let Content::Recent(recent) = only(&profile, Section::Recent, Mask::None, 2, 30) else {
        unreachable!("asked for interactions")
    };
    assert_eq!(
        recent.iter().map(|one| one.time).collect::<Vec<_>>(),
        [at(8), at(7)]
    );
}

#[test]
fn the_latest_order_is_told_even_when_none_is_open() {
    let Content::Orders(orders) = only(&rich(), Section::Orders, Mask::None, 5, 30) else {
        unreachable!("asked for orders")
    };
    assert_eq!(
        orders.latest.map(|order| (order.id, order.state.as_str())),
        Some(("o-78".to_owned(), "delivered"))
    );
    assert_eq!(orders.open.count, 1);
    assert_eq!(
        orders
            .open
            .items
            .first()
            .map(|order| (order.id.as_str(), order.state.as_str())),
        Some(("o-77", "shipped"))
    );
}

#[test]
fn names_are_masked_however_they_came() {
    let person = |traits: &[(&str, &str)], mask| {
        let mut event = event(0, "web", "Identified", &[]);
        event.traits = map(traits);
        match only(&profile(&[event]), Section::Person, mask, 5, 1) {
            Content::Person(person) => person,
            other => unreachable!("asked for the person, got {:?}", other.section()),
        }
    };
    let two = [("firstName", "Sara"), ("last_name", "Ahmadi")];
    assert_eq!(
        person(&two, Mask::Contacts).display_name.as_deref(),
        Some("Sara Ahmadi")
    );
    assert_eq!(
        person(&two, Mask::Surname).display_name.as_deref(),
        Some("Sara A.")
    );
    assert_eq!(person(&two, Mask::Surname).last_name.as_deref(), Some("A."));
    let one = [
        ("name", "Sara Maria Ahmadi"),
        ("first_name", " "),
        ("loyalty_tier", "gold"),
        ("locale", "fa-IR"),
    ];
    assert_eq!(
        person(&one, Mask::Surname).display_name.as_deref(),
        Some("Sara Maria A.")
    );
    assert_eq!(person(&one, Mask::Surname).first_name, None);
    assert_eq!(person(&one, Mask::None).tier.as_deref(), Some("gold"));
    assert_eq!(person(&one, Mask::None).language.as_deref(), Some("fa-IR"));
}

#[test]
fn identifiers_are_masked_and_the_most_trusted_first() {
    let mut seen = event(0, "web", "Page Viewed", &[]);
    let cookie = Identifier::from_normalised(Kind::ANONYMOUS_ID, "cookie-1".to_owned(), Trust::Observed);
    seen.identifiers.insert(0, cookie);
    let Content::Identifiers(known) = only(&profile(&[seen]), Section::Identifiers, Mask::Contacts, 3, 1)
    else {
        unreachable!("asked for identifiers")
    };
    assert_eq!(known.count, 4);
    let shown: Vec<_> = known
        .items
        .iter()
        .map(|one| (one.kind.as_str(), one.value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("user_id", "***02"),
            ("phone", "***6789"),
            ("email", "s***@example.com")
        ]
    );
}

#[test]
fn debug_tells_nobody_who_it_is_about() {
    let view = view(Mask::None, 5, &Section::ALL);
    let context = Context::of(&rich(), ("p-1", 7), &view, &Default::default(), at(30));
    let text = format!("{context:?} {:?}", context.sections);
    for secret in ["Sara", "Ahmadi", "+989123456789", "sara@example.com", "u-102"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("gold"), "{text}");
}
