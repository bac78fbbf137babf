//! What must never be told.

use super::load;
use crate::{domain::identifier::Kind, telemetry::Secret};

const KEYS: &str = "[http]\nwrite_key = \"s3cret-w\"\nread_key = \"s3cret-r\"\n[identifiers.blocked]\nphone = [\"s3cret-p\"]";

#[test]
fn secrets_are_neither_printed_nor_debugged() {
    let settings = load(KEYS, &[], &[]).unwrap();
    assert_eq!(
        settings.http.write_key.as_ref().map(Secret::expose),
        Some("s3cret-w")
    );
    assert!(settings.identifiers.blocked.contains(&Kind::PHONE, "s3cret-p"));
    let text = settings.redacted_toml();
    assert!(
        text.contains("write_key = \"***\"\nwrite_key_file = \"\"\nread_key = \"***\""),
        "{text}"
    );
    assert!(text.contains("phone = [\"***\"]"), "{text}");
    for told in [text.to_owned(), format!("{settings:?}")] {
        assert!(!told.contains("s3cret"), "{told}");
    }
}

#[test]
fn problems_never_tell_a_secret() {
    for text in [
        // Wrong in itself, of a wrong type, in a list, under a misspelt name, in a line that is no TOML.
        "[http]\nwrite_key = \"s3cret with spaces\"",
        "[http]\nwrite_key = [\"s3cret\"]",
        "[identifiers.blocked]\nphone = \"s3cret\"",
        "[identifiers.blocked]\nphone = [\"s3cret\", 5]",
        "[http]\nwrite_kee = \"s3cret\"",
        "[htpp]\nwrite_key = \"s3cret\"",
        "write_key = \"s3cret\"",
        "[http]\nwrite_key = \"s3cret",
        "[http]\nwrite_key = s3cret",
        "[http]\nwrite_key = \"s3cret\"\nwrite_key = \"s3cret\"",
    ] {
        let error = load(text, &[], &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    let env = [("YEKTA_HTTP__WRITE_KEY", "s3cret:s3cret")];
    let error = load("", &env, &[]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[test]
fn a_key_can_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "s3cret-f\n").unwrap();
    let text = format!("[http]\nread_key_file = {:?}", path.to_str().unwrap());
    let settings = load(&text, &[], &[]).unwrap();
    assert_eq!(
        settings.http.read_key.as_ref().map(Secret::expose),
        Some("s3cret-f")
    );
    assert!(!settings.redacted_toml().contains("s3cret"));

    let both = format!("{text}\nread_key = \"s3cret\"");
    let error = load(&both, &[], &[]).unwrap_err().to_string();
    assert!(
        error.contains("expected nothing, since read_key is set too"),
        "{error}"
    );
    std::fs::write(&path, " \n").unwrap();
    let error = load(&text, &[], &[]).unwrap_err().to_string();
    assert!(
        error.contains("expected a readable file of 1 to 256 visible"),
        "{error}"
    );
}

#[test]
fn an_empty_key_is_none() {
    let settings = load("", &[("YEKTA_HTTP__WRITE_KEY", "")], &[]).unwrap();
    assert_eq!(settings.http.write_key, None);
}
