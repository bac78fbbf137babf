//! `[identifiers]`: which kinds of identifiers there are, what each may do, and which values name nobody.

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Map, Value};

use crate::{
    config::reader::{Reader, blank},
    domain::identifier::{Format, IdentifierRules, Kind, KindRule, Role, Trust, blocked::BlockedValues},
};

const FORMATS: [(&str, Format); 3] = [
    ("id", Format::Id),
    ("email", Format::Email),
    ("phone", Format::Phone),
];

const ROLES: [(&str, Role); 6] = [
    ("anchor", Role::Anchor),
    ("contact", Role::Contact),
    ("device", Role::Device),
    ("per_event", Role::PerEvent),
    ("handoff", Role::Handoff),
    ("label", Role::Label),
];

const KIND_EXPECTED: &str = "expected a kind of 1 to 64 characters of a-z, 0-9 and _";

/// What holds for a kind that says no more than its name: the same as for one without any settings.
fn unsaid() -> Map<String, Value> {
    blank([
        ("format", "id".into()),
        ("role", "label".into()),
        ("joins_at", "none".into()),
        ("per_profile", 0.into()),
        ("subjects_max", 0.into()),
        ("rank", i64::from(u8::MAX).into()),
    ])
}

pub(crate) fn read(table: &mut Reader<'_>) -> IdentifierRules {
    IdentifierRules {
        length_max: table.number("length_max", 16..=4_096),
        atoms_max: table.number("atoms_max", 2..=10_000),
        claims_max: table.number("claims_max", 1..=100_000),
        blocked: table.section("blocked", blocked),
        kinds: kinds(table),
    }
}

/// An open table of lists: words by kind.
fn blocked(table: &mut Reader<'_>) -> BlockedValues {
    let mut words: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    for name in table.names() {
        // A word may be somebody's number.
        let listed = table.hidden_list(&name);
        match Kind::new(&name) {
            Ok(kind) => words.entry(kind).or_default().extend(listed),
            Err(_) => table.refuse(&name, None, KIND_EXPECTED),
        }
    }
    BlockedValues::with_extra(words)
}

fn kinds(table: &mut Reader<'_>) -> BTreeMap<Kind, KindRule> {
    let mut rules = BTreeMap::new();
    for (name, rule) in table.entries("kinds", &unsaid(), |_, table| rule(table)) {
        match Kind::new(&name) {
            Ok(kind) => {
                rules.insert(kind, rule);
            }
            Err(_) => table.refuse_inside(&["kinds", &name], None, KIND_EXPECTED),
        }
    }
    rules
}

fn rule(table: &mut Reader<'_>) -> KindRule {
    let trusts: Vec<_> = [("none", None)]
        .into_iter()
        .chain(Trust::ALL.map(|trust| (trust.as_str(), Some(trust))))
        .collect();
    let rule = KindRule {
        format: table.word("format", &FORMATS, Format::Id),
        role: table.word("role", &ROLES, Role::Label),
        joins_at: table.word("joins_at", &trusts, None),
        per_profile: Some(table.number("per_profile", 0..=u32::MAX)).filter(|most| *most > 0),
        subjects_max: Some(table.number("subjects_max", 0..=u32::MAX)).filter(|most| *most > 0),
        rank: table.number("rank", 0..=u8::MAX),
    };
    if let (Role::Label, Some(trust)) = (rule.role, rule.joins_at) {
        let shown = format!("\"{}\"", trust.as_str());
        table.refuse(
            "joins_at",
            Some(shown),
            "expected none, since a label joins nobody",
        );
    }
    rule
}
