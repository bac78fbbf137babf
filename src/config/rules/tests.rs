//! Rule files: what they become, and what is told of those that are wrong.

use std::{fs, path::Path};

use super::RuleFiles;
use crate::decide::rule::{Act, Rulebook, Step};

fn read(files: &[(&str, &str)]) -> Result<Rulebook, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let prefix = format!("{}/", dir.path().display());
    let told = |error: crate::config::ConfigError| -> Vec<String> {
        let problems = error.problems.iter();
        problems
            .map(|problem| problem.to_string().replace(&prefix, ""))
            .collect()
    };
    let files = RuleFiles::read(dir.path()).map_err(told)?;
    files.book().map_err(told)
}

#[test]
fn the_rules_that_are_shipped_can_be_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules");
    let files = RuleFiles::read(&folder).unwrap();
    let book = files.book().unwrap_or_else(|error| panic!("{error}"));
    let flows: Vec<&str> = book.flows().map(|flow| flow.name.as_str()).collect();
    assert_eq!(
        flows,
        [
            "abandoned_cart",
            "after_purchase",
            "ask_after_call",
            "detractor",
            "order_ready",
            "qr_expiring",
            "wish_list"
        ]
    );
    assert_eq!((book.segments().count(), book.layouts().count()), (10, 4));
    let journeys: Vec<&str> = book.journeys().map(|journey| journey.name.as_str()).collect();
    assert_eq!(journeys, ["purchase", "service"]);
    assert_eq!(book.silent().len(), 3);
    assert!(book.is_awaited("order_completed") && !book.is_awaited("page_viewed"));
}

#[test]
fn a_flow_is_what_it_says() {
    let book = read(&[(
        "a.toml",
        r#"
[flows.all_of_it]
on = ["Order Completed", "QR Scanned"]
when = "event.channel == 'web'"
matter = "event.source"
again_after = "30d"
unless = [{ on = "Order Cancelled", when = "then.source == event.source" }]
steps = [
  { wait = "1d" },
  { until = "event.expires", before = "30m" },
  { for = ["Order Shipped", "Order Ready"], when = "then.time > 0", within = "1d", unless = true },
  { check = "size(cart) > 0" },
  { send = { channel = "sms", purpose = "service", template = "hello", priority = 9, with = { id = "event.source" } } },
  { ask = { channel = "till", name = "show" } },
]
"#,
    )])
    .unwrap();
    let flow = book.flow("all_of_it").unwrap();
    assert_eq!(flow.on, ["order_completed", "qr_scanned"]);
    assert_eq!(flow.again_us, Some(30 * 86_400 * 1_000_000));
    assert_eq!(
        flow.matter.as_ref().map(crate::decide::rule::Condition::text),
        Some("event.source")
    );
    assert_eq!(flow.unless[0].on, "order_cancelled");
    assert!(flow.unless[0].when.is_some());
    assert!(matches!(flow.steps[0], Step::Wait(86_400_000_000)));
    assert!(matches!(
        &flow.steps[1],
        Step::Until {
            before_us: 1_800_000_000,
            ..
        }
    ));
    let Step::For {
        signals,
        within_us,
        unless,
    } = &flow.steps[2]
    else {
        panic!()
    };
    assert_eq!(
        (signals[1].on.as_str(), *within_us, *unless),
        ("order_ready", 86_400_000_000, true)
    );
    assert!(signals.iter().all(|signal| signal.when.is_some()));
    assert!(matches!(&flow.steps[3], Step::Check(_)));
    let Step::Act(Act::Send {
        team, priority, with, ..
    }) = &flow.steps[4]
    else {
        panic!()
    };
    assert_eq!((team, *priority, with["id"].text()), (&None, 9, "event.source"));
    assert!(matches!(&flow.steps[5], Step::Act(Act::Ask { name, .. }) if name == "show"));
    let by_hand = read(&[(
        "a.toml",
        "[flows.by_hand]\nsteps = [{ ask = { channel = 'till', name = 'show' } }]",
    )]);
    assert!(by_hand.unwrap().flow("by_hand").unwrap().on.is_empty());
}

#[test]
fn everything_wrong_is_told_at_once() {
    let told = read(&[
        ("a.toml", "[segments.left]\nwhen = \"size(cart) >\"\n\n[segments.lost]\nwhen = '\"nobody\" in segments'\n[segments.asks]\nwhen = '\"left\" in segments'\nwen = 1\n"),
        ("b.toml", "[segments.left]\nwhen = 'true'\n[segment.x]\n[layouts.a]\norder = -1\n"),
        (
            "c.toml",
            r#"[flows.wrong]
on = 7
again = "30d"
unless = [{ when = "then.time > 0" }]
steps = [
  { wait = "a day" },
  { for = "x" },
  { send = { channel = "sms", template = "t", purpose = 1, with = { a = "1 +", b = 2 } } },
  { chek = "true" },
]
[flows.late]
on = "x"
when = "then.time > 0"
steps = [{ wait = "1d" }]
"#,
        ),
        ("d.toml", "[segments.x\n"),
        ("e.md", "no rules"),
    ])
    .unwrap_err();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_journey_is_what_it_says() {
    let book = read(&[(
        "a.toml",
        r#"
[segments.loyal]
when = "totals.orders > 3"
silent = true

[journeys.purchase]
segment = "loyal"
stages = [
  { name = "look", needs = ["find it", "know its price"], touchpoints = [
    { name = "page", on = ["Product Viewed", "Product Shared"], channels = "web", expected = 80, acceptable = 60, importance = { customer = 70 }, benchmarks = { rival = 72 } },
  ] },
  { name = "buy", needs = "pay", touchpoints = [{ name = "till", on = "Order Completed" }] },
]
"#,
    )])
    .unwrap();
    let [journey] = &book.journeys().collect::<Vec<_>>()[..] else {
        panic!()
    };
    assert_eq!(
        (journey.segment.as_deref(), journey.within_us),
        (Some("loyal"), 30 * 86_400 * 1_000_000)
    );
    assert!(book.silent().contains("loyal"));
    let [look, buy] = &journey.stages[..] else {
        panic!()
    };
    assert_eq!(look.needs, ["find it", "know its price"]);
    let page = &look.touchpoints[0];
    assert_eq!(page.on, ["product_viewed", "product_shared"]);
    assert_eq!((page.expected, page.acceptable), (Some(80), Some(60)));
    assert_eq!((page.importance.customer, page.importance.company), (70, 50));
    assert_eq!(page.benchmarks["rival"], 72);
    assert!(page.is_met("product_viewed", "web") && !page.is_met("product_viewed", "store"));
    let till = &buy.touchpoints[0];
    assert!(till.is_met("order_completed", "store") && till.expected.is_none());
}

#[test]
fn everything_wrong_with_a_journey_is_told() {
    let told = read(&[(
        "a.toml",
        r#"
[journeys.one]
segment = "nobody"
within = "0s"
stages = [
  { name = "look", touchpoints = [
    { name = "page", on = [], expected = 101, acceptable = 102 },
    { name = "page", on = "x", benchmarks = { rival = 200 } },
  ] },
  { name = "look", touchpoints = [] },
]
[journeys.Two]
stages = []
[journeys.three]
stages = [{ nam = "x" }]
[flows.held]
on = "x"
holdout = 100
steps = [{ assign = { subject = "event.x" } }]
"#,
    )])
    .unwrap_err();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let error = RuleFiles::read(Path::new("/nonexistent/rules")).unwrap_err();
    assert!(
        error.to_string().contains("expected rules that can be read"),
        "{error}"
    );
    assert!(read(&[]).unwrap().is_empty());
}
