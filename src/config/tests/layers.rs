//! Which layer wins, and how each writes its values.

use super::{load, load_path};
use crate::domain::identifier::{Kind, Role};
use std::time::Duration;

const FILE: &str = "[http]\nitems_max = 10\nbody_bytes_max = 100000\nrequest_timeout_ms = 5000";

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let env = [
        ("YEKTA_HTTP__BODY_BYTES_MAX", "200000"),
        ("YEKTA_HTTP__REQUEST_TIMEOUT_MS", "6000"),
    ];
    let flags = [("http.request_timeout_ms", "7000")];
    let http = load(FILE, &env, &flags).unwrap().http;
    assert_eq!(http.request_timeout, Duration::from_secs(7));
    assert_eq!(http.body_bytes_max, 200_000);
    assert_eq!(http.items_max, 10);
    assert_eq!(http.in_flight_max, 256);
}

#[test]
fn the_environment_may_name_the_file_and_a_flag_another() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, items: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("[http]\nitems_max = {items}")).unwrap();
        path
    };
    let (named, given) = (file("named.toml", 1), file("given.toml", 2));
    let env = [("YEKTA_CONFIG", named.to_str().unwrap())];
    assert_eq!(load_path(None, &env, &[]).unwrap().http.items_max, 1);
    assert_eq!(load_path(Some(given), &env, &[]).unwrap().http.items_max, 2);
}

#[test]
fn one_key_of_a_kind_can_be_narrowed_alone() {
    let settings = load("[identifiers.kinds.phone]\njoins_at = \"verified\"", &[], &[]).unwrap();
    let phone = settings.identifiers.rule(&Kind::PHONE).clone();
    assert_eq!(phone.joins_at.map(|trust| trust.as_str()), Some("verified"));
    assert_eq!((phone.role, phone.per_profile), (Role::Contact, Some(10)));
}

#[test]
fn switches_lists_and_open_tables_can_be_set_as_text() {
    let env = [
        ("YEKTA_CHANNELS__SOCIAL__SHARED_DEVICES", "true"),
        ("YEKTA_VIEWS__WEB__SECTIONS", "cart, person"),
        ("YEKTA_IDENTIFIERS__BLOCKED__PHONE", "+982100,+982101"),
    ];
    let settings = load_path(None, &env, &[]).unwrap();
    assert!(
        settings
            .channels
            .channels
            .get("social")
            .unwrap()
            .place
            .shared_devices
    );
    let sections = &settings.views.get("web").unwrap().sections;
    assert_eq!(
        sections
            .iter()
            .map(|section| section.as_str())
            .collect::<Vec<_>>(),
        ["cart", "person"]
    );
    assert!(settings.identifiers.blocked.contains(&Kind::PHONE, "+982101"));
}

#[test]
fn variables_of_a_container_platform_are_none_of_ours() {
    let env = [
        ("YEKTA_PORT", "tcp://10.0.0.1:80"),
        ("YEKTA_URL", "http://x"),
        ("HTTP__LISTEN", "x"),
    ];
    assert!(load_path(None, &env, &[]).is_ok());
}

#[test]
fn a_problem_says_which_layer_it_is_in() {
    let env = [("YEKTA_HTTP__ITEMS_MAX", "many")];
    let error = load("[engine]\nbatch_events_max = 0", &env, &[("log.format", "xml")]).unwrap_err();
    let origins: Vec<_> = error
        .problems
        .iter()
        .filter_map(|problem| problem.origin.as_deref())
        .collect();
    assert_eq!(
        origins.first(),
        Some(&"environment variable YEKTA_HTTP__ITEMS_MAX")
    );
    assert!(
        origins
            .get(1)
            .is_some_and(|origin| origin.ends_with("yekta.toml")),
        "{origins:?}"
    );
    assert_eq!(origins.get(2), Some(&"command line"));
    assert!(
        error
            .to_string()
            .starts_with("http.items_max = \"many\" (environment variable YEKTA_HTTP__ITEMS_MAX): ")
    );
}
