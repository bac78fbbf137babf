//! What a tenant's file may say, and what of the process' configuration holds for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::config::{LoadOptions, Tenants};

const PROCESS: &str = "[http]\nread_key = \"of-the-operator\"\nwrite_key = \"of-nobody\"\nbody_bytes_max = 4096\n\
    public_url = \"https://id.example.com/\"\n[decode]\nevent_bytes_max = 2048\n\
    [keys.operator]\nrole = \"admin\"\nsha256 = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n";

fn tenants(folder: &Path, process: &str) -> Tenants {
    let file = folder.join("process.toml");
    fs::write(&file, process).unwrap();
    let process = LoadOptions {
        file: Some(file),
        env: std::iter::empty(),
        overrides: Vec::new(),
    };
    Tenants::new(folder.join("tenants"), process)
}

#[test]
fn a_tenant_has_what_the_process_has_but_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), PROCESS);
    for text in [
        "",
        "[http]\nwrite_key = \"of-the-airline\"\n[decode]\nevent_bytes_max = 1024\n",
    ] {
        let settings = tenants.settings("airline", text).unwrap();
        assert_eq!(settings.data.tenant, "airline");
        assert_eq!(settings.http.path, "/t/airline");
        assert_eq!(settings.http.body_bytes_max, 4_096);
        assert_eq!(
            settings.http.public_url.as_deref(),
            Some("https://id.example.com/t/airline")
        );
        assert_eq!((settings.http.read_key.is_none(), settings.keys.len()), (true, 0));
        assert_eq!(settings.http.write_key.is_some(), !text.is_empty());
        assert_eq!(
            settings.decode.event_bytes_max,
            if text.is_empty() { 2_048 } else { 1_024 }
        );
    }
    let own = tenants.settings("airline", "[http]\npublic_url = \"https://fly.example.com\"\n");
    assert_eq!(
        own.unwrap().http.public_url.as_deref(),
        Some("https://fly.example.com")
    );
}

#[test]
fn what_all_tenants_share_is_not_one_tenants_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), PROCESS);
    for (text, key) in [
        ("[data]\ndir = \"/elsewhere\"", "data"),
        ("[data]\ntenant = \"retailer\"", "data"),
        ("[http]\nlisten = \"127.0.0.1:1\"", "http.listen"),
        ("[nats]\nurl = \"nats://elsewhere:4222\"", "nats"),
        ("[cluster]\nstandby = true", "cluster.standby"),
        ("[shop]\nhub = \"site-1\"", "shop.hub"),
        ("[tenants]\ndir = \"x\"", "tenants"),
        ("[http]\nno_such_key = 1", "http.no_such_key"),
        ("[decode]\nevent_bytes_max = 8192", "http.body_bytes_max"),
    ] {
        let refused = tenants.settings("airline", text).unwrap_err();
        assert!(
            refused.problems.iter().any(|problem| problem.key == key),
            "{text}: {refused}"
        );
    }
    // Where others reach it each tenant has keys of its own, whatever the process has.
    let reached = format!("{PROCESS}[tenants]\ndir = \"tenants\"\n");
    let reached = reached.replace("[http]", "[http]\nlisten = \"0.0.0.0:80\"\ntls_by_proxy = true");
    let tenants_reached = self::tenants(folder.path(), &reached);
    let refused = tenants_reached.settings("airline", "").unwrap_err();
    assert!(refused.to_string().contains("http.listen"), "{refused}");
    let tenants = self::tenants(folder.path(), PROCESS);
    for name in ["", "Airline", "a.b", "../x", "a-b", "a__b", "_a", "a_", "_"] {
        assert!(tenants.settings(name, "").is_err(), "{name}");
    }
}

#[test]
fn files_come_and_go_and_no_key_is_of_two() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), "");
    let key = |key: &str| format!("[http]\nread_key = \"{key}\"\n");
    tenants.beside_others("airline", &key("one")).unwrap();
    tenants.put("airline", &key("one")).unwrap();
    let refused = tenants
        .beside_others("bank", &key("one"))
        .unwrap_err()
        .to_string();
    assert!(refused.contains("http.read_key") && refused.contains("airline") && !refused.contains("\"one\""));
    // Another file of the same tenant may have the same key.
    tenants.beside_others("airline", &key("one")).unwrap();
    tenants.put("bank", &key("two")).unwrap();
    fs::write(tenants.folder().join("notes.txt"), "no tenant").unwrap();
    assert_eq!(
        tenants.all().unwrap().keys().collect::<Vec<_>>(),
        ["airline", "bank"]
    );
    fs::write(tenants.folder().join("bank.toml"), key("one")).unwrap();
    assert!(tenants.all().is_err());
    // What is no tenant's is nobody's to remove, whatever a name leads to.
    fs::write(folder.path().join("beside.toml"), "").unwrap();
    for name in [
        "../beside",
        "",
        ".",
        "..",
        "/",
        "bank/../bank",
        "bank\0",
        &"b".repeat(5_000),
    ] {
        assert!(!tenants.remove(name).unwrap(), "{name:?}");
    }
    assert!(folder.path().join("beside.toml").exists());
    assert!(tenants.remove("bank").unwrap());
    assert!(!tenants.remove("bank").unwrap());
    assert_eq!(tenants.look().unwrap().texts.len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_its_tenants_matter() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), "");
    assert!(tenants.put("airline", "").unwrap());
    assert!(!tenants.put("airline", "").unwrap());
    fs::write(tenants.folder().join("bank.toml"), b"\xff").unwrap();
    let found = tenants.look().unwrap();
    assert_eq!((found.texts.len(), found.unread.len()), (1, 1));
    assert!(found.has("airline") && found.has("bank") && !found.has("retailer"));
    tenants.beside_others("retailer", "").unwrap();
    let refused = tenants.all().unwrap_err().to_string();
    assert!(refused.contains("bank.toml"), "{refused}");
    assert!(!tenants.put("bank", "").unwrap());
    assert_eq!(tenants.all().unwrap().len(), 2);
}

#[test]
fn a_folder_in_the_place_of_another_is_told_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), "");
    tenants.put("airline", "").unwrap();
    let before = tenants.look().unwrap();
    assert!(tenants.remove("airline").unwrap());
    let emptied = tenants.look().unwrap();
    assert!(emptied.is_empty() && !before.is_empty());
    assert_eq!(before.place, emptied.place);
    fs::rename(tenants.folder(), folder.path().join("away")).unwrap();
    assert!(tenants.look().is_err());
    fs::create_dir(tenants.folder()).unwrap();
    assert_ne!(tenants.look().unwrap().place, before.place);
}

/// The key that administers all tenants is none of one.
#[test]
fn no_key_of_a_tenant_is_the_process_own() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), PROCESS);
    let digest = "0123456789abcdef".repeat(4);
    for (text, said) in [
        (
            "[http]\nread_key = \"of-the-operator\"\n".to_owned(),
            "http.read_key",
        ),
        (
            format!("[keys.desk]\nrole = \"agent\"\nsha256 = \"{digest}\"\n"),
            "keys.operator",
        ),
    ] {
        let refused = tenants.beside_others("airline", &text).unwrap_err().to_string();
        let names = refused.contains(said) && refused.contains("of the process");
        assert!(
            names && !refused.contains("of-the-operator") && !refused.contains(&digest),
            "{refused}"
        );
    }
}

#[test]
fn tokens_of_one_issuer_are_for_one_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants(folder.path(), "");
    let keys = folder.path().join("keys.json");
    fs::write(&keys, r#"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#).unwrap();
    let tokens = |audience: &str| {
        format!(
            "[tokens]\nissuer = \"https://id.example.com\"\naudience = \"{audience}\"\nkeys_file = {keys:?}\n"
        )
    };
    tenants.put("airline", &tokens("airline")).unwrap();
    tenants.beside_others("bank", &tokens("bank")).unwrap();
    let refused = tenants
        .beside_others("bank", &tokens("airline"))
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("tokens.audience") && refused.contains("airline"),
        "{refused}"
    );
}

#[test]
fn where_no_files_are_to_be_read_that_is_said() {
    let tenants = Tenants::new(
        PathBuf::from("/no/such/folder"),
        LoadOptions {
            file: None,
            env: std::iter::empty(),
            overrides: Vec::new(),
        },
    );
    let refused = tenants.all().unwrap_err().to_string();
    assert!(refused.contains("/no/such/folder"), "{refused}");
}
