//! What an event says about who it is of.

use std::collections::BTreeSet;

use yekta::domain::{
    event::{Event, EventId},
    fact::Facts,
    identifier::{Format, IdentifierRules, Role, Trust},
    identity::IdentityRules,
    similarity::{Person, compare},
};

use crate::oracle::{
    Key,
    devices::{Devices, own_devices, users},
    joins, orders, role,
};

/// What an identifier does. The order of these, as of all that is in a [`Saying`], is the canonical order of atoms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    Loose,
    Joins,
    Device { open: bool },
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Nobody,
    User(Key),
    Contested,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Alone {
    Order(Key),
    Event(EventId),
}

/// All that makes two events one atom.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Saying {
    pub(super) asserted: Vec<(Key, Trust, Bond)>,
    owner: Owner,
    pub(super) alias_of: Option<Key>,
    signs_out: bool,
    alone: Option<Alone>,
    pub(super) facts: Facts,
}

/// The customer of an atom.
pub(super) enum Anchor {
    None,
    One(Key),
    Conflict,
}

impl Saying {
    pub(super) fn of(event: &Event, devices: &Devices, all_rules: &IdentityRules) -> Self {
        let rules = &all_rules.identifiers;
        let own = own_devices(event, rules);
        let owned = users(event, rules).is_empty();
        let owner_of = |device: &Key| devices.owner(device, event.time).filter(|_| owned);
        let mut asserted = Vec::new();
        for one in &event.identifiers {
            let key = (one.kind().clone(), one.value().to_owned());
            let bond = match role(&key, rules) {
                Role::PerEvent | Role::Handoff => continue,
                Role::Anchor | Role::Contact if joins(&key, one.trust(), rules) => Bond::Joins,
                Role::Device if own.contains(&key) => Bond::Device {
                    open: owned && owner_of(&key).is_none(),
                },
                Role::Anchor | Role::Contact | Role::Device | Role::Label => Bond::Loose,
            };
            asserted.push((key, one.trust(), bond));
        }
        asserted.sort();
        let owners: BTreeSet<&Key> = own.iter().filter_map(owner_of).collect();
        let owner = match owners.len() {
            0 => Owner::Nobody,
            1 => Owner::User(owners.into_iter().next().unwrap().clone()),
            _ => Owner::Contested,
        };
        let alias_of = event
            .alias_of
            .as_ref()
            .map(|former| (former.kind().clone(), former.value().to_owned()));
        let mut saying = Self {
            asserted,
            owner,
            alias_of,
            signs_out: event.signs_out(),
            alone: None,
            facts: Facts::of(&event.traits),
        };
        saying.alone = match orders(event, rules).into_iter().next() {
            _ if saying.asserted.iter().any(|(_, _, bond)| *bond != Bond::Loose) => None,
            Some(order) => Some(Alone::Order(order)),
            None if saying.names_somebody(rules) => None,
            None if saying.likened(rules) && saying.is_unmistakable(all_rules) => None,
            None => Some(Alone::Event(event.id.clone())),
        };
        saying
    }

    /// Whether it names what one person has.
    fn names_somebody(&self, rules: &IdentifierRules) -> bool {
        let mut keys = self.asserted.iter().map(|(key, _, _)| key);
        keys.any(|key| !matches!(role(key, rules), Role::Device | Role::Label))
    }

    /// Whether the facts alone would tell the same person again.
    fn is_unmistakable(&self, rules: &IdentityRules) -> bool {
        let person = Person::new(&self.facts, [], []);
        compare(&person, &person, &rules.similarity.weights).total >= rules.similarity.thresholds.auto
    }

    /// Whether its facts may find others: they are not what somebody typed who is not logged in.
    pub(super) fn likened(&self, rules: &IdentifierRules) -> bool {
        let typed = self
            .asserted
            .iter()
            .any(|(_, _, bond)| matches!(bond, Bond::Device { .. }));
        match self.anchor(rules) {
            Anchor::Conflict => false,
            Anchor::One(_) => !self.facts.is_empty(),
            Anchor::None => !typed && !self.facts.is_empty(),
        }
    }

    /// The person it speaks of, without the contacts in `silent`.
    pub(super) fn person(&self, rules: &IdentifierRules, silent: &BTreeSet<Key>) -> Person {
        let told = |format: Format| {
            self.contacts(rules)
                .into_iter()
                .filter(move |key| rules.rule(&key.0).format == format && !silent.contains(key))
        };
        let (emails, phones): (Vec<Key>, Vec<Key>) =
            (told(Format::Email).collect(), told(Format::Phone).collect());
        Person::new(
            &self.facts,
            emails.iter().map(|key| key.1.as_str()),
            phones.iter().map(|key| key.1.as_str()),
        )
    }

    /// All contacts it names, whatever they may do.
    pub(super) fn contacts(&self, rules: &IdentifierRules) -> BTreeSet<Key> {
        let keys = self.asserted.iter().map(|(key, _, _)| key);
        keys.filter(|key| role(key, rules) == Role::Contact)
            .cloned()
            .collect()
    }

    /// Whom it names by itself.
    pub(super) fn subject(&self, rules: &IdentifierRules) -> Option<String> {
        match self.anchor(rules) {
            Anchor::One((kind, user)) => Some(format!("customer {kind} {user}")),
            Anchor::None => self.facts.subject().map(|subject| format!("named {subject}")),
            Anchor::Conflict => None,
        }
    }

    pub(super) fn anchor(&self, rules: &IdentifierRules) -> Anchor {
        let joining = self
            .asserted
            .iter()
            .filter(|(_, _, bond)| *bond == Bond::Joins)
            .map(|(key, _, _)| key);
        let users: Vec<&Key> = joining.filter(|key| role(key, rules) == Role::Anchor).collect();
        match (users.as_slice(), &self.owner) {
            ([], Owner::Nobody) => Anchor::None,
            ([], Owner::User(user)) => Anchor::One(user.clone()),
            ([user], _) => Anchor::One((*user).clone()),
            _ => Anchor::Conflict,
        }
    }

    /// The keys by which all its events join others; the orders of each come to them.
    pub(super) fn keys(&self, rules: &IdentifierRules) -> BTreeSet<Key> {
        let anchor = match self.anchor(rules) {
            Anchor::Conflict => return BTreeSet::new(),
            Anchor::One(user) => Some(user),
            Anchor::None => None,
        };
        let joining = self
            .asserted
            .iter()
            .filter(|(_, _, bond)| matches!(bond, Bond::Joins | Bond::Device { open: true }));
        joining
            .map(|(key, _, _)| key.clone())
            .chain(anchor)
            .chain(self.alias_of.clone())
            .collect()
    }

    /// The contacts that it holds without enough trust.
    pub(super) fn mentions(&self, rules: &IdentifierRules) -> BTreeSet<Key> {
        let loose = self
            .asserted
            .iter()
            .filter(|(_, _, bond)| *bond == Bond::Loose)
            .map(|(key, _, _)| key);
        loose
            .filter(|key| role(key, rules) == Role::Contact)
            .cloned()
            .collect()
    }
}
