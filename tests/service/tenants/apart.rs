//! One customer id, one set of event ids, two tenants: two customers who have nothing to do with each other.

use serde_json::{Value, json};

use crate::tenants::{
    brands::{AIRLINE, Brands, SHOP, got, posted, sent},
    person::Person,
};

/// What somebody does; the ids are the same wherever it is told, the rest is the tenant's.
fn event(tenant: &str, number: usize) -> Value {
    json!({"id": format!("e-{number}"), "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "time": format!("2025-11-22T10:{number:02}:00Z"),
        "identifiers": [{"kind": "user_id", "value": "mina", "trust": "verified"}],
        "traits": {"first_name": format!("Mina{tenant}")},
        "properties": {"url": format!("https://pages.example/{tenant}page")}})
}

fn ids(timeline: &Value) -> Vec<&str> {
    let events = timeline["events"].as_array().unwrap().iter();
    events.filter_map(|event| event["id"].as_str()).collect()
}

#[test]
fn the_same_ids_at_two_tenants_are_two_customers() {
    let brands = Brands::two();
    let service = brands.start();
    let url = &service.url;
    let counts = [(SHOP, 3), (AIRLINE, 2)];
    for (tenant, count) in counts {
        let events: Vec<Value> = (1..=count).map(|number| event(tenant, number)).collect();
        let answer = sent(url, tenant, &json!(events)).fine();
        assert_eq!(
            (&answer["accepted"], &answer["duplicates"]),
            (&json!(count), &json!(0)),
            "{tenant}: {answer}"
        );
    }
    let mut profiles = Vec::new();
    for (tenant, count) in counts {
        let other = if tenant == SHOP { AIRLINE } else { SHOP };
        let profile = got(url, tenant, "/v1/profiles/user_id:mina").fine();
        assert_eq!(profile["counters"]["events"], count, "{tenant}");
        assert_eq!(profile["traits"]["first_name"], format!("Mina{tenant}"));
        let timeline = got(url, tenant, "/v1/profiles/user_id:mina/timeline").fine();
        let expected: Vec<String> = (1..=count).rev().map(|number| format!("e-{number}")).collect();
        assert_eq!(ids(&timeline), expected, "{tenant}");
        let lookup = json!({"identifiers": [{"kind": "user_id", "value": "mina"}], "view": "web"});
        let lookup = posted(url, tenant, "/v1/lookup", &lookup).fine();
        let context = got(url, tenant, "/v1/context/web/user_id:mina").fine();
        assert_eq!(
            (&lookup["match"], &context["match"]),
            (&json!("one"), &json!("one"))
        );
        assert_eq!(lookup["profiles"][0]["profile"], profile["id"]);
        assert_eq!(context["profile"], profile["id"]);
        for told in [&profile, &timeline, &lookup, &context] {
            let told = told.to_string();
            let foreign = told.contains(&format!("{other}page")) || told.contains(&format!("Mina{other}"));
            assert!(!foreign, "{tenant} tells what {other} was told: {told}");
        }
        profiles.push(profile["id"].clone());
    }
    assert_ne!(profiles[0], profiles[1], "an id says who uses which brands");
    service.stop();
}

#[test]
fn no_report_counts_what_another_tenant_was_told() {
    let brands = Brands::two();
    let service = brands.start();
    let url = &service.url;
    let shop = Person::told(url, SHOP, 1);
    let by_team = "/v1/reports/contacts?by=team";
    assert!(shop.found_in(&got(url, SHOP, by_team).body).is_some());
    assert_eq!(got(url, SHOP, by_team).fine()["total"]["decided"], 1);
    assert_eq!(got(url, AIRLINE, by_team).fine()["total"]["decided"], 0);
    for path in [
        by_team,
        "/v1/reports/cx?by=team",
        "/v1/reports/journey",
        "/v1/reports/gap",
        "/v1/reports/coverage",
        "/v1/reports/segments",
        "/v1/insights",
        "/v1/rejections",
        "/v1/identity/matches",
        "/v1/identity/rules",
        "/v1/rules",
    ] {
        let reply = got(url, AIRLINE, path);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        shop.is_not_in(&reply.text(), path);
    }
    let rejections = got(url, AIRLINE, "/v1/rejections").fine();
    assert_eq!(rejections["rejections"], json!([]));
    service.stop();
}

/// Whatever an event says of itself: the door that it came in by says whose it is.
#[test]
fn an_event_that_names_another_tenant_goes_no_further() {
    let brands = Brands::two();
    let service = brands.start();
    let url = &service.url;
    let who = json!([{"kind": "user_id", "value": "smuggled", "trust": "verified"}]);
    let native = json!({"id": "e-1", "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "identifiers": who, "tenant": AIRLINE, "context": {"tenant": AIRLINE}});
    let cloud = json!({"specversion": "1.0", "id": "e-2", "source": "web/pages", "type": "Page Viewed",
        "tenant": AIRLINE, "subject": format!("yekta.v1.{AIRLINE}.event.web.page_viewed"),
        "data": {"channel": "web", "identifiers": who, "tenant": AIRLINE}});
    let mut accepted = 0;
    for event in [native, cloud] {
        let answer = sent(url, SHOP, &event).fine();
        let refused = answer["rejected"].as_array().unwrap().len();
        assert_eq!(
            answer["accepted"].as_u64().unwrap() + u64::try_from(refused).unwrap(),
            1,
            "{answer}"
        );
        accepted += answer["accepted"].as_u64().unwrap();
    }
    let path = "/v1/profiles/user_id:smuggled";
    assert_eq!(got(url, AIRLINE, path).status, 404);
    assert_eq!(
        got(url, AIRLINE, "/v1/rejections").fine()["rejections"],
        json!([])
    );
    if accepted > 0 {
        assert_eq!(got(url, SHOP, path).fine()["counters"]["events"], accepted);
    }
    service.stop();
}
