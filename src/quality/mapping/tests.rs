//! What a mapping file may say, and what is said of one that is wrong.

use super::{Cell, Mapping};
use crate::domain::identifier::Trust;

fn read(text: &str) -> Result<Mapping, String> {
    Mapping::read(text.parse().unwrap(), "m.toml".to_owned()).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    read(text).unwrap_err()
}

#[test]
fn every_key_is_read() {
    let mapping = read(
        r#"
        id = ["DATA_SOURCE", "RECORD_ID"]
        truth = { column = "rec_id", parts = 2, separator = "-" }
        delimiter = ";"
        time = "DATE"
        channel = "callcenter"
        source = { column = "DATA_SOURCE" }
        phone_region = "US"
        [key]
        id = "ID"
        person = "CLUSTER"
        [only]
        column = "KIND"
        is = ["", "person"]
        [traits]
        name = { first_of = ["FULL", "NATIVE"] }
        address = { columns = ["NUMBER", "STREET"], separator = "/" }
        [identifiers]
        email = "EMAIL"
        loyalty_id = { column = "CARD", trust = "stated" }
        [[identifiers.phone]]
        column = "HOME"
        [[identifiers.phone]]
        column = "WORK"
        trust = "observed"
        "#,
    )
    .unwrap();
    let joined = |columns: &[&str], separator: &str| Cell::Joined {
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        separator: separator.to_owned(),
    };
    assert_eq!(mapping.id, Some(joined(&["DATA_SOURCE", "RECORD_ID"], ":")));
    let parts = Cell::Parts {
        column: "rec_id".to_owned(),
        parts: 2,
        separator: "-".to_owned(),
    };
    assert_eq!(mapping.truth, Some(parts));
    assert_eq!(mapping.delimiter, b';');
    assert_eq!(
        (mapping.channel.usual.as_str(), mapping.source.usual.as_str()),
        ("callcenter", "records")
    );
    assert_eq!(mapping.source.cell, Some(Cell::column("DATA_SOURCE")));
    assert_eq!(mapping.phone_region.unwrap().as_str(), "US");
    assert_eq!(mapping.key.unwrap().person, Cell::column("CLUSTER"));
    assert_eq!(mapping.only.unwrap().is, ["", "person"]);
    let first = Cell::FirstOf(vec!["FULL".to_owned(), "NATIVE".to_owned()]);
    assert_eq!(
        mapping.traits,
        [("name", first), ("address", joined(&["NUMBER", "STREET"], "/"))]
    );
    let stated: Vec<(&str, &Cell, Trust)> = mapping
        .identifiers
        .iter()
        .map(|stated| (stated.kind.as_str(), &stated.cell, stated.trust))
        .collect();
    assert_eq!(
        stated,
        [
            ("email", &Cell::column("EMAIL"), Trust::Staff),
            ("loyalty_id", &Cell::column("CARD"), Trust::Stated),
            ("phone", &Cell::column("HOME"), Trust::Staff),
            ("phone", &Cell::column("WORK"), Trust::Observed),
        ]
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let told = refused(
        r#"
        id = 7
        delimiter = "tab"
        phone_region = "Utopia"
        colour = "red"
        truth = { column = "rec_id", parts = 0, separator = "-" }
        channel = ["store"]
        [key]
        id = "ID"
        [only]
        column = "KIND"
        is = "person"
        [traits]
        firstname = "given"
        name = { first_of = [] }
        city = { column = "c", columns = ["d"] }
        [identifiers]
        "E-Mail" = "EMAIL"
        phone = { column = "PHONE", trust = "root" }
        "#,
    );
    insta::assert_snapshot!(told);
}

#[test]
fn a_mapping_of_nothing_is_refused() {
    assert!(refused("id = \"a\"").starts_with("traits (m.toml): expected a column for at least one"));
    assert!(refused("traits = 1").starts_with("traits = 1 (m.toml): expected a table"));
}

#[test]
fn parts_need_a_separator_and_a_separator_parts() {
    for cell in [
        r#"{ column = "a", parts = 2 }"#,
        r#"{ column = "a", separator = "-" }"#,
        r#"{ first_of = ["a"], separator = "-" }"#,
        r#"{ columns = ["a"], parts = 2, separator = "-" }"#,
        "{}",
    ] {
        let told = refused(&format!("truth = {cell}\n[traits]\nname = \"n\""));
        assert!(
            told.starts_with("truth (m.toml): expected one of column,"),
            "{cell}: {told}"
        );
        assert_eq!(told.lines().count(), 1, "{cell}: {told}");
    }
}

#[test]
fn a_column_that_no_file_has_is_refused_and_one_of_several_is_enough() {
    let mapping = read(
        "id = \"a\"\n[traits]\nname = { first_of = [\"b\", \"x\"] }\ncity = \"y\"\n[identifiers]\nemail = [\"z\", \"w\"]",
    )
    .unwrap();
    let told = mapping.fits(|column| ["a", "b"].contains(&column)).unwrap_err();
    insta::assert_snapshot!(told, @r#"
    traits.city = ["y"] (m.toml): expected a column of one of the files
    identifiers.email = ["z", "w"] (m.toml): expected a column of one of the files
    "#);
    assert!(mapping.fits(|_| true).is_ok());
}

#[test]
fn what_is_no_toml_is_told_by_its_line_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("m.toml");
    std::fs::write(&path, "id = \"a\"\n\nkey = [09123456789\n").unwrap();
    let told = Mapping::load(&path).unwrap_err().to_string();
    assert!(told.contains("expected TOML, but line 3"), "{told}");
    assert!(!told.contains("0912"), "{told}");
    let told = Mapping::load(&dir.path().join("none.toml"))
        .unwrap_err()
        .to_string();
    assert!(told.contains("expected a file that can be read"), "{told}");
}
