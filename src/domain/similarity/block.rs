//! By what two persons worth comparing find each other.
//!
//! Owns the recipes: each makes a key of two or three facts that many errors leave alone, and between them few errors
//! leave none alone. A key is a function of one person's content. Never more than [`KEYS_MAX`]; a key that too many
//! share is of no use, which its caller counts.

use std::{collections::BTreeSet, fmt};

use crate::domain::similarity::{name::Name, person::Person};

/// Canonical text with the recipe's tag in front. `Debug` shows the tag alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey(pub String);

impl fmt::Debug for BlockKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = self.0.split(':').next().unwrap_or_default();
        write!(out, "BlockKey({tag}:…)")
    }
}

/// Keys of one person.
pub(super) const KEYS_MAX: usize = 17;
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
    let mut keys: Vec<BlockKey> = keys.0.into_iter().collect();
    keys.truncate(KEYS_MAX);
    keys
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
}

fn by_place(person: &Person, keys: &mut Keys) {
    let (given, family) = (person.given.as_ref(), person.family.as_ref());
    if let Some(postcode) = &person.postcode {
        let postcode = postcode.trim_start_matches('0');
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

    #[test]
    fn two_meet_by_birth_date_and_house_number_though_all_else_is_misspelled() {
        let keys = |stated: [(&str, &str); 5]| {
            let texts = stated.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned())));
            blocking_keys(&Person::new(&Facts::of(&texts.into()), [], []))
        };
        let (one, other) = (
            keys([
                ("first_name", "Eliza"),
                ("last_name", "Keany"),
                ("birth_date", "1928-08-02"),
                ("address", "6 Nicklin Crescent Charlestown"),
                ("postcode", "2760"),
            ]),
            keys([
                ("first_name", "Eriaz"),
                ("last_name", "Keacny"),
                ("birth_date", "1928-02-08"),
                ("address", "6 Nicklin Cre Scent Char Lstown"),
                ("postcode", "2706"),
            ]),
        );
        let shared: Vec<_> = one.iter().filter(|key| other.contains(key)).collect();
        assert_eq!(shared.len(), 1, "{shared:?}");
        assert!(shared.iter().all(|key| key.0.starts_with("dn:")), "{shared:?}");
    }
}
