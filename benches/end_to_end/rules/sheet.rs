//! Rules as files have them: those of a shop, and such that each event is asked about a given number of.

use std::fmt::Write as _;

/// The types of events that the traffic has.
const TYPES: [&str; 20] = [
    "Page Viewed",
    "Product Viewed",
    "Product Added",
    "Product Removed",
    "Products Searched",
    "Cart Viewed",
    "Application Opened",
    "Offer Shown",
    "Coupon Applied",
    "Signed In",
    "Signed Out",
    "Checkout Started",
    "Order Completed",
    "Order Ready",
    "Order Shipped",
    "Order Delivered",
    "Call Started",
    "Call Ended",
    "Survey Answered",
    "Consent Changed",
];

/// The rules of a shop: 50 segments and 100 flows, of which an event is asked about ten at most.
pub fn of_shop() -> String {
    let mut sheet = String::new();
    let mut segment = |name: &str, when: &str| {
        writeln!(sheet, "[segments.{name}]\nwhen = '{when}'").unwrap();
    };
    segment("frequent", r#"visits("7d") >= 3"#);
    segment("capital", r#"get(traits, "city", "") == "Tehran""#);
    for number in 0..16 {
        let name = format!("fact_{number}");
        segment(&name, &format!(r#"get(traits, "{name}", "") == "yes""#));
    }
    for number in 1..7 {
        let when = format!(r#""fact_{number}" in segments && !("fact_0" in segments)"#);
        segment(&format!("alone_{number}"), &when);
    }
    segment(
        "capital_alone",
        r#""capital" in segments && !("fact_0" in segments)"#,
    );
    for (number, kind) in TYPES.iter().enumerate() {
        let when = match number % 4 {
            0 => format!(r#"count("{kind}", "30d") >= 3"#),
            1 => format!(r#"days("{kind}", "14d") >= 2"#),
            2 => format!(r#"happened("{kind}", "3d")"#),
            _ => format!(r#"since("{kind}") < seconds("10d")"#),
        };
        segment(&format!("did_{number}"), &when);
    }
    segment("cart_left", r#"size(cart) > 0 && quiet("Order Completed", "2h")"#);
    segment("cart_full", "size(cart) >= 4");
    segment("buyers", "totals.orders > 0");
    segment("spenders", r#"get(totals.revenue, "IRR", 0.0) > 50000000.0"#);
    segment("no_consent", r#"get(consent, "sms/marketing", "") == "denied""#);
    for number in 0..100 {
        let kind = TYPES[number % TYPES.len()];
        let when = match number / TYPES.len() {
            0 => format!(r#"count("{kind}", "7d") == 4"#),
            1 => r#""frequent" in segments && "cart_left" in segments && totals.orders > 2"#.to_owned(),
            _ => r#"int(get(event.properties, "total", 0)) > 30000000"#.to_owned(),
        };
        // An order touches many segments. The last are of other shops: such a thing does not happen here.
        let on = match (number / TYPES.len(), kind) {
            (2, "Order Completed") | (3.., _) => format!("Never {number}"),
            _ => kind.to_owned(),
        };
        flow(&mut sheet, number, &[on], &when);
    }
    sheet
}

/// 50 segments and 100 flows, of which each event is asked about `count`: half of them segments.
pub fn of_curve(count: usize) -> String {
    let mut sheet = String::new();
    let (flows, segments) = (count / 2, count - count / 2);
    for number in 0..50 {
        let kinds = kinds(number, 50, segments);
        let counts: Vec<String> = kinds
            .iter()
            .map(|kind| format!(r#"count("{kind}", "7d")"#))
            .collect();
        let when = format!("{} > {}", counts.join(" + "), 20 * counts.len());
        writeln!(sheet, "[segments.s_{number}]\nwhen = '{when}'").unwrap();
    }
    for number in 0..100 {
        let when = match number % 4 {
            0 => r#"get(event.properties, "total", 0) == 1"#.to_owned(),
            1 => r#"visits("1d") > 20 && "s_1" in segments"#.to_owned(),
            2 => r#"get(traits, "city", "") == "Atlantis""#.to_owned(),
            _ => "size(cart) > 50 && totals.orders > 50".to_owned(),
        };
        flow(&mut sheet, number, &kinds(number, 100, flows), &when);
    }
    sheet
}

/// The types of events that the rule of this number is for, where each type is to have so `many` of `rules`.
fn kinds(number: usize, rules: usize, many: usize) -> Vec<String> {
    let places = (0..TYPES.len() * many).filter(|place| place % rules == number);
    let kinds: Vec<String> = places
        // Whoever has several is to have different ones.
        .map(|place| TYPES[(place + place / rules * 7) % TYPES.len()].to_owned())
        .collect();
    match kinds.is_empty() {
        true => vec![format!("Never {number}")],
        false => kinds,
    }
}

fn flow(sheet: &mut String, number: usize, on: &[String], when: &str) {
    writeln!(
        sheet,
        "[flows.f_{number}]\non = {on:?}\nwhen = '{when}'\nagain_after = \"30d\"\n\
         steps = [{{ wait = \"2h\" }}, {{ check = 'totals.orders < 100' }}, \
         {{ ask = {{ channel = \"web\", name = \"banner_{number}\" }} }}]"
    )
    .unwrap();
}
