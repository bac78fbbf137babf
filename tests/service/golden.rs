//! A data folder that an earlier build wrote: whatever the form of the day is, it is opened, with everything in it.

use std::{fs, path::Path};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    api::Api,
    folder::copied,
    process::{Service, fingerprint, output, printed, yekta},
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

#[test]
fn a_folder_of_an_earlier_build_is_gone_on_with() {
    let data = golden();
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
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
