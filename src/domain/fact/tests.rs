//! Facts out of traits: what is read, what is dropped, and that reading twice is reading once.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{FactKind, Facts};
use crate::domain::value::Value;

fn traits(stated: &[(&str, &str)]) -> BTreeMap<String, Value> {
    let texts = stated
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned())));
    texts.collect()
}

fn facts(stated: &[(&str, &str)]) -> Facts {
    Facts::of(&traits(stated))
}

#[test]
fn a_full_name_and_a_line_tell_what_is_not_said_apart() {
    let facts = facts(&[
        ("name", "Karimi, Sara"),
        ("address", "123 Main Street, Las Vegas NV 89132"),
        ("city", "Henderson"),
        ("birth_date", "12/11/1978"),
        ("national_id", "294-66-9999"),
    ]);
    for (kind, value) in [
        (FactKind::GivenName, "sara"),
        (FactKind::FamilyName, "karimi"),
        (FactKind::Address, "123 main st"),
        (FactKind::City, "henderson"),
        (FactKind::Postcode, "89132"),
        (FactKind::BirthDate, "1978-12-11"),
        (FactKind::NationalId, "294669999"),
    ] {
        assert_eq!(facts.get(kind), Some(value), "{kind:?}");
    }
    assert!(facts.0.is_sorted());
}

#[test]
fn an_address_may_be_a_map() {
    let address = traits(&[
        ("street", "6 Elm Rd"),
        ("city", "Salem"),
        ("state", "Oregon"),
        ("postalCode", "97301"),
    ]);
    let facts = Facts::of(&BTreeMap::from([("address".to_owned(), Value::Map(address))]));
    assert_eq!(facts.get(FactKind::Address), Some("6 elm rd"));
    assert_eq!(facts.get(FactKind::Region), Some("or"));
    assert_eq!(facts.get(FactKind::Postcode), Some("97301"));
}

#[test]
fn placeholders_are_no_facts() {
    let facts = facts(&[
        ("first_name", "Unknown"),
        ("last_name", "n/a"),
        ("birth_date", "1900-01-01"),
        ("postcode", "0000"),
        ("national_id", "999-99-9999"),
        ("city", "none"),
        ("address", "unknown"),
    ]);
    assert!(facts.is_empty(), "{facts:?}");
}

#[test]
fn a_subject_is_told_by_spellings_of_one_name_alike() {
    let subject = |given, family, date| {
        facts(&[("first_name", given), ("last_name", family), ("birth_date", date)]).subject()
    };
    let sara = subject("Sara", "Karimi", "1978-12-11");
    assert!(sara.is_some());
    assert_eq!(subject("سارا", "کریمی", "1357/09/20"), sara);
    assert_eq!(subject("S", "Karimi", "1978-01-02"), sara);
    assert_ne!(subject("Sara", "Karimi", "1979-12-11"), sara);
    assert_ne!(subject("Reza", "Karimi", "1978-12-11"), sara);
    assert_eq!(subject("Sara", "", "1978-12-11"), None);
    assert_eq!(subject("", "Karimi", ""), None);
}

#[test]
fn debug_shows_no_value() {
    let shown = format!(
        "{:?}",
        facts(&[("first_name", "Sara"), ("birth_date", "1978-12-11")])
    );
    assert_eq!(shown, "Facts([Fact(first_name:…), Fact(birth_date:…)])");
}

proptest! {
    #[test]
    fn facts_of_facts_are_the_same(
        given in "\\PC{0,10}", family in "[A-Za-z' .,-]{0,12}( jr)?", date in "[0-9/-]{0,10}",
        address in "[0-9]{0,3}[a-z, ]{0,20}( [0-9]{5})?", postcode in "[A-Za-z0-9 -]{0,9}",
    ) {
        let once = facts(&[
            ("first_name", &given), ("last_name", &family), ("birth_date", &date),
            ("address", &address), ("postcode", &postcode), ("city", &family), ("national_id", &postcode),
        ]);
        let stated: Vec<(&str, &str)> = once.0.iter().map(|fact| (fact.kind.as_str(), fact.value.as_str())).collect();
        prop_assert_eq!(facts(&stated), once);
    }
}
