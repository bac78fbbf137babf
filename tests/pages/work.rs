//! What somebody at work does in the console beside looking: writes down what a customer decided, asks who was told of
//! them, holds one span of time beside another, and looks how the service fares.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    console::{check_can_be_read, open, sara, sign_in, trouble, visit, waits},
    house::{House, READ_KEY, event},
};

/// The keys of an agent's desk, and of somebody who counts.
const DESK: &str = "a-key-of-the-agents-desk";
const FIGURES: &str = "a-key-of-who-makes-figures";
/// Readings that the first page has no room for.
const CALLS: usize = 30;
/// The first button of what is known of a customer's consent, and of what else can be written down of it.
const CHANGE: &str = ".consent .facts button";
const MORE: &str = ".consent details .sure button";
const NOTE: &str = ".consent [role=status]";
/// Stands between two pages: an address that differs behind its # alone loads nothing.
const NOWHERE: &str = "about:blank";

fn id_of_sara(house: &House) -> String {
    let told = house.get("/v1/profiles/user_id:sara");
    told["id"].as_str().unwrap().to_owned()
}

fn go(browser: &mut Browser, house: &House, language: &str, page: &str) {
    browser.go(NOWHERE);
    browser.go(&house.page(&format!("/?lang={language}#/{page}")));
}

/// Sets a field as a hand does, which is heard of once it is done.
fn set(browser: &mut Browser, selector: &str, value: &str) {
    let (selector, value) = (json!(selector), json!(value));
    browser.eval(&format!(
        "(() => {{
            const field = document.querySelector({selector});
            field.value = {value};
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));
        }})()"
    ));
}

fn consent(house: &House) -> Value {
    house.get("/v1/profiles/user_id:sara")["consent"].clone()
}

#[test]
fn what_a_customer_decided_is_written_down_once_it_is_sure() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open(None);
    house.tell(&[visit(), vec![sign_in()]].concat());
    let page = format!("profile/{}", id_of_sara(&house));
    browser.look(1440, "light");
    go(&mut browser, &house, "en", &page);
    browser.sees(".consent .facts", &["marketing", "granted", "Withdraw"]);

    // It is asked first, and nothing is done where the answer is no. The keyboard is enough.
    browser.click(CHANGE);
    browser.sees(".consent .facts", &["Write down “denied”", "Yes, do it", "No"]);
    browser.click(".consent .facts .sure .plain");
    browser.sees(".consent .facts", &["granted", "Withdraw"]);
    waits(
        &mut browser,
        "the focus where it was",
        &format!("document.activeElement === document.querySelector('{CHANGE}')"),
    );
    browser.press("Enter");
    browser.sees(".consent .facts", &["Yes, do it"]);
    // The service is away: it is said, and it can be tried again.
    browser.cut_off(true);
    browser.press("Enter");
    browser.sees(".consent .facts [role=alert]", &["It was not written down"]);
    browser.cut_off(false);
    assert_eq!(consent(&house), json!({"sms": {"marketing": "granted"}}));
    browser.click(CHANGE);
    browser.click(CHANGE);
    browser.sees(NOTE, &["Written down: “denied” for marketing by text message."]);
    browser.sees(".consent .facts", &["denied", "Grant"]);
    assert_eq!(consent(&house), json!({"sms": {"marketing": "denied"}}));
    check_can_be_read(&mut browser, "consent-en-light-1440");

    // In Persian, of a way that nothing was known of.
    browser.look(360, "dark");
    go(&mut browser, &house, "fa", &page);
    browser.sees(".consent .facts", &["بازاریابی", "نداده", "ثبت رضایت"]);
    browser.click(".consent summary");
    set(&mut browser, ".consent select[name=way]", "email");
    browser.sees(".consent details", &["ثبت رضایت", "ثبت مخالفت"]);
    browser.click(MORE);
    browser.sees(".consent details", &["ثبت شود؟", "بله، انجام بده"]);
    check_can_be_read(&mut browser, "consent-fa-dark-360");
    browser.click(MORE);
    browser.sees(NOTE, &["ثبت شد", "ایمیل"]);
    assert_eq!(consent(&house)["email"], json!({"marketing": "granted"}));

    // Nobody has to show a key here, so that no log of readings is kept.
    browser.click(".readers summary");
    browser.sees(".readers", &["چه کسانی خوانده‌اند", "audit"]);
    browser.close();
    house.close();
}

#[test]
fn whoever_was_told_of_a_customer_is_listed_to_whom_that_is_for() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = House::open_to(&[["desk", "agent", DESK], ["figures", "analyst", FIGURES]]);
    house.tell(&[visit(), vec![sign_in()]].concat());
    let path = format!("/v1/profiles/{}", id_of_sara(&house));
    for _ in 0..CALLS {
        house.get_for(Some(DESK), Some("call 4711"), &path);
    }
    let page = path.replace("/v1/profiles", "profile");
    browser.look(1440, "light");
    go(&mut browser, &house, "en", &page);
    browser.sees("#key", &["read key"]);
    browser.scan(READ_KEY);
    browser.sees(".page.profile h1", &["Sara Rahimi"]);

    // Nothing is asked for before it is opened, which the keyboard does; then the latest is first.
    browser.sees(".readers", &["Who read it"]);
    let asked = "performance.getEntriesByType('resource').some(({ name }) => new URL(name).pathname.endsWith('/readers'))";
    assert_eq!(browser.eval(asked), false);
    browser.eval("document.querySelector('.readers summary').focus()");
    browser.press("Enter");
    browser.sees(
        ".readers",
        &[
            "default",
            "admin",
            "desk",
            "agent",
            "for “call 4711”",
            "Show more",
        ],
    );
    let listed = "document.querySelectorAll('.readers li').length";
    assert_eq!(browser.eval(listed), 25);
    check_can_be_read(&mut browser, "readers-en-light-1440");
    browser.click(".readers > button");
    waits(&mut browser, "all readings", &format!("{listed} > {CALLS}"));
    let is_sorted = "[...document.querySelectorAll('.readers time')].map((one) => Date.parse(one.dateTime))
        .every((time, at, all) => at === 0 || time <= all[at - 1])";
    assert_eq!(browser.eval(is_sorted), true);

    // In Persian, with its digits.
    browser.look(360, "dark");
    go(&mut browser, &house, "fa", &page);
    browser.sees(".page.profile h1", &["Sara Rahimi"]);
    browser.click(".readers summary");
    let seen = browser.sees(
        ".readers",
        &["چه کسانی خوانده‌اند", "desk", "کارشناس", "call 4711"],
    );
    assert!(
        seen.contains('۱') || seen.contains('۲') || seen.contains('۰'),
        "{seen}"
    );
    check_can_be_read(&mut browser, "readers-fa-dark-360");

    // An agent may write down what a customer decided, and is not told who was told of them; who counts may neither.
    for (key, name, change) in [
        (DESK, "Sara Rahimi", true),
        (FIGURES, "A customer without a name", false),
    ] {
        browser.eval("sessionStorage.clear()");
        go(&mut browser, &house, "en", &page);
        browser.sees("#key", &["read key"]);
        browser.scan(key);
        browser.sees(".page.profile h1", &[name]);
        let seen = browser.sees(".consent", &["marketing", "granted"]);
        assert_eq!(seen.contains("Withdraw"), change, "{seen}");
        browser.click(".readers summary");
        browser.sees(".readers [role=status]", &["role may not do this"]);
        assert_eq!(browser.text(".error"), None);
    }
    browser.close();
    house.close();
}

#[test]
fn gaps_are_held_beside_other_days() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open(None);
    let before = json!({
        "identifiers": [sara()],
        "properties": {"survey": "ces", "score": 1, "touchpoint": "order"},
    });
    let days = |back: i64| SignedDuration::from_hours(24 * back);
    let minutes = days(100).as_mins();
    house.tell(&[vec![sign_in()], trouble()].concat());
    house.tell(&[event("then", ["web", "Survey Answered"], minutes, before)]);
    let day = |back: i64| (Timestamp::now() - days(back)).strftime("%Y-%m-%d").to_string();
    let (from, until) = (day(110), day(90));
    let fields = [("beside_from", &from), ("beside_until", &until)];
    for (language, scheme, width, words) in [
        ("en", "light", 1440, ["on the other days: 0 (", "Change"]),
        ("fa", "dark", 360, ["در روزهای دیگر", "تغییر"]),
    ] {
        browser.look(width, scheme);
        go(&mut browser, &house, language, "reports/gap");
        browser.sees(".report .gaps", &[]);
        assert_eq!(browser.text(".report .days"), None);
        // The keyboard comes to the fields.
        browser.eval("document.querySelector('.asks select').focus()");
        browser.press("Tab");
        waits(
            &mut browser,
            "the first field",
            "document.activeElement?.name === 'beside_from'",
        );
        for (name, day) in fields {
            set(&mut browser, &format!(".asks input[name={name}]"), day);
        }
        browser.sees(".report .gaps", &words[..1]);
        browser.sees(".report .matrix", &words[..1]);
        browser.sees(".report table", &words[1..]);
        let told = browser.sees(".report .days", &[]);
        // By the calendar of the language.
        let year = from.split('-').next().unwrap();
        assert_eq!(told.contains(year), language == "en", "{told}");
        check_can_be_read(
            &mut browser,
            &format!("reports-gap-beside-{language}-{scheme}-{width}"),
        );
    }
    // Days that are none are said to be, and none are shown.
    set(&mut browser, ".asks input[name=beside_until]", &day(120));
    browser.sees(".asks [role=status]", &["دو روز"]);
    waits(
        &mut browser,
        "the report without them",
        "document.querySelector('.report .days') === null",
    );
    browser.close();
    house.close();
}

#[test]
fn a_figure_of_the_service_is_shown_where_there_is_one() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open(None);
    house.tell(&visit());
    go(&mut browser, &house, "en", "health");
    let seen = browser.sees(".tiles", &["Queue", "Disk that is free", "Version"]);
    let told = browser.eval("fetch('/metrics').then((answer) => answer.text())");
    for (gauge, tile) in [
        ("yekta_store_bytes", "Store"),
        ("yekta_journal_bytes", "Journal"),
        ("yekta_engine_profiles", "People"),
        ("yekta_nats_input_lag_messages", "Lag"),
    ] {
        let is_told = told.as_str().unwrap().contains(&format!("\n{gauge}"));
        let is_shown = seen.lines().any(|line| line.trim() == tile);
        assert_eq!(is_shown, is_told, "{tile}: {seen}");
    }
    browser.close();
    house.close();
}
