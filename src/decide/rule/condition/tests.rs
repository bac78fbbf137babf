//! Conditions: what they say of a customer, until when, and what is refused before anybody is looked at.

mod refusals;
mod time;
mod told;

use crate::{
    decide::rule::{
        condition::Condition,
        facts::Standing,
        reads::{Names, Part},
        samples::{Customer, DAY, HOUR, NOW, condition, event, number, text, with},
    },
    domain::{
        profile::consent::{Decision, Given},
        time::Timestamp,
        value::Value,
    },
};

/// A customer with something of everything.
fn mina() -> Customer {
    let line = |event, id: &str, price: &str| {
        with(
            event,
            [
                ("product_id", text(id)),
                ("name", text("Tea")),
                ("price", number(price)),
                ("quantity", number("2")),
                ("currency", text("EUR")),
            ],
        )
    };
    let mut shown = with(event(6, "Offer Shown", NOW - HOUR), [("offer_id", text("o"))]);
    shown.expires = Some(Timestamp::from_micros(NOW + HOUR));
    let mut said = event(8, "Profile Updated", NOW - HOUR);
    for (name, value) in [("city", text("Tehran")), ("children", number("2"))] {
        said.traits.insert(name.to_owned(), value);
    }
    let order = [
        ("order_id", text("1")),
        ("total", number("12.50")),
        ("currency", text("EUR")),
    ];
    let mut mina = Customer::of(&[
        with(event(1, "Order Completed", NOW - 40 * DAY), order),
        line(event(2, "Product Added", NOW - 2 * HOUR), "p", "9.90"),
        line(event(3, "product_added", NOW - HOUR), "q", "3"),
        line(event(4, "Product Added to Wishlist", NOW - HOUR), "w", "1"),
        with(
            event(5, "Ticket Opened", NOW - HOUR),
            [("ticket_id", text("t")), ("kind", text("complaint"))],
        ),
        shown,
        said,
    ]);
    let mut standing = crate::domain::profile::consent::Standing::default();
    standing.add(&Given {
        stamp: event(9, "x", NOW).stamp(),
        decision: Decision::Granted,
        verified: false,
    });
    let subject = ("sms".to_owned(), "marketing".to_owned());
    mina.profile.consent.insert(subject, standing);
    mina.segments.insert("champions".to_owned());
    mina.value = Some(Standing {
        recency: 5,
        tier: "top".to_owned(),
        ..Standing::default()
    });
    let mut wish = with(
        event(10, "Product Added to Wishlist", NOW),
        [("price", number("9.90"))],
    );
    wish.expires = Some(Timestamp::from_micros(NOW + HOUR));
    let offer = Value::Map([("id".to_owned(), text("o"))].into());
    let tags = Value::List(vec![text("a"), number("1"), Value::Null]);
    mina.event = Some(with(wish, [("offer", offer), ("tags", tags)]));
    mina.then = Some(with(
        event(11, "Order Completed", NOW),
        [("price", number("9.9"))],
    ));
    mina
}

fn holds(customer: &Customer, text: &str) -> bool {
    let holding = condition(text).holds(&customer.facts(NOW));
    holding.unwrap_or_else(|failed| panic!("{text}: {failed}")).holds
}

#[test]
fn a_condition_sees_the_customer() {
    let mina = mina();
    for text in [
        "size(cart) == 2 && cart.exists(line, line.price > 9) && cart.all(line, line.currency == 'EUR')",
        "cart.map(line, line.product_id) == ['q', 'p'] && cart[0].quantity == 2 && cart[0].name == 'Tea'",
        "wishlist.size() == 1 && wishlist[0].product_id == 'w' && !has(wishlist[0].colour)",
        "size(orders) == 1 && orders[0].state == 'placed' && orders[0].id == '1'",
        "tickets.exists(ticket, ticket.complaint && ticket.id == 't' && !has(ticket.subject))",
        "offers.exists(offer, !offer.ended && age(offer.expires) == -3600) && !has(offers[0].end)",
        "totals.orders == 1 && totals.revenue.EUR == 12.5 && totals.revenue['EUR'] > 12",
        "'champions' in segments && !('idle' in segments) && size(segments) == 1",
        "value.recency == 5 && value.tier == 'top' && value.name == '' && value.frequency == 0",
        "consent['sms/marketing'] == 'granted' && !('email/marketing' in consent)",
        "get(consent, 'email/marketing', 'denied') == 'denied' && consent.get('sms/marketing', '') == 'granted'",
        "counters.events == 7 && counters.by_type['Product Added'] == 2 && counters.by_channel.web == 7",
        "get(counters.by_type, 'Page Viewed', 0) == 0 && counters.by_type.order_completed == 1",
        "traits.city == 'Tehran' && has(traits.children) && !has(traits.pets) && traits['children'] + 1 == 3",
        "get(traits, 'pets', 0) == 0 && traits.exists(name, name == 'city') && size(traits) == 2",
        "event.name == 'Product Added to Wishlist' && event.type == 'product_added_to_wishlist'",
        "event.properties.price == 9.9 && event.properties.offer.id == 'o' && event.channel == 'web'",
        "event.properties.price == then.properties.price && event.properties != then.properties",
        "event.properties.tags == ['a', 1, null] && size(event.properties) == 3 && event.source == 'test'",
        "event.time == 1728043200 && event.expires - event.time == 3600 && !has(then.expires)",
        "age(event.time) == 0 && age('2024-10-04T11:59:00Z') == 60",
        "matter == 'order 7' && matter.startsWith('order') && size(kinds) == 0 && size(bought) == 0",
    ] {
        assert!(holds(&mina, text), "{text}");
        let negated = format!("!({text})");
        assert!(!holds(&mina, &negated), "{negated}");
    }
}

#[test]
fn who_is_not_known_has_nothing() {
    let nobody = Customer::default();
    for text in [
        "size(cart) + size(wishlist) + size(orders) + size(tickets) + size(offers) + size(bought) == 0",
        "value.recency == 0 && value.tier == '' && totals.orders == 0 && size(totals.revenue) == 0",
        "counters.events == 0 && !has(traits.city) && !has(event.time) && size(event) == 0",
        "since('Order Completed') >= 1000000000000 && quiet('Order Completed', '520w')",
    ] {
        assert!(holds(&nobody, text), "{text}");
    }
}

#[test]
fn what_it_comes_to_is_a_value_of_the_house() {
    let mina = mina();
    let offer = Value::Map([("id".to_owned(), text("o"))].into());
    for (expression, expected) in [
        ("event.properties.offer", offer),
        (
            "event.properties.tags",
            Value::List(vec![text("a"), number("1"), Value::Null]),
        ),
        (
            "{'a': 1.5, 'b': [true]}",
            Value::Map(
                [
                    ("a".to_owned(), number("1.5")),
                    ("b".to_owned(), Value::List(vec![Value::Bool(true)])),
                ]
                .into(),
            ),
        ),
        ("totals.revenue.EUR", number("12.5")),
        ("2.0 * 2.0", number("4")),
        ("'order ' + string(7)", text("order 7")),
        ("event.properties.?colour", Value::Null),
        ("count('Product Added', '1d')", number("2")),
    ] {
        assert_eq!(
            condition(expression).value(&mina.facts(NOW)),
            Ok(expected),
            "{expression}"
        );
    }
    let at = |expression| condition(expression).time(&mina.facts(NOW));
    assert_eq!(at("event.expires"), Ok(Some(Timestamp::from_micros(NOW + HOUR))));
    assert_eq!(
        at("'2024-10-04T12:00:00Z'"),
        Ok(Some(Timestamp::from_micros(NOW)))
    );
    assert_eq!(at("then.expires"), Ok(None));
    assert_eq!(at("event.properties.?until"), Ok(None));
    assert!(at("event.name").is_err() && at("1.5 > 1.0").is_err());
}

#[test]
fn what_it_reads_is_known_before_it_is_evaluated() {
    let reads = condition(
        "size(cart) > 0 && count('Order Completed', '7d') > 1 && 'champions' in segments && traits.city == 'x' \
         && get(traits, 'zip', '') == '' && value.tier == 'top' && cart.exists(traits_of, traits_of.price > 1)",
    );
    let reads = reads.reads();
    let names = |names: &[&str]| Names::These(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(reads.types, names(&["order_completed"]));
    assert_eq!(reads.segments, names(&["champions"]));
    assert_eq!(reads.traits, names(&["city", "zip"]));
    assert_eq!(reads.parts, [Part::Cart, Part::Value].into());
    let any = condition("visits('7d') > 1 && size(traits) > 1 && size(segments) > 1");
    let any = any.reads();
    assert_eq!(
        (&any.types, &any.traits, &any.segments),
        (&Names::Any, &Names::Any, &Names::Any)
    );
    for (text, window) in [
        ("true", 0),
        ("count('a', '7d') > 0 || quiet('b', '2w')", 14 * DAY),
        ("since('a') > seconds('90d')", 90 * DAY + 1_000_000),
    ] {
        assert_eq!(
            condition(text).window_us(),
            u64::try_from(window).unwrap(),
            "{text}"
        );
    }
    assert_eq!(condition("since('a') > event.time").window_us(), u64::MAX);
}

#[test]
fn what_fails_says_nothing_of_the_customer() {
    let mut mina = mina();
    let secret = with(
        event(12, "x", NOW),
        [
            ("secret", text("hunter2")),
            ("list", Value::List(vec![text("hunter2")])),
        ],
    );
    mina.event = Some(secret);
    for expression in [
        "event.properties.secret",
        "event.properties.secret > 1",
        "event.properties.secret + 1 == 2",
        "int(event.properties.secret) == 1",
        "event.properties[event.properties.secret] == 1",
        "event.properties.list[7] == 'x'",
        "event.properties.nothing == 1",
        "age(event.properties.secret) > 1",
        "{'a': 1}[event.properties.secret] == 1",
        "event.properties.secret.value() == 'x'",
        "1 / size(bought) == 1",
        "!event.properties.secret",
        "event.properties.secret && true",
        "event.properties.secret.contains(1)",
    ] {
        let failed = condition(expression).holds(&mina.facts(NOW)).unwrap_err();
        assert!(
            !failed.problem.contains("hunter") && !failed.problem.is_empty(),
            "{expression}: {failed}"
        );
        assert!(
            !failed.problem.contains("cannot be evaluated"),
            "{expression}: {failed}"
        );
    }
}

#[test]
fn an_expression_shows_itself_alone() {
    let own = Condition::parse("size(cart) > 0").unwrap();
    assert_eq!(
        (own.text(), format!("{own:?}")),
        ("size(cart) > 0", "Condition(\"size(cart) > 0\")".to_owned())
    );
}
