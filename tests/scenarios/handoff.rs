//! A code that hands a session over: who scans it first and in time is one person with whom it was minted for, and
//! nobody else is.

use serde_json::json;
use yekta::{domain::time::Timestamp, engine::ProfileId};

use crate::{
    asked::{HOUR, mint, redeem, ten_minutes_later},
    said::{cookie, event, identifier, signed_in, user, viewed},
    town::{NOW, Town},
};

fn half_an_hour_later() -> Timestamp {
    NOW.saturating_add(HOUR / 2)
}

/// Somebody known by an identifier scans a code.
fn scan(town: &Town, time: &str, (kind, value): (&str, &str), token: &str) {
    let scanned = json!([identifier(kind, value, "observed"), {"kind": "qr_token", "value": token}]);
    let name = ["mobile", "QR Scanned"];
    town.tell(&[event(&format!("scan by {value}"), name, time, scanned, json!({}))]);
}

fn id(town: &Town, kind: &str, value: &str) -> ProfileId {
    town.person(kind, value).id
}

#[test]
fn a_second_scan_joins_nobody() {
    let mut town = Town::new();
    town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "daniel")]);
    let token = mint(&town, "user_id", "daniel");
    town.reopen_at(ten_minutes_later);
    scan(&town, "22T12:05", ("device_id", "his"), &token);
    scan(&town, "22T12:06", ("device_id", "another"), &token);
    let daniel = id(&town, "user_id", "daniel");
    assert_eq!(id(&town, "device_id", "his"), daniel);
    assert_ne!(id(&town, "device_id", "another"), daniel);
}

#[test]
fn the_first_to_scan_is_found_among_more_than_are_looked_at() {
    for keys in 0..4 {
        let mut town = Town::keyed(keys);
        town.reopen_with("[identifiers]\natoms_max = 4\n");
        town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "daniel")]);
        let token = mint(&town, "user_id", "daniel");
        town.reopen_at(half_an_hour_later);
        for minute in (2..14).rev() {
            let device = format!("d-{minute}");
            scan(
                &town,
                &format!("22T12:{minute:02}"),
                ("device_id", &device),
                &token,
            );
            let daniel = id(&town, "user_id", "daniel");
            assert_eq!(id(&town, "device_id", &device), daniel, "the earliest so far");
        }
        assert_ne!(id(&town, "device_id", "d-3"), id(&town, "user_id", "daniel"));
    }
}

#[test]
fn who_scanned_a_code_of_a_claim_that_no_longer_counts_is_somebody_else_again() {
    let mut town = Town::new();
    town.reopen_with("[identifiers]\nclaims_max = 2\n");
    town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "daniel")]);
    let token = mint(&town, "user_id", "daniel");
    town.reopen_at(half_an_hour_later);
    scan(&town, "22T12:05", ("device_id", "his"), &token);
    assert_eq!(id(&town, "device_id", "his"), id(&town, "user_id", "daniel"));
    // Comes late: of three claims the one that the code was minted under is the last.
    town.tell(&[signed_in("2", "22T09:00", &cookie("c2"), "daniel")]);
    assert_ne!(id(&town, "device_id", "his"), id(&town, "user_id", "daniel"));
}

/// The second scan is by a card of the one the code was minted for: the way to the first leads past it.
#[test]
fn the_first_to_scan_belongs_to_the_customer_though_a_second_scan_is_met_before() {
    for keys in 0..8 {
        let mut town = Town::keyed(keys);
        let card = |trust| identifier("loyalty_id", "l", trust);
        let at_home = json!([card("verified"), cookie("x")]);
        town.tell(&[event("1", ["web", "Page Viewed"], "22T11:00", at_home, json!({}))]);
        let token = mint(&town, "loyalty_id", "l");
        town.reopen_at(half_an_hour_later);
        scan(&town, "22T12:15", ("device_id", "s"), &token);
        let with_card = json!([card("stated"), {"kind": "qr_token", "value": token}]);
        town.tell(&[event(
            "2",
            ["mobile", "QR Scanned"],
            "22T12:20",
            with_card,
            json!({}),
        )]);
        let joined = json!([user("ann"), card("verified")]);
        town.tell(&[event("3", ["web", "Signed Up"], "22T12:25", joined, json!({}))]);
        assert_eq!(
            id(&town, "device_id", "s"),
            id(&town, "user_id", "ann"),
            "keys {keys}"
        );
        assert_eq!(town.profiles().len(), 1, "keys {keys}");
    }
}

/// Ends a code's life.
type End = fn(&Town, &str);

const ENDS: [End; 2] = [
    |town, token| assert_eq!(redeem(town, token, json!({}))["outcome"], "valid"),
    |town, token| {
        let revoked = town.post(&format!("/v1/qr/{token}/revoke"), &json!({}));
        assert_eq!(revoked["outcome"], "revoked");
    },
];

/// Who scans an ended code is on their own; who scanned it before the end joined, however late that is told.
fn assert_ended(town: &mut Town, token: &str) {
    town.reopen_at(half_an_hour_later);
    scan(town, "22T12:20", ("device_id", "late"), token);
    let daniel = id(town, "user_id", "daniel");
    assert_ne!(id(town, "device_id", "late"), daniel);
    scan(town, "22T12:08", ("device_id", "his"), token);
    assert_eq!(id(town, "device_id", "his"), daniel);
}

#[test]
fn a_code_that_was_used_or_taken_back_joins_nobody_who_scans_it_later() {
    for end in ENDS {
        let mut town = Town::new();
        town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "daniel")]);
        let token = mint(&town, "user_id", "daniel");
        town.reopen_at(ten_minutes_later);
        end(&town, &token);
        assert_ended(&mut town, &token);
    }
}

/// The code's end is told of the customer, its beginning of the browser.
#[test]
fn a_code_ends_as_well_where_nobody_had_signed_in_when_it_was_minted() {
    for end in ENDS {
        let mut town = Town::new();
        let browser = cookie("c");
        town.tell(&[viewed("1", "22T10:00", &browser)]);
        let token = mint(&town, "anonymous_id", "c");
        town.reopen_at(ten_minutes_later);
        town.tell(&[signed_in("2", "22T12:05", &browser, "daniel")]);
        end(&town, &token);
        assert_ended(&mut town, &token);
    }
}

/// The customer's own scan, told before or after the code was redeemed under the same customer id.
#[test]
fn a_code_that_its_scanner_used_ends_whichever_of_both_is_told_first() {
    for scan_first in [true, false] {
        let mut town = Town::new();
        let browser = cookie("c");
        town.tell(&[viewed("1", "22T10:00", &browser)]);
        let token = mint(&town, "anonymous_id", "c");
        town.reopen_at(ten_minutes_later);
        town.tell(&[signed_in("2", "22T10:05", &browser, "daniel")]);
        let own_scan = |town: &Town| scan_of_a_customer(town, "22T12:05", "daniel", &token);
        if scan_first {
            own_scan(&town);
        }
        assert_eq!(redeem(&town, &token, json!({}))["outcome"], "valid");
        if !scan_first {
            own_scan(&town);
        }
        town.reopen_at(half_an_hour_later);
        scan(&town, "22T12:07", ("device_id", "stranger"), &token);
        let (stranger, daniel) = (id(&town, "device_id", "stranger"), id(&town, "user_id", "daniel"));
        assert_ne!(stranger, daniel, "scan told first: {scan_first}");
    }
}

/// A signed-in customer scans a code.
fn scan_of_a_customer(town: &Town, time: &str, customer: &str, token: &str) {
    let scanned = json!([user(customer), {"kind": "qr_token", "value": token}]);
    let name = ["mobile", "QR Scanned"];
    town.tell(&[event("scan by a customer", name, time, scanned, json!({}))]);
}
