//! Which traits state which facts.
//!
//! Owns the names of traits and what wins where a fact is stated twice: the trait of its own before a part of another.
//! Never keeps what is no text or number. [`super::Facts::of`] calls it.

use std::collections::BTreeMap;

use crate::domain::{
    fact::{
        FactKind,
        address::{self, Place},
        date::Date,
        letters,
        name::Names,
        placeholder, state,
    },
    value::Value,
};

type Traits = BTreeMap<String, Value>;

/// Names under which clients send one trait: the contract's first, then those of Segment.
const GIVEN: &[&str] = &["first_name", "firstName"];
const MIDDLE: &[&str] = &["middle_name", "middleName"];
const FAMILY: &[&str] = &["last_name", "lastName"];
const BIRTH: &[&str] = &[
    "birth_date",
    "birthDate",
    "birthday",
    "date_of_birth",
    "dateOfBirth",
];
const POSTCODE: &[&str] = &["postcode", "postal_code", "postalCode", "zip"];
const REGION: &[&str] = &["region", "state"];
const NATIONAL: &[&str] = &["national_id", "nationalId"];

/// Longer texts are no fact of a person.
const LETTERS_MAX: usize = 200;

/// The facts that `traits` state.
pub(super) fn read(traits: &Traits) -> BTreeMap<FactKind, String> {
    let mut facts = BTreeMap::new();
    names(traits, &mut facts);
    if let Some(date) = text(traits, BIRTH).and_then(|raw| Date::read(&raw)) {
        facts.insert(FactKind::BirthDate, date.to_string());
    }
    place(traits, &mut facts);
    let number = text(traits, NATIONAL)
        .map(|raw| letters::compact(&raw))
        .unwrap_or_default();
    let known = number.chars().count() > 3 && number.chars().any(|letter| letter.is_ascii_digit());
    if known && !placeholder::is_number(&number) {
        facts.insert(FactKind::NationalId, number);
    }
    facts.retain(|_, value| !value.is_empty());
    facts
}

fn names(traits: &Traits, facts: &mut BTreeMap<FactKind, String>) {
    let part = |names| text(traits, names).unwrap_or_default();
    let suffix = part(&["suffix"]);
    let mut names = Names::of_parts(&part(GIVEN), &part(MIDDLE), &part(FAMILY), &suffix);
    if let Some(full) = text(traits, &["name"]).filter(|_| names.given.is_empty() && names.family.is_empty())
    {
        let stated = names;
        names = Names::of_full(&full);
        for (part, own) in [
            (&mut names.middle, stated.middle),
            (&mut names.suffix, stated.suffix),
        ] {
            if !own.is_empty() {
                *part = own;
            }
        }
    }
    facts.insert(FactKind::GivenName, names.given);
    facts.insert(FactKind::MiddleName, names.middle);
    facts.insert(FactKind::FamilyName, names.family);
    facts.insert(FactKind::Suffix, names.suffix);
}

fn place(traits: &Traits, facts: &mut BTreeMap<FactKind, String>) {
    let nothing = Traits::new();
    let inner = traits.get("address").and_then(Value::as_map).unwrap_or(&nothing);
    let part = |names: &[&str]| text(traits, names).or_else(|| text(inner, names));
    let line = text(traits, &["address"]).or_else(|| text(inner, &["street", "line1", "address"]));
    let line = Place::of_line(&line.unwrap_or_default());
    let city = part(&["city"])
        .map(|raw| letters::spaced(&raw))
        .filter(|city| !placeholder::is_word(city));
    let region = part(REGION)
        .map(|raw| region(&raw))
        .filter(|region| !placeholder::is_word(region));
    let country = part(&["country"])
        .map(|raw| letters::spaced(&raw))
        .filter(|country| !placeholder::is_word(country));
    let postcode = part(POSTCODE)
        .map(|raw| address::postcode(&raw))
        .filter(|code| !code.is_empty());
    facts.insert(FactKind::Address, line.street);
    facts.insert(
        FactKind::City,
        city.filter(|city| !city.is_empty()).unwrap_or(line.city),
    );
    facts.insert(
        FactKind::Region,
        region.filter(|region| !region.is_empty()).unwrap_or(line.region),
    );
    facts.insert(FactKind::Postcode, postcode.unwrap_or(line.postcode));
    facts.insert(FactKind::Country, country.unwrap_or_default());
}

fn region(raw: &str) -> String {
    let name = letters::spaced(raw);
    state::code_of_name(&name).map_or(name, str::to_owned)
}

fn text(traits: &Traits, names: &[&str]) -> Option<String> {
    let value = names
        .iter()
        .find_map(|name| traits.get(*name)?.text_or_number())?;
    let short = value.chars().nth(LETTERS_MAX).is_none();
    short.then_some(value).filter(|value| !value.trim().is_empty())
}
