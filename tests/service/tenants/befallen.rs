//! One tenant that cannot start, and another that notices nothing.

use std::fs;

use serde_json::json;

use crate::{
    process::{Service, wait_for},
    tenants::{
        brands::{AIRLINE, Brands, SHOP, got, readiness, sent},
        posting::Posting,
        raw,
    },
};

#[test]
fn a_tenant_without_a_folder_waits_for_it_and_the_others_are_served() {
    let brands = Brands::two();
    let folder = brands.data(AIRLINE);
    fs::create_dir(folder.parent().unwrap()).unwrap();
    fs::write(&folder, "this is no folder").unwrap();
    let service = Service::of(brands.serve());
    let url = service.url.as_str();
    wait_for("the shop to be ready", || {
        (got(url, SHOP, "/readyz").status == 200).then_some(())
    });
    let posting = Posting::begin(url, SHOP);
    let event = json!({"id": "e-1", "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "mina"}]});
    for reply in [sent(url, AIRLINE, &event), got(url, AIRLINE, "/v1/rejections")] {
        assert_eq!((reply.status, &reply.json()["code"]), (503, &json!("not_served")));
    }
    let ready = readiness(url);
    assert_eq!(ready.status, 503, "{ready:?}");
    assert_eq!(
        ready.json(),
        json!({"status": "not_all_ready", "tenants": 2, "ready": 1})
    );
    assert_eq!(raw::ask(url, ["GET", "/livez"], &[], "").status, 200);
    let figures = raw::ask(url, ["GET", "/metrics"], &[], "");
    assert!(figures.body.contains("tenant=\"shop\""), "{figures:?}");
    assert_eq!(fs::read_to_string(&folder).unwrap(), "this is no folder");

    fs::remove_file(&folder).unwrap();
    wait_for("the airline to come up by itself", || {
        (readiness(url).status == 200).then_some(())
    });
    assert_eq!(
        readiness(url).fine(),
        json!({"status": "ready", "tenants": 2, "ready": 2})
    );
    assert_eq!(sent(url, AIRLINE, &event).fine()["accepted"], 1);
    posting.end(url);
    service.stop();
    assert!(folder.is_dir());
}
