//! What is refused, and in which words.

use super::{load, load_path, problems};

#[test]
fn everything_wrong_is_told_at_once() {
    let text = r#"
        colour = "blue"
        [http]
        lisen = "127.0.0.1:1"
        listen = "here"
        items_max = "5"
        request_timeout_ms = 1.5
        [htpp]
        listen = "127.0.0.1:1"
        [engine]
        batch_events_max = 5000
        [identifiers.kinds.phone]
        joins_at = "always"
        joins = "staff"
        [identifiers.kinds.Telegram]
        [channels.store]
        shared_devices = 1
        region = "XX"
        [sources.tills]
        trust_default = "staff"
        [views.web]
        sections = ["person", "basket"]
        [store]
        cache_bytes = -1
    "#;
    insta::assert_snapshot!(problems(text).join("\n"));
}

#[test]
fn a_misspelt_key_is_recognised() {
    assert_eq!(
        problems("[http]\nitem_max = 3"),
        ["http.item_max: is not known, did you mean \"items_max\""]
    );
}

#[test]
fn a_section_is_a_table() {
    assert_eq!(problems("http = 5"), ["http: expected a table"]);
    assert_eq!(
        problems("[channels]\nweb = true"),
        ["channels.web: expected a table"]
    );
}

#[test]
fn a_source_needs_a_prefix_of_its_own() {
    let text = "[sources.a]\nprefix = \"x/\"\n[sources.b]\nprefix = \"x/\"\n[sources.c]\nmay_alias = true";
    assert_eq!(
        problems(text),
        [
            "sources.c.prefix: is missing, expected how the names of these sources start",
            "sources.b.prefix: expected a prefix that no other source has",
        ]
    );
}

#[test]
fn a_source_that_states_nothing_cannot_be_trusted_beyond_its_limit() {
    let text = "[sources.a]\nprefix = \"\"\ntrust_default = \"staff\"\ntrust_max = \"stated\"";
    assert_eq!(
        problems(text),
        ["sources.a.trust_default = \"staff\": expected no more than trust_max, which is stated"]
    );
}

#[test]
fn names_that_could_not_stand_in_a_path_are_refused() {
    let expected = "expected a name of 1 to 64 characters of a-z, 0-9 and _";
    assert_eq!(
        problems("[data]\ntenant = \"a.b\""),
        [format!("data.tenant = \"a.b\": {expected}")]
    );
    assert_eq!(
        problems("[channels.\"call center\"]"),
        [format!("channels.call center: {expected}")]
    );
    assert_eq!(
        problems("[views.A]\nsections = []"),
        [format!("views.A: {expected}")]
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = load_path(Some("no-such-folder/yekta.toml".into()), &[], &[]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("no-such-folder/yekta.toml (configuration file): expected a file"),
        "{text}"
    );
}

#[test]
fn a_variable_that_cannot_name_a_setting_is_refused() {
    let error = load("", &[("YEKTA_HTTP__", "x")], &[]).unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        "http. (environment variable YEKTA_HTTP__): expected a setting such as section.key"
    );
}

#[test]
fn a_shop_has_a_server_of_its_own_and_owns_nothing() {
    let lines = problems("[shop]\nhub = \"site-1\"");
    assert!(
        matches!(&lines[..], [line] if line.contains("shop.hub") && line.contains("expected nats.url to name the shop's server")),
        "{lines:?}"
    );
    let text = r#"
        [nats]
        url = ["nats://127.0.0.1:4222"]
        [cluster]
        standby = true
        [shop]
        hub = "site-1"
    "#;
    let lines = problems(text);
    assert!(
        matches!(&lines[..], [line] if line.contains("shop.hub") && line.contains("cluster.standby is true")),
        "{lines:?}"
    );
    let shop = load(&text.replace("standby = true", ""), &[], &[]).unwrap().shop;
    assert_eq!(shop.map(|shop| shop.hub).as_deref(), Some("site-1"));
    let lines = problems("[nats]\nurl = [\"nats://127.0.0.1:4222\"]\n[shop]\nhub = \"site.1\"");
    assert!(
        matches!(&lines[..], [line] if line.contains("shop.hub") && line.contains("jetstream.domain")),
        "{lines:?}"
    );
}

#[test]
fn processes_share_a_tenant_where_they_meet_and_reach_each_other() {
    let alone = "[cluster]\nstandby = true";
    let lines = problems(alone);
    assert!(
        matches!(&lines[..], [line] if line.contains("cluster.standby") && line.contains("expected nats.url to be set")),
        "{lines:?}"
    );
    let unreachable = r#"
        [http]
        listen = "0.0.0.0:8080"
        write_key = "w"
        read_key = "r"
        tls_by_proxy = true
        [nats]
        url = ["nats://127.0.0.1:4222"]
        [cluster]
        standby = true
    "#;
    let lines = problems(unreachable);
    assert!(
        matches!(&lines[..], [line] if line.contains("cluster.url")),
        "{lines:?}"
    );
    for change in [
        "standby = true\nurl = \"http://10.0.0.7:8080\"",
        "standby = false",
    ] {
        let text = unreachable.replace("standby = true", change);
        load(&text, &[], &[]).unwrap();
    }
}
