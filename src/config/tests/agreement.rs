//! Settings that depend on each other.

use super::{load, problems};
use crate::config::CorsOrigins;

#[test]
fn a_service_that_others_reach_asks_for_keys_and_speaks_tls() {
    const KEYS: &str = "write_key = \"w\"\nread_key = \"r\"\n";
    let listen =
        |address: &str, more: &str| load(&format!("[http]\nlisten = \"{address}\"\n{more}"), &[], &[]);
    let (no_keys, no_tls) = (
        "http.write_key and http.read_key to be set",
        "http.tls_by_proxy where",
    );
    for (address, more, lacks) in [
        ("0.0.0.0:80", "", &[no_keys, no_tls][..]),
        ("[::]:80", "tls_by_proxy = true", &[no_keys]),
        ("192.168.1.5:80", "write_key = \"w\"", &[no_keys, no_tls]),
        (
            "192.168.1.5:80",
            "read_key = \"r\"\ndev_certificate = true",
            &[no_keys],
        ),
        ("192.168.1.5:80", KEYS, &[no_tls]),
    ] {
        let error = listen(address, more).unwrap_err();
        assert_eq!(error.problems.len(), lacks.len(), "{error}");
        for (problem, lacks) in error.problems.iter().zip(lacks) {
            assert_eq!(problem.key, "http.listen");
            assert_eq!(problem.value.as_deref(), Some(format!("\"{address}\"").as_str()));
            assert!(problem.expected.contains(lacks), "{problem}");
            assert!(problem.origin.is_some());
        }
    }
    let secure = [
        "tls_by_proxy = true",
        "dev_certificate = true",
        "tls_cert_file = \"c\"\ntls_key_file = \"k\"",
    ];
    for way in secure {
        assert!(listen("0.0.0.0:80", &format!("{KEYS}{way}")).is_ok(), "{way}");
    }
    for address in [
        "127.0.0.1:80",
        "127.8.8.8:80",
        "[::1]:80",
        "[::ffff:127.0.0.1]:80",
    ] {
        assert!(listen(address, "").is_ok(), "{address}");
    }
}

#[test]
fn a_key_is_for_one_purpose_of_one_owner() {
    let till = "sha256 = \"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8\"";
    let empty = "sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"";
    assert_eq!(
        problems(&format!(
            "[keys.a]\nrole = \"pos\"\n{till}\n[keys.b]\nchannel = \"web\"\n{till}"
        )),
        ["keys.b.sha256: expected a key, and one that nobody else has"]
    );
    assert_eq!(
        problems(&format!(
            "[http]\nwrite_key = \"password\"\n[keys.a]\nrole = \"pos\"\n{till}"
        )),
        ["keys.a.sha256: expected a key, and one that nobody else has"]
    );
    assert_eq!(
        problems(&format!("[keys.a]\nrole = \"pos\"\n{empty}")),
        ["keys.a.sha256: expected a key, and one that nobody else has"]
    );
    assert_eq!(
        problems("[http]\nwrite_key = \"k\"\nread_key = \"k\""),
        ["http.read_key: expected another key than http.write_key, which browsers show to everybody"]
    );
    assert_eq!(
        problems(&format!("[keys.a]\nrole = \"pos\"\nchannel = \"web\"\n{till}")),
        ["keys.a.channel: expected nothing, since role is set too"]
    );
    assert_eq!(
        problems("[keys.a]\nrole = \"pos\""),
        ["keys.a.sha256: expected this, or file"]
    );
    assert_eq!(
        problems(&format!("[keys.a]\n{till}")),
        ["keys.a.role: expected this of who asks, or channel of who sends"]
    );
}

#[test]
fn tls_is_spoken_by_one_way_alone() {
    assert_eq!(
        problems("[http]\ntls_cert_file = \"c\""),
        ["http.tls_key_file: expected the key of tls_cert_file"]
    );
    assert_eq!(
        problems("[http]\ntls_key_file = \"k\""),
        ["http.tls_cert_file: expected the certificate of tls_key_file"]
    );
    assert_eq!(
        problems("[http]\ntls_cert_file = \"c\"\ntls_key_file = \"k\"\ndev_certificate = true"),
        ["http.dev_certificate: expected nothing, since tls_cert_file is set too"]
    );
}

#[test]
fn a_channel_shows_a_view_that_exists() {
    assert_eq!(
        problems("[channels.social]\nview = \"socail\""),
        ["channels.social.view = \"socail\": expected a view, one of callcenter, mobile, pos, web"]
    );
}

#[test]
fn what_one_bound_lets_in_fits_into_the_next() {
    let text = "[decode]\nevent_bytes_max = 70000\n[http]\nbody_bytes_max = 20000\n[journal]\ncommit_bytes_max = 69999";
    assert_eq!(
        problems(text),
        [
            "http.body_bytes_max = 20000: expected at least decode.event_bytes_max, which is 70000",
            "journal.commit_bytes_max = 69999: expected at least decode.event_bytes_max, which is 70000",
        ]
    );
}

#[test]
fn a_label_joins_nobody() {
    assert_eq!(
        problems("[identifiers.kinds.telegram]\njoins_at = \"staff\""),
        ["identifiers.kinds.telegram.joins_at = \"staff\": expected none, since a label joins nobody"]
    );
}

#[test]
fn qr_links_start_where_the_service_listens_unless_told() {
    let bound = "127.0.0.1:4711".parse().unwrap();
    let url = |text: &str| load(text, &[], &[]).map(|settings| settings.http.public_url(bound));
    assert_eq!(url("").unwrap(), "http://127.0.0.1:4711");
    assert_eq!(
        url("[http]\npublic_url = \"https://id.example.com/y/\"").unwrap(),
        "https://id.example.com/y"
    );
    for wrong in [
        "id.example.com",
        "https://",
        "ftp://x",
        "https://x?y",
        "https://x y",
    ] {
        assert!(
            url(&format!("[http]\npublic_url = \"{wrong}\"")).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn origins_are_all_or_some() {
    let origins = |list: &str| {
        load(&format!("[http]\ncors_origins = {list}"), &[], &[]).map(|settings| settings.http.cors_origins)
    };
    assert_eq!(origins("[\"*\"]").unwrap(), CorsOrigins::Any);
    assert_eq!(origins("[]").unwrap(), CorsOrigins::Only(Vec::new()));
    assert_eq!(
        origins("[\"https://a.b\"]").unwrap(),
        CorsOrigins::Only(vec!["https://a.b".to_owned()])
    );
    for wrong in [
        "[\"*\", \"https://a.b\"]",
        "[\"a.b\"]",
        "[\"https://a.b/\"]",
        "\"*\"",
    ] {
        assert!(origins(wrong).is_err(), "{wrong}");
    }
}
