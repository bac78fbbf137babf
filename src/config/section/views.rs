//! `[views.NAME]`: an open table; what each consumer is told about a customer.

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::{NAME_EXPECTED, is_name},
    },
    domain::{
        context::{Mask, Section, View},
        profile::consent::Subject,
        role::Role,
    },
};

/// What holds for a view that says no more than its sections.
fn unsaid() -> Map<String, Value> {
    blank([
        ("recent_max", 5.into()),
        ("lines_max", 5.into()),
        ("mask", Mask::Contacts.as_str().into()),
        ("roles", Vec::<Value>::new().into()),
        ("purpose", "".into()),
    ])
}

pub(crate) fn read(root: &mut Reader<'_>) -> BTreeMap<String, View> {
    let views = root.entries("views", &unsaid(), view);
    for name in views.keys().filter(|name| !is_name(name)) {
        root.refuse_inside(&["views", name], None, NAME_EXPECTED);
    }
    views
}

fn view(name: &str, table: &mut Reader<'_>) -> View {
    let expected = format!(
        "expected a list of {}",
        Section::ALL.map(Section::as_str).join(", ")
    );
    let masks = Mask::ALL.map(|mask| (mask.as_str(), mask));
    let sections = table.list_of("sections", &expected, |text| text.parse::<Section>().ok());
    if sections.iter().collect::<BTreeSet<_>>().len() < sections.len() {
        table.refuse("sections", None, "expected each section once");
    }
    View {
        name: name.to_owned(),
        sections,
        recent_max: table.number("recent_max", 0..=1_000),
        lines_max: table.number("lines_max", 0..=1_000),
        mask: table.word("mask", &masks, Mask::Surname),
        roles: table.list_of(
            "roles",
            "expected a list of agent, pos, service, analyst, admin",
            |text| text.parse::<Role>().ok(),
        ),
        purpose: table.optional(
            "purpose",
            "expected a channel and a purpose of consent, such as web:personalisation, or nothing",
            purpose,
        ),
    }
}

/// A channel of contact and what it is used for.
fn purpose(text: &str) -> Option<Subject> {
    let (channel, purpose) = text.split_once(':')?;
    let parts = [channel.trim(), purpose.trim()];
    parts
        .iter()
        .all(|part| !part.is_empty())
        .then(|| parts.map(str::to_owned).into())
}
