//! The claim: what an event says about identity, without what belongs to that event alone.
//!
//! A thousand clicks of one cookie make one claim; a distinct claim is an atom, the unit of membership and folding.

use std::fmt;

use crate::domain::{
    event::{Event, EventId},
    fact::Facts,
    identifier::{Format, IdentifierRules, Kind, Role, Trust},
    identity::rules::IdentityRules,
    similarity::Person,
};

/// A kind and a normalised value: what atoms share and are found by. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The identifier's kind.
    pub kind: Kind,
    /// Its normalised value.
    pub value: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Key({}:…)", self.kind.as_str())
    }
}

/// What an asserted identifier does for identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bond {
    /// It joins nobody here: its kind never does, or its trust is too low, or the device is shared.
    Loose,
    /// It joins all who hold it.
    Joins,
    /// A device: it joins only while nobody is logged in on it.
    Device {
        /// Whether nobody owned it at the event's time.
        open: bool,
    },
}

/// One lasting identifier of a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asserted {
    /// What is asserted.
    pub key: Key,
    /// How far it can be trusted.
    pub trust: Trust,
    /// What it does for identity.
    pub bond: Bond,
}

/// Who owned the claim's devices at the event's time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Nobody, or the event names its customer itself.
    #[default]
    Nobody,
    /// The customer whose log-in's interval the event falls into.
    User(Key),
    /// Two devices of the event belong to two customers: it joins neither.
    Contested,
}

/// What sets a claim apart that holds nothing which lasts and joins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alone {
    /// The order or QR code it is about.
    Link(Key),
    /// The event itself: somebody who left no trace.
    Event(EventId),
}

/// Whom a claim speaks of, read from the claim alone and never from the partition into persons.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A customer.
    Customer(Key),
    /// Initial, family name and birth year.
    Named(String),
}

impl fmt::Debug for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Customer(_) => "Subject(customer)",
            Self::Named(_) => "Subject(named)",
        })
    }
}

/// What an event says about identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// Lasting identifiers, sorted by key.
    pub asserted: Vec<Asserted>,
    /// Who owned its devices.
    pub owner: Owner,
    /// The former user id it declares to be the same person.
    pub alias_of: Option<Key>,
    /// Whether it closes a log-in on its devices.
    pub signs_out: bool,
    /// What sets it apart where nothing else does.
    pub alone: Option<Alone>,
    /// What it says about the person: name, birth date, address.
    pub facts: Facts,
}

/// The customer a claim names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor<'a> {
    /// None.
    None,
    /// This one, by its own word or as the owner of its devices.
    One(&'a Key),
    /// Two that nobody declared the same: it joins neither.
    Conflict,
}

impl Claim {
    /// The claim of `event`; `owner_of` answers who owns a device at the event's time.
    ///
    /// # Errors
    /// Those of `owner_of`.
    pub fn of<E>(
        event: &Event,
        rules: &IdentityRules,
        mut owner_of: impl FnMut(&Key) -> Result<Option<Key>, E>,
    ) -> Result<Self, E> {
        let IdentityRules {
            identifiers: rules,
            similarity,
            ..
        } = rules;
        let mut asserted = Vec::with_capacity(event.identifiers.len());
        let mut link = None;
        for identifier in &event.identifiers {
            let rule = rules.rule(identifier.kind());
            let key = Key {
                kind: identifier.kind().clone(),
                value: identifier.value().to_owned(),
            };
            let joins = rule.joins_at.is_some_and(|least| identifier.trust() >= least);
            let bond = match rule.role {
                Role::PerEvent | Role::Handoff => {
                    if joins && link.is_none() {
                        link = Some(key);
                    }
                    continue;
                }
                Role::Device if joins && !event.place.shared_devices => Bond::Device { open: false },
                Role::Device | Role::Label => Bond::Loose,
                Role::Anchor | Role::Contact if joins => Bond::Joins,
                Role::Anchor | Role::Contact => Bond::Loose,
            };
            asserted.push(Asserted {
                key,
                trust: identifier.trust(),
                bond,
            });
        }
        let mut claim = Self {
            asserted,
            owner: Owner::Nobody,
            alias_of: event.alias_of.as_ref().map(|former| Key {
                kind: former.kind().clone(),
                value: former.value().to_owned(),
            }),
            signs_out: event.signs_out(),
            alone: None,
            facts: Facts::of(&event.traits),
        };
        claim.find_owner(rules, &mut owner_of)?;
        if claim.asserted.iter().all(|one| one.bond == Bond::Loose) {
            claim.alone = link.map(Alone::Link);
            // Two of the same first name are two; who states all of the same name, birth date and address is one.
            let nothing_lasts = claim.alone.is_none() && claim.names_nobody(rules);
            if nothing_lasts && !(claim.is_likened(rules) && similarity.is_certain(&claim.facts)) {
                claim.alone = Some(Alone::Event(event.id.clone()));
            }
        }
        Ok(claim)
    }

    /// Whether nothing that it asserts is of one person: a till's device and a label are of many.
    fn names_nobody(&self, rules: &IdentifierRules) -> bool {
        let of_many = |one: &Asserted| matches!(rules.rule(&one.key.kind).role, Role::Device | Role::Label);
        self.asserted.iter().all(of_many)
    }

    fn find_owner<E>(
        &mut self,
        rules: &IdentifierRules,
        owner_of: &mut impl FnMut(&Key) -> Result<Option<Key>, E>,
    ) -> Result<(), E> {
        if self.anchor(rules) != Anchor::None {
            return Ok(());
        }
        for one in &mut self.asserted {
            let Bond::Device { open } = &mut one.bond else {
                continue;
            };
            match (owner_of(&one.key)?, &self.owner) {
                (None, _) => *open = true,
                (Some(user), Owner::Nobody) => self.owner = Owner::User(user),
                (Some(user), Owner::User(other)) if user == *other => {}
                (Some(_), _) => self.owner = Owner::Contested,
            }
        }
        Ok(())
    }

    /// The user ids it asserts with joining trust.
    pub fn users<'a>(&'a self, rules: &'a IdentifierRules) -> impl Iterator<Item = &'a Key> {
        self.asserted
            .iter()
            .filter(|one| one.bond == Bond::Joins && rules.rule(&one.key.kind).role == Role::Anchor)
            .map(|one| &one.key)
    }

    /// The customer it names.
    pub fn anchor<'a>(&'a self, rules: &'a IdentifierRules) -> Anchor<'a> {
        let mut users = self.users(rules);
        match (users.next(), users.next(), &self.owner) {
            (Some(_), Some(_), _) | (None, _, Owner::Contested) => Anchor::Conflict,
            (Some(user), None, _) | (None, _, Owner::User(user)) => Anchor::One(user),
            (None, _, Owner::Nobody) => Anchor::None,
        }
    }

    /// The lasting keys by which it joins others.
    pub fn keys<'a>(&'a self, rules: &'a IdentifierRules) -> Vec<&'a Key> {
        let anchor = match self.anchor(rules) {
            Anchor::Conflict => return Vec::new(),
            Anchor::One(user) => Some(user),
            Anchor::None => None,
        };
        let joining = self.asserted.iter().filter(|one| match one.bond {
            Bond::Loose => false,
            Bond::Joins => Some(&one.key) != anchor,
            Bond::Device { open } => open,
        });
        anchor
            .into_iter()
            .chain(self.alias_of.as_ref())
            .chain(joining.map(|one| &one.key))
            .collect()
    }

    /// Its devices that may be owned: those whose log-ins it can mark, or whose owner decides whose it is.
    pub fn devices(&self) -> impl Iterator<Item = &Key> {
        self.asserted
            .iter()
            .filter(|one| matches!(one.bond, Bond::Device { .. }))
            .map(|one| &one.key)
    }

    /// The keys it holds without joining trust: where it joins nobody at all, it is shown with the one profile that
    /// holds one of them with such trust.
    pub fn mentions<'a>(&'a self, rules: &'a IdentifierRules) -> impl Iterator<Item = &'a Key> {
        self.asserted
            .iter()
            .filter(|one| one.bond == Bond::Loose && rules.rule(&one.key.kind).role == Role::Contact)
            .map(|one| &one.key)
    }

    /// Whether its facts may find others: not those that somebody typed into a page or an app without a log-in, so that
    /// nobody claims another's profile by typing their name and birth date.
    pub fn is_likened(&self, rules: &IdentifierRules) -> bool {
        if self.facts.is_empty() {
            return false;
        }
        match self.anchor(rules) {
            Anchor::One(_) => true,
            Anchor::None => self.devices().next().is_none(),
            Anchor::Conflict => false,
        }
    }

    /// The person that it speaks of, to be compared with others; of its e-mail addresses and phone numbers those that
    /// `tells` takes.
    pub fn person(&self, rules: &IdentifierRules, mut tells: impl FnMut(&Key) -> bool) -> Person {
        let contacts: Vec<&Key> = self
            .asserted
            .iter()
            .map(|one| &one.key)
            .filter(|key| rules.rule(&key.kind).role == Role::Contact && tells(key))
            .collect();
        let of = |format| {
            let formatted = contacts
                .iter()
                .filter(move |key| rules.rule(&key.kind).format == format);
            formatted.map(|key| key.value.as_str())
        };
        Person::new(&self.facts, of(Format::Email), of(Format::Phone))
    }

    /// Who it speaks of, as far as it tells by itself: its customer, else whoever its facts name.
    pub fn subject(&self, rules: &IdentifierRules) -> Option<Subject> {
        match self.anchor(rules) {
            Anchor::One(user) => Some(Subject::Customer(user.clone())),
            Anchor::None => self.facts.subject().map(Subject::Named),
            Anchor::Conflict => None,
        }
    }

    /// Whether it holds a verified identifier that may join.
    pub fn verified(&self) -> bool {
        self.asserted
            .iter()
            .any(|one| one.trust == Trust::Verified && one.bond != Bond::Loose)
    }
}
