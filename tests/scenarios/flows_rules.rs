//! Rules while they hold: others take their place, one that fails stops nothing, and what is kept by them of a person goes with
//! the person; and what customers and clerks see of them.

use serde_json::{Value, json};
use yekta::decide::rule::Rulebook;

use crate::{
    asked::HOUR,
    catalogue::{context, published as news},
    flows::{REMIND, actions, added, did, expected, going_by, id, published, rest, waiting},
    flows_kept::kept,
    rulebook::{ask, bought, flow, looked, members, segment, until},
    town::{NOW, Town},
};

const VIEWS: [&str; 4] = ["callcenter", "pos", "web", "mobile"];

/// What customers are in: everybody who did something.
const LOOKERS: &str = "[segments.lookers]\nwhen = 'counters.events > 0'\n";

/// Other rules take the place of those that hold.
fn replaced(town: &Town, rules: Rulebook) {
    town.settings().decide.book.replace(rules);
    town.engine().handle.wake();
    rest(town);
}

fn in_tier(who: &str, tier: &str) -> Value {
    let mut told = did(
        who,
        &format!("tier-{who}"),
        "Profile Updated",
        "22T10:00",
        json!({}),
    );
    told["traits"] = json!({"tier": tier});
    told
}

/// Those in a segment.
fn within(town: &Town, segment: &str) -> Vec<String> {
    members(town, segment, 100).0.into_iter().collect()
}

fn sorted(town: &Town, who: &[&str]) -> Vec<String> {
    let mut ids: Vec<String> = who.iter().map(|who| id(town, who)).collect();
    ids.sort();
    ids
}

fn failures(rule: &Value) -> (u64, bool) {
    (rule["failures"].as_u64().unwrap(), rule["problem"].is_string())
}

#[test]
fn by_other_rules_everybody_is_looked_at_again_and_one_that_fails_stops_nothing() {
    let town = going_by(LOOKERS, "");
    town.tell(&[
        in_tier("mina", "gold"),
        looked("sara"),
        bought("sara"),
        looked("reza"),
    ]);
    assert_eq!(within(&town, "lookers"), sorted(&town, &["mina", "sara", "reza"]));
    let segments = vec![
        segment("buyers", r#"happened("Order Completed", "30d")"#),
        // Of most nobody knows a tier.
        segment("golden", r#"traits.tier == "gold""#),
    ];
    let on = &["product_added"];
    let flows = vec![
        flow("broken", on, Some("event.properties.sku"), vec![ask("broken")]),
        flow("whole", on, None, vec![ask("whole")]),
    ];
    replaced(&town, Rulebook::new(segments, flows).unwrap());
    assert_eq!(within(&town, "buyers"), sorted(&town, &["sara"]));
    assert_eq!(within(&town, "golden"), sorted(&town, &["mina"]));
    let told = town.get("/v1/rules");
    let [buyers, golden] = [0_usize, 1].map(|number| told["segments"][number].clone());
    assert_eq!(
        [failures(&buyers), failures(&golden)],
        [(0, false), (2, true)],
        "{told}"
    );
    // Who was in a segment that there is no more was told to have left it.
    let changes = published(&town, ".profile.segments.");
    let left = changes.iter().filter(|one| one["left"][0]["name"] == "lookers");
    assert_eq!(left.count(), 3);
    for (who, names) in [
        ("mina", json!(["golden"])),
        ("sara", json!(["buyers"])),
        ("reza", json!([])),
    ] {
        let profile = town.get(&format!("/v1/profiles/user_id:{who}"));
        let inside: Vec<&Value> = profile["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["name"])
            .collect();
        assert_eq!(json!(inside), names, "{who}");
    }

    // What comes then is taken, and judged by the rules that can be.
    town.tell(&[bought("omid"), added("omid", "22T11:30", "p-1")]);
    rest(&town);
    assert_eq!(within(&town, "buyers"), sorted(&town, &["sara", "omid"]));
    assert_eq!(actions(&town), expected(&town, [("whole/whole/", "omid")]));
    let told = town.get("/v1/rules");
    let (times, is_told) = failures(&told["segments"][1]);
    assert!(times > 2 && is_told, "{told}");
    assert_eq!(failures(&told["flows"][0]), (1, true), "{told}");
    assert_eq!(failures(&told["flows"][1]), (0, false), "{told}");
}

#[test]
fn without_rules_nobody_is_in_a_segment_and_what_waits_comes_to_nothing() {
    let mut town = going_by(&format!("{LOOKERS}{REMIND}"), "");
    town.tell(&[added("sara", "22T11:30", "p-1"), added("reza", "22T11:30", "p-1")]);
    assert_eq!(waiting(&town), 2);
    replaced(&town, Rulebook::default());
    let left = published(&town, ".profile.segments.");
    let left = left.iter().filter(|one| one["segments"] == json!([]));
    assert_eq!(left.count(), 2);
    let sara = town.get("/v1/profiles/user_id:sara");
    assert_eq!(sara["segments"], json!([]));
    town.reopen_at(|| NOW.saturating_add(HOUR));
    rest(&town);
    assert_eq!((actions(&town).len(), waiting(&town)), (0, 0));
    let (_, metrics) = town.text("/metrics");
    let ended = "yekta_runs_ended_total{why=\"flow_gone\"} 2";
    assert!(metrics.lines().any(|line| line == ended), "{metrics}");
    let none = kept(town, "mnstuw");
    assert!(none.values().all(|keys| *keys == 0), "{none:?}");
}

/// A flow that waits for a time, one that waits for something, one that waits for an answer, and a segment that time ends.
const ALL: &str = r#"
[segments.buyers]
when = 'happened("Order Completed", "30d")'
[flows.remind]
on = "Product Added"
steps = [{ wait = "1h" }, { ask = { channel = "web", name = "remind" } }]
[flows.thank]
on = "Product Added"
steps = [{ for = "Order Completed", within = "1h", unless = true }, { ask = { channel = "web", name = "thank" } }]
[flows.ready]
on = "Order Completed"
steps = [{ send = { channel = "sms", purpose = "service", template = "ready" } }]
"#;

/// All kinds of keys that what was decided about one person is kept under.
const LETTERS: &str = "mnstuwr";

/// A town where there is something of Sara's under each of them.
fn with_sara() -> Town {
    let town = going_by(ALL, "");
    town.tell(&[bought("sara"), added("sara", "22T11:30", "p-1")]);
    rest(&town);
    let asked = town.post("/v1/values/rank", &json!({}));
    assert_eq!(asked["status"], "committed");
    until(&town, |town| {
        let ranking = town.query().ranking().unwrap();
        ranking.is_some_and(|ranking| !ranking.is_pending)
    });
    rest(&town);
    assert_eq!((waiting(&town), town.query().standings().unwrap()), (3, 1));
    town
}

#[test]
fn of_whoever_is_erased_nothing_is_kept_and_nothing_fires() {
    let there = kept(with_sara(), LETTERS);
    assert!(there.values().all(|keys| *keys > 0), "{there:?}");
    let mut town = with_sara();
    let reply = town.call("DELETE", "/v1/profiles/user_id:sara", &[], Vec::new());
    assert_eq!(reply.status, 200, "{}", reply.body);
    rest(&town);
    assert_eq!(waiting(&town), 0);
    town.reopen_at(|| NOW.saturating_add(2 * HOUR));
    rest(&town);
    // What is published of who was erased is told to nobody; that it was done would be counted.
    let (_, metrics) = town.text("/metrics");
    for kind in ["ask", "send"] {
        let none = format!("yekta_actions_total{{kind=\"{kind}\"}} 0");
        assert!(metrics.lines().any(|line| line == none), "{none} in\n{metrics}");
    }
    let total = town.get("/v1/reports/contacts")["total"].clone();
    assert_eq!((&total["allow"], &total["unanswered"]), (&json!(1), &json!(0)));
    assert!(town.profiles().is_empty());
    let left = kept(town, LETTERS);
    assert!(left.values().all(|keys| *keys == 0), "{left:?}");
}

/// Which layout is shown, and a price that a message said.
const SHOWN: &str = r#"
[segments.buyers]
when = 'happened("Order Completed", "30d")'
[layouts.for_buyers]
order = 1
when = '"buyers" in segments'
[layouts.for_all]
order = 2
when = 'counters.events > 0'
[flows.quote]
on = "Product Viewed"
steps = [
  { send = { channel = "sms", purpose = "service", template = "quote", team = "sales", with = { product_id = 'event.properties.product_id', price = 'event.properties.price', currency = 'event.properties.currency' } } },
]
"#;

#[test]
fn a_page_is_laid_out_by_the_rules_and_shows_the_segments() {
    let town = going_by(SHOWN, "");
    town.tell(&[looked("mina")]);
    let shown = |town: &Town| {
        let page = context(town, "web");
        [page["layout"].clone(), page["segments"].clone()]
    };
    assert_eq!(shown(&town), [json!("for_all"), json!([])]);
    town.tell(&[bought("mina")]);
    assert_eq!(shown(&town), [json!("for_buyers"), json!(["buyers"])]);
    // And by others as soon as they hold.
    replaced(&town, Rulebook::default());
    assert_eq!(shown(&town), [Value::Null, json!([])]);
}

#[test]
fn a_price_that_a_flow_named_and_that_is_another_since_is_flagged_in_every_view() {
    let town = going_by(SHOWN, "");
    let kettle = json!({"product_id": "kettle", "price": 450_000, "currency": "IRR"});
    town.tell(&[did("mina", "viewed", "Product Viewed", "22T11:00", kettle)]);
    rest(&town);
    assert_eq!(actions(&town), expected(&town, [("quote/quote/", "mina")]));
    let with = &published(&town, ".action.")[0]["with"];
    assert_eq!(with["price"], 450_000, "{with}");
    let flagged = |view: &str| context(&town, view)["contradictions"].clone();
    assert_eq!(
        VIEWS.map(|view| flagged(view)["count"].clone()),
        [0; 4].map(Value::from)
    );
    let price = |id: &str, price: u32| {
        let about = json!({"product_id": "kettle", "price": price, "currency": "IRR", "name": "Kettle"});
        news(id, "Price Changed", "22T11:30", about)
    };
    town.tell(&[price("same", 450_000)]);
    assert_eq!(
        VIEWS.map(|view| flagged(view)["count"].clone()),
        [0; 4].map(Value::from)
    );
    let mut other = price("other", 500_000);
    other["time"] = json!("2026-11-22T11:40:00Z");
    town.tell(&[other]);
    for view in VIEWS {
        let told = flagged(view);
        assert_eq!(told["count"], 1, "{view}: {told}");
        let one = &told["items"][0];
        assert_eq!(
            ["what", "about", "said", "said_by", "published"].map(|name| one[name].as_str().unwrap()),
            ["price", "kettle", "450000 IRR", "sales", "500000 IRR"],
            "{view}"
        );
    }
}
