//! `[nats]`: none, one way to be known to the server, files that go together.

use super::{load, problems};
use crate::nats::{Auth, Storage};

#[test]
fn without_a_server_the_service_is_standalone() {
    assert_eq!(load("", &[], &[]).unwrap().nats, None);
    let emptied = load("[nats]\nurl = [\"nats://a:1\"]", &[], &[("nats.url", "")]);
    assert_eq!(emptied.unwrap().nats, None);
}

#[test]
fn servers_of_a_cluster_stand_between_commas_and_the_streams_have_their_defaults() {
    let settings = load("", &[("YEKTA_NATS__URL", "nats://a:1, tls://b")], &[]).unwrap();
    let nats = settings.nats.unwrap();
    let urls: Vec<String> = nats.urls.iter().map(ToString::to_string).collect();
    assert_eq!(urls, ["nats://a:1", "tls://b:4222"]);
    assert_eq!((nats.auth, nats.storage), (Auth::Nobody, Storage::default()));
}

#[test]
fn one_way_to_be_known_is_enough() {
    let text = "[nats]\nurl = [\"nats://a:1\"]\nuser = \"yekta\"\npassword = \"s3cret\"\ntoken = \"t0ken\"";
    let told = problems(text);
    assert_eq!(told, ["nats.token: expected nothing, since user is set too"]);
    assert_eq!(
        problems("[nats]\npassword = \"s3cret\""),
        ["nats.password: expected nothing, since user is not set"]
    );
}

#[test]
fn a_url_holds_no_password_and_none_is_shown() {
    let told = problems("[nats]\nurl = [\"nats://yekta:s3cret@a:1\"]").join("\n");
    assert!(told.starts_with("nats.url") && !told.contains("s3cret"), "{told}");
    let text = "[nats]\nurl = [\"nats://a:1\"]\nuser = \"yekta\"\npassword = \"s3cret\"";
    let settings = load(text, &[], &[]).unwrap();
    assert!(!settings.redacted_toml().contains("s3cret"));
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn a_certificate_comes_with_its_key() {
    assert_eq!(
        problems("[nats]\ntls_cert_file = \"yekta.pem\""),
        ["nats.tls_key_file: expected the key of tls_cert_file"]
    );
}
