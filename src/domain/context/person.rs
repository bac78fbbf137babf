//! Who the customer is: names, tier, language and the identifiers they are known by, masked.

use std::cmp::Reverse;
use std::fmt;

use crate::domain::{
    context::{
        mask::{self, Mask},
        matters::Listed,
    },
    identifier::{Kind, Trust},
    profile::Profile,
    value::Value,
};

/// The customer as a person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// First name.
    pub first_name: Option<String>,
    /// Last name, or its initial where the view masks it.
    pub last_name: Option<String>,
    /// How to address them, from whatever names are known.
    pub display_name: Option<String>,
    /// Loyalty tier.
    pub tier: Option<String>,
    /// Language, as the channel wrote it: `fa` or `fa-IR`.
    pub language: Option<String>,
}

/// An identifier as a view shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownIdentifier {
    /// Its kind.
    pub kind: Kind,
    /// Its value, masked as the view asks for.
    pub value: String,
    /// The highest trust it was stated with.
    pub trust: Trust,
}

impl Person {
    /// The person of `profile`. Names are found in the spelling of Segment's SDKs too.
    pub fn of(profile: &Profile, mask: Mask) -> Self {
        let first_name = text(profile, &["first_name", "firstName"]);
        let last_name = text(profile, &["last_name", "lastName"]).map(|name| mask.surname(&name));
        let parts: Vec<&str> = [&first_name, &last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let display_name = match parts.is_empty() {
            false => Some(parts.join(" ")),
            true => text(profile, &["name"]).map(|name| whole_name(&name, mask)),
        };
        let tier = text(profile, &["tier", "loyalty_tier"]);
        let language = text(profile, &["language", "locale"]);
        Self {
            first_name,
            last_name,
            display_name,
            tier,
            language,
        }
    }
}

/// The identifiers of `profile`, the most trusted first, at most `most` of them.
pub fn identifiers(profile: &Profile, mask: Mask, most: usize) -> Listed<ShownIdentifier> {
    let mut known: Vec<_> = profile
        .identifiers
        .iter()
        .filter(|(key, _)| mask::is_listed(&key.kind))
        .collect();
    known.sort_by_key(|(_, trust)| Reverse(**trust));
    Listed::of(known.len(), known.into_iter(), most, |(key, trust)| {
        ShownIdentifier {
            kind: key.kind.clone(),
            value: mask.identifier(&key.kind, &key.value),
            trust: *trust,
        }
    })
}

/// A name that came in one piece: its last word is taken for the surname.
fn whole_name(name: &str, mask: Mask) -> String {
    match name.trim().rsplit_once(char::is_whitespace) {
        Some((first, last)) => format!("{} {}", first.trim_end(), mask.surname(last)),
        None => name.trim().to_owned(),
    }
}

/// The first of the traits `names` that says something.
fn text(profile: &Profile, names: &[&str]) -> Option<String> {
    let traits = &profile.whole.traits;
    let mut texts = names
        .iter()
        .filter_map(|name| traits.get(*name))
        .filter_map(|entry| shown(&entry.value));
    texts.next()
}

fn shown(value: &Value) -> Option<String> {
    value
        .text_or_number()
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Which names are known, never the names.
impl fmt::Debug for Person {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |name: &Option<String>| name.as_ref().map(|_| "…");
        out.debug_struct("Person")
            .field("first_name", &hidden(&self.first_name))
            .field("last_name", &hidden(&self.last_name))
            .field("display_name", &hidden(&self.display_name))
            .field("tier", &self.tier)
            .field("language", &self.language)
            .finish()
    }
}

/// Kind and trust, never the value.
impl fmt::Debug for ShownIdentifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ShownIdentifier({} {})", self.kind, self.trust.as_str())
    }
}
