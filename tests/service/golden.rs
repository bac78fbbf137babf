//! A data folder that an earlier build wrote: whatever the form of the day is, it is opened, with everything in it.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::Api,
    folder::copied,
    process::{Service, fingerprint, output, printed, wait_for, yekta},
};

/// A copy of the folder.
fn golden() -> TempDir {
    copied(Path::new("tests/fixtures/folder"))
}

/// What its fingerprint was when it was made.
fn expected(folder: &Path) -> String {
    fs::read_to_string(folder.join("fingerprint"))
        .unwrap()
        .trim()
        .to_owned()
}

fn settled(api: &Api) {
    wait_for("all of it to be as this build keeps it", || {
        (api.get("/v1/identity/rules")["settled"] == true).then_some(())
    });
}

#[test]
fn a_folder_of_an_earlier_build_is_sound_and_built_again() {
    let data = golden();
    let on = |arguments: &[&str]| {
        let mut command = yekta(arguments);
        command.arg("--data-dir").arg(data.path());
        command
    };
    let verified = output(on(&["verify"]), b"");
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(fingerprint(data.path()), expected(data.path()));
    for arguments in [&["rebuild"][..], &["rebuild", "--from-journal"]] {
        printed(on(arguments), b"");
        assert_eq!(fingerprint(data.path()), expected(data.path()), "{arguments:?}");
    }
}

/// What its build did not keep is read from its events, in the background.
#[test]
fn a_folder_of_an_earlier_build_learns_what_it_did_not_keep() {
    let events = printed(
        yekta(["generate", "--seed", "5", "--count", "120", "--people", "12"]),
        b"",
    );
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    // At the till a device is named first, which is nobody's.
    let is_order = |event: &Value| event["type"] == "Order Completed" && event["channel"] == "web";
    let order = events.into_iter().find(is_order).unwrap();
    let (who, product) = (&order["identifiers"][1], &order["properties"]["products"][0]);
    let data = golden();
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
    let asked = json!({"identifiers": [who]});
    settled(&api);
    let avoided = &api.post("/v1/context/callcenter", &asked)["avoid"]["items"];
    let mut bought = avoided
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["why"] == "bought");
    assert!(
        bought.any(|bought| bought["id"] == product["product_id"]),
        "{avoided}"
    );
    service.stop();
    let mut verify = yekta(["verify"]);
    verify.arg("--data-dir").arg(data.path());
    let verified = output(verify, b"");
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn a_folder_of_an_earlier_build_is_gone_on_with() {
    let data = golden();
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
    // What it learns of events that it has is a change of theirs.
    settled(&api);
    let united = api.get("/v1/profiles/user_id:golden-1");
    assert_eq!(united["consent"]["email"]["marketing"], "granted");
    assert_eq!(united["id"], api.get("/v1/profiles/user_id:golden-2")["id"]);
    let refused = api.get("/v1/rejections");
    assert!(refused.to_string().contains("missing_member"), "{refused}");
    let visit = |id: &str| {
        json!({"id": id, "channel": "web", "type": "Signed In", "source": "web/shop", "time": "2026-11-20T12:00:00Z",
            "identifiers": [{"kind": "user_id", "value": "golden-2", "trust": "verified"}]})
    };
    // What it was told is known, and it takes more.
    assert_eq!(api.post("/v1/events", &visit("g3"))["duplicates"], 1);
    assert_eq!(api.post("/v1/events", &visit("g4"))["accepted"], 1);
    let version = united["version"].as_u64().unwrap();
    assert_eq!(api.get("/v1/profiles/user_id:golden-1")["version"], version + 1);
    service.stop();
}

#[test]
fn an_encrypted_folder_of_an_earlier_build_is_opened_and_built_again() {
    let data = copied(Path::new("tests/fixtures/encrypted"));
    let on = |arguments: &[&str]| {
        let mut command = yekta(arguments);
        command.arg("--data-dir").arg(data.path());
        command.env("YEKTA_DATA__KEY_FILE", data.path().join("master.key"));
        command
    };
    let print = || printed(on(&["fingerprint"]), b"").trim().to_owned();
    let expected = expected(data.path());
    let verified = output(on(&["verify"]), b"");
    assert!(verified.status.success(), "{verified:?}");
    assert_eq!(print(), expected);
    for arguments in [&["rebuild"][..], &["rebuild", "--from-journal"]] {
        printed(on(arguments), b"");
        assert_eq!(print(), expected, "{arguments:?}");
    }
}
