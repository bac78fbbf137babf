//! The console: the story of a visitor without a name, as somebody at work sees it, in both languages; and what checks of
//! accessibility find on each of its pages.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::{Value, json};

use crate::{
    browser::Browser,
    house::{House, READ_KEY, STORE, event, identifier},
    installed::{are_there, install, succeeds},
    process::wait_for,
};

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules");
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/axe");
/// Where pictures of the pages are put, unless `YEKTA_PAGES` names a folder.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/pages");
/// The number that Sara calls from.
const PHONE: &str = "+989121112244";
const PAGES: [&str; 9] = [
    "live",
    "matches",
    "reports/cx",
    "reports/journey",
    "reports/gap",
    "reports/coverage",
    "reports/contacts",
    "health",
    "start",
];
/// What is found on the page that breaks WCAG 2.2 AA; each with the first place.
const CHECK: &str = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
    .then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes[0].html}`))";
/// Whether a page shows more than its heading; a report, more than its tabs.
const DRAWN: &str =
    "(document.querySelector('.report') ?? document.querySelector('.page')).childElementCount > 1";
/// What of the page is wider than its window; the page has to be drawn.
const WIDER: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

pub fn open(key: Option<&'static str>) -> House {
    House::open_with(key, &[("YEKTA_DECIDE__RULES", RULES)])
}

fn visitor() -> Value {
    identifier("anonymous_id", "a-sara", "observed")
}

pub fn sara() -> Value {
    identifier("user_id", "sara", "verified")
}

fn bag() -> Value {
    json!({"product_id": "bag-1", "name": "Leather bag", "price": 12_500_000, "currency": "IRR"})
}

/// What a visitor does before anybody knows who it is.
pub fn visit() -> Vec<Value> {
    let about = |properties: Value| json!({"identifiers": [visitor()], "properties": properties});
    vec![
        event("1", ["web", "Product Viewed"], 90, about(bag())),
        event("2", ["web", "Product Added to Wishlist"], 80, about(bag())),
    ]
}

/// The visitor signs in.
pub fn sign_in() -> Value {
    let more = json!({
        "identifiers": [sara(), visitor(), identifier("phone", PHONE, "verified")],
        "traits": {"first_name": "Sara", "last_name": "Rahimi", "tier": "gold"},
        "consent": {"sms": {"marketing": "granted"}},
    });
    event("3", ["mobile", "Signed In"], 70, more)
}

/// An order that is late, a call in anger, and a complaint.
pub fn trouble() -> Vec<Value> {
    let about = |properties: Value| json!({"identifiers": [sara()], "properties": properties});
    vec![
        event(
            "4",
            ["web", "Order Completed"],
            60,
            about(json!({"order_id": "o-77", "total": 12_500_000, "currency": "IRR"})),
        ),
        event(
            "5",
            ["web", "Survey Answered"],
            55,
            about(json!({"survey": "ces", "score": 7, "touchpoint": "order"})),
        ),
        event(
            "6",
            ["web", "Order Delayed"],
            30,
            about(json!({"order_id": "o-77"})),
        ),
        event(
            "7",
            ["callcenter", "Ticket Opened"],
            20,
            about(json!({"ticket_id": "t-9", "subject": "سفارش دیر رسید", "complaint": true})),
        ),
        event(
            "8",
            ["callcenter", "Call Ended"],
            15,
            about(json!({"call_id": "c-1", "sentiment": "angry", "resolved": false, "queue_s": 260})),
        ),
        event(
            "9",
            ["callcenter", "Survey Answered"],
            10,
            about(json!({"survey": "nps", "score": 1, "touchpoint": "hotline"})),
        ),
    ]
}

/// Searches as somebody does who types into the field.
fn search(browser: &mut Browser, text: &str) {
    browser.eval("document.getElementById('who').focus()");
    browser.scan(text);
}

/// Waits until an expression on the page is true.
pub fn waits(browser: &mut Browser, what: &str, expression: &str) {
    wait_for(what, || (browser.eval(expression) == true).then_some(()));
}

pub fn picture(name: &str) -> PathBuf {
    let folder = std::env::var_os("YEKTA_PAGES").map_or_else(|| PathBuf::from(PICTURES), PathBuf::from);
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{name}.png"))
}

/// The checks of accessibility, installed by whichever test is first.
fn axe() -> &'static Path {
    static SCRIPT: OnceLock<PathBuf> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let manifests = ["package.json", "package-lock.json"];
        let folder = install("pages-axe", Path::new(AXE), &manifests, |folder| {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(folder);
            succeeds(npm);
        });
        folder.join("node_modules/axe-core/axe.min.js")
    })
}

/// Has the picture `name` taken of a page that everybody can read, and that is no wider than its window.
pub fn check_can_be_read(browser: &mut Browser, name: &str) {
    browser.shoot(&picture(name));
    if are_there(&["npm"]) {
        assert_eq!(browser.run(axe(), CHECK), json!([]), "{name}");
    }
    assert!(browser.eval(WIDER).as_i64().unwrap() <= 0, "{name} is too wide");
}

#[test]
fn a_visitor_who_signs_in_is_followed_to_the_held_message() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open(None);
    // Nothing is there yet: the page shows how to begin, and turns green by itself.
    browser.go(&house.page("/"));
    browser.sees(
        ".page.start",
        &[
            "Send the first event",
            "nats pub",
            "analytics-node",
            house.service.url.as_str(),
        ],
    );
    let mut first = visit();
    first[1]["source"] = json!("hello-curl");
    house.tell(&first);
    browser.sees(
        ".path[data-path=curl][data-state=good]",
        &["Received", "Product Added to Wishlist"],
    );

    // Good and refused, at once.
    browser.click("#nav [data-page=live]");
    browser.sees(".feed", &["good", "Product Added to Wishlist", "Leather bag"]);
    house.post("/v1/events", &json!([{"channel": "web"}]));
    browser.sees(".feed [data-kind=refused]", &["refused", "A member is missing"]);

    // One claim; the sign-in makes it two, with the reason on the link, while it is looked at.
    search(&mut browser, "anonymous_id:a-sara");
    browser.sees(".page.profile", &["A customer without a name", "One claim"]);
    house.tell(&[sign_in()]);
    search(&mut browser, PHONE);
    browser.sees(".page.profile h1", &["Sara Rahimi"]);
    browser.sees(".evidence", &["a-sara", "signed in on the same device"]);
    waits(
        &mut browser,
        "two nodes",
        "document.querySelectorAll('.node').length === 2",
    );
    waits(
        &mut browser,
        "a link",
        "document.querySelectorAll('.edge').length === 1",
    );
    assert!(
        !browser
            .eval("location.href")
            .as_str()
            .unwrap()
            .contains("9121112244")
    );

    // A code at the till; it is drawn without being asked for.
    let mint = json!({"identifier": sara(), "expires": "2099-01-01T00:00:00Z"});
    let minted = house.post("/v1/qr", &mint);
    let token = minted["token"].as_str().unwrap();
    house.post(&format!("/v1/qr/{token}/redeem"), &json!({"store_id": STORE}));
    browser.sees(".timeline .story", &["QR Redeemed"]);

    // An angry call, and a promotion that is held for it.
    house.tell(&trouble());
    browser.sees(".timeline .story", &["Call Ended", "angry", "سفارش دیر رسید"]);
    let contact =
        json!({"who": "user_id:sara", "channel": "sms", "purpose": "marketing", "template": "autumn_sale"});
    assert_eq!(house.post("/v1/contacts/decide", &contact)["decision"], "hold");
    browser.sees(".timeline .story", &["held: autumn_sale"]);
    browser.sees(".page.profile", &["complaint", "o-77", "granted"]);
    // The curve has its high and its low.
    for mark in ["high", "low"] {
        let marked =
            format!("document.querySelector('.mark-name[data-mark={mark}]')?.textContent === '{mark}'");
        waits(&mut browser, mark, &marked);
    }
    browser.shoot(&picture("story"));
    browser.click("#nav [data-page=live]");
    browser.sees(".feed [data-kind=decided]", &["held", "autumn_sale"]);
    browser.close();
    house.close();
}

#[test]
fn every_page_can_be_read_by_everybody_in_both_languages() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    if !are_there(&["npm"]) {
        return;
    }
    let house = open(None);
    house.tell(&[visit(), vec![sign_in()], trouble()].concat());
    let id = house.get("/v1/profiles/user_id:sara")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let profile = format!("profile/{id}");
    for (language, scheme, width) in [("en", "light", 1440), ("fa", "dark", 360)] {
        browser.look(width, scheme);
        for page in PAGES.into_iter().chain([profile.as_str()]) {
            // Anew: an address that differs behind its # alone loads nothing.
            browser.go("about:blank");
            browser.go(&house.page(&format!("/?lang={language}#/{page}")));
            let name = page.split('/').next().unwrap();
            browser.sees(&format!(".page.{name} h1"), &[]);
            browser.sees("#state[data-state=live]", &[]);
            let direction = if language == "fa" { "rtl" } else { "ltr" };
            assert_eq!(browser.eval("document.documentElement.dir"), direction);
            waits(&mut browser, "the page", DRAWN);
            let pictured = page.replace(&format!("/{id}"), "").replace('/', "-");
            check_can_be_read(&mut browser, &format!("{pictured}-{language}-{scheme}-{width}"));
        }
    }
    // Dates are in the Persian calendar, digits are Persian, and the page says its language.
    let seen = browser.sees(".page.profile .person-head", &["رویداد"]);
    assert!(seen.contains("۱۴") || seen.contains("۱۵"), "{seen}");
    assert_eq!(browser.eval("document.documentElement.lang"), "fa");
    browser.close();
    house.close();
}

#[test]
fn a_console_asks_for_the_key_and_goes_on() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let house = open(Some(READ_KEY));
    house.tell(&visit());
    browser.go(&house.page("/"));
    browser.sees("#key", &["read key"]);
    browser.scan(READ_KEY);
    browser.sees("#state[data-state=live]", &["live"]);
    browser.sees(".feed", &["Product Viewed"]);
    // A choice of language and light stays.
    browser.click("#language");
    browser.sees("#nav", &["زنده", "گزارش‌ها"]);
    browser.go(&house.page("/#/health"));
    browser.sees(".page.health", &["سلامت", "آماده"]);
    browser.close();
    house.close();
}
