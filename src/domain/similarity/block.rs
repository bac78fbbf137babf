//! By what two persons worth comparing find each other.
//!
//! Owns the recipes: each makes a key of two or three facts that many errors leave alone, and between them few errors
//! leave none alone. A key is a function of one person's content. A person has 22 at most; a key that too many share is
//! of no use, which its caller counts.

use std::{collections::BTreeSet, fmt};

use crate::domain::similarity::{name::Name, person::Person, place::area};

/// Canonical text with the recipe's tag in front. `Debug` shows the tag alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey(pub String);

impl fmt::Debug for BlockKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = self.0.split(':').next().unwrap_or_default();
        write!(out, "BlockKey({tag}:…)")
    }
}

/// E-mail addresses, and numbers, that make keys.
const CONTACTS_MAX: usize = 2;

/// The keys of `person`, sorted, each once.
#[must_use]
pub fn blocking_keys(person: &Person) -> Vec<BlockKey> {
    let mut keys = Keys::default();
    by_names(person, &mut keys);
    by_birth(person, &mut keys);
    by_place(person, &mut keys);
    by_contact(person, &mut keys);
    keys.0.into_iter().collect()
}

#[derive(Default)]
struct Keys(BTreeSet<BlockKey>);

impl Keys {
    fn add(&mut self, tag: &str, parts: &[&str]) {
        if parts.iter().all(|part| !part.is_empty()) {
            self.0.insert(BlockKey(format!("{tag}:{}", parts.join("|"))));
        }
    }
}

/// The first `count` consonants of a name, or letters where it has none that are known.
fn start(name: Option<&Name>, count: usize) -> String {
    let Some(name) = name.filter(|name| !name.is_initial()) else {
        return String::new();
    };
    let of = if name.skeleton.is_empty() {
        &name.text
    } else {
        &name.skeleton
    };
    of.chars().take(count).collect()
}

fn by_names(person: &Person, keys: &mut Keys) {
    let (given, family) = (person.given.as_ref(), person.family.as_ref());
    let mut both = [start(given, 12), start(family, 12)];
    both.sort_unstable();
    keys.add("n", &[&both[0], &both[1]]);
    // A short form is not spelled like the name.
    if let Some((number, _)) = given.map(Name::canonical)
        && let Some(number) = number
    {
        keys.add("k", &[&number.to_string(), &start(family, 12)]);
    }
    let city = person.city.as_deref().unwrap_or_default();
    keys.add("gc", &[&start(given, 12), city]);
    keys.add("fc", &[&start(family, 12), city]);
}

fn by_birth(person: &Person, keys: &mut Keys) {
    let Some(birth) = &person.birth else { return };
    let date = birth.date;
    let year = date.year.to_string();
    let (given, family) = (person.given.as_ref(), person.family.as_ref());
    if date.day != 0 {
        let (low, high) = (date.month.min(date.day), date.month.max(date.day));
        let day = format!("{year}{low:02}{high:02}");
        keys.add("d", &[&day, &start(given, 2)]);
        keys.add("d", &[&day, &start(family, 2)]);
        let number = person.street.as_ref().and_then(|street| street.number.as_deref());
        keys.add("dn", &[&day, number.unwrap_or_default()]);
        keys.add("dp", &[&day, person.postcode.as_deref().unwrap_or_default()]);
        keys.add("fd", &[&start(family, 12), &format!("{low:02}{high:02}")]);
    }
    keys.add("fy", &[&start(family, 12), &year]);
    keys.add("gy", &[&start(given, 12), &start(family, 1), &year]);
    let area = person.postcode.as_deref().and_then(area).unwrap_or_default();
    keys.add("ya", &[&year, area, &start(given, 1)]);
}

fn by_place(person: &Person, keys: &mut Keys) {
    let (given, family) = (person.given.as_ref(), person.family.as_ref());
    if let Some(postcode) = &person.postcode {
        keys.add("fa", &[&start(family, 12), area(postcode).unwrap_or_default()]);
        let postcode = postcode.trim_start_matches('0');
        // In many countries a postcode is a street.
        keys.add("pp", &[postcode]);
        keys.add("p", &[postcode, &start(given, 3)]);
        keys.add("p", &[postcode, &start(family, 3)]);
    }
    if let Some(street) = &person.street
        && let Some(number) = &street.number
    {
        let longest = street
            .words
            .iter()
            .max_by(|a, b| a.len().cmp(&b.len()).then_with(|| b.cmp(a)));
        keys.add("s", &[number, longest.map_or("", String::as_str)]);
    }
}

fn by_contact(person: &Person, keys: &mut Keys) {
    if let Some(national) = &person.national {
        keys.add("i", &[national]);
    }
    for email in person.emails.iter().take(CONTACTS_MAX) {
        keys.add("e", &[email.telling_user().unwrap_or(&email.address)]);
    }
    for phone in person.phones.iter().take(CONTACTS_MAX) {
        keys.add("t", &[phone.tail()]);
    }
}

#[cfg(test)]
mod tests {
    use super::{Person, blocking_keys};
    use crate::domain::{fact::Facts, value::Value};

    /// By which recipes two find each other who state this.
    fn meet(one: &[(&str, &str)], other: &[(&str, &str)]) -> Vec<String> {
        let keys = |stated: &[(&str, &str)]| {
            let texts = stated
                .iter()
                .map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned())));
            blocking_keys(&Person::new(&Facts::of(&texts.collect()), [], []))
        };
        let (one, other) = (keys(one), keys(other));
        let shared = one.iter().filter(|key| other.contains(key));
        let recipe = |key: &super::BlockKey| key.0.split(':').next().unwrap_or_default().to_owned();
        shared.map(recipe).collect()
    }

    #[test]
    fn two_meet_by_birth_date_and_house_number_though_all_else_is_misspelled() {
        let one = [
            ("first_name", "Eliza"),
            ("last_name", "Keany"),
            ("birth_date", "1928-08-02"),
            ("address", "6 Nicklin Crescent Charlestown"),
            ("postcode", "2760"),
        ];
        let other = [
            ("first_name", "Eriaz"),
            ("last_name", "Keacny"),
            ("birth_date", "1928-02-08"),
            ("address", "6 Nicklin Cre Scent Char Lstown"),
            ("postcode", "2706"),
        ];
        assert_eq!(meet(&one, &other), ["dn"]);
    }

    #[test]
    fn two_meet_by_what_two_slips_leave() {
        let whole = [
            ("first_name", "Lesley"),
            ("last_name", "Heathby"),
            ("birth_date", "1922-03-28"),
            ("postcode", "CL13 8BN"),
        ];
        // Exchanged and misspelled names, no birth date.
        let exchanged = [
            ("first_name", "Heathy"),
            ("last_name", "Leqsley"),
            ("postcode", "CL13 8BN"),
        ];
        assert_eq!(meet(&whole, &exchanged), ["pp"]);
        // Another day and another street of the town, and a slip in the family name.
        let moved = [
            ("first_name", "Lesly"),
            ("last_name", "Heatlby"),
            ("birth_date", "1922-04-01"),
            ("postcode", "CL13 4EP"),
        ];
        assert_eq!(meet(&whole, &moved), ["gy", "ya"]);
        // Another street, another given name, no birth date.
        let known_otherwise = [
            ("first_name", "Anne"),
            ("last_name", "Heathby"),
            ("postcode", "CL13 4EP"),
        ];
        assert_eq!(meet(&whole, &known_otherwise), ["fa"]);
    }
}
