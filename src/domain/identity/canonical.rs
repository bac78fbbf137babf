//! Claims as bytes: what ids, fingerprints and faces are made of.
//!
//! Owns the form; it never changes for what is already stored. The keyring hashes it; nothing here knows a hash.

use crate::domain::{
    fact::Facts,
    identifier::{Format, IdentifierRules, Role},
    identity::claim::{Alone, Anchor, Bond, Claim, Key, Owner},
};

impl Claim {
    /// Its content as bytes, the same for equal claims and different for others: what atom ids and fingerprints are
    /// made of. Never changes for what is already stored.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        put_len(&mut bytes, self.asserted.len());
        for one in &self.asserted {
            put_key(&mut bytes, &one.key);
            bytes.push(one.trust.rank());
            bytes.push(match one.bond {
                Bond::Loose => 0,
                Bond::Joins => 1,
                Bond::Device { open: false } => 2,
                Bond::Device { open: true } => 3,
            });
        }
        match &self.owner {
            Owner::Nobody => bytes.push(0),
            Owner::User(user) => {
                bytes.push(1);
                put_key(&mut bytes, user);
            }
            Owner::Contested => bytes.push(2),
        }
        match &self.alias_of {
            None => bytes.push(0),
            Some(former) => {
                bytes.push(1);
                put_key(&mut bytes, former);
            }
        }
        bytes.push(u8::from(self.signs_out));
        match &self.alone {
            None => bytes.push(0),
            Some(Alone::Link(key)) => {
                bytes.push(1);
                put_key(&mut bytes, key);
            }
            Some(Alone::Event(id)) => {
                bytes.push(2);
                put_text(&mut bytes, &id.source);
                put_text(&mut bytes, &id.id);
            }
        }
        put_facts(&mut bytes, &self.facts);
        bytes
    }

    /// What it shows of the person to whoever compares: one customer's claims that state the same facts and contacts show
    /// one face, whatever device each came by; any other claim has a face of its own. Which contacts are read, and how, is
    /// part of it: other rules may see another face. `None` where its facts find nobody.
    pub fn face(&self, rules: &IdentifierRules) -> Option<Vec<u8>> {
        if !self.is_likened(rules) {
            return None;
        }
        let contacts: Vec<_> = self
            .asserted
            .iter()
            .map(|one| (&one.key, rules.rule(&one.key.kind)))
            .filter(|(_, rule)| rule.role == Role::Contact)
            .collect();
        let mut bytes = Vec::with_capacity(128);
        put_len(&mut bytes, contacts.len());
        for (key, rule) in contacts {
            put_key(&mut bytes, key);
            bytes.push(match rule.format {
                Format::Id => 0,
                Format::Email => 1,
                Format::Phone => 2,
            });
        }
        match self.anchor(rules) {
            Anchor::One(user) => {
                put_key(&mut bytes, user);
                put_facts(&mut bytes, &self.facts);
            }
            Anchor::None | Anchor::Conflict => bytes.extend(self.canonical()),
        }
        Some(bytes)
    }
}

fn put_len(bytes: &mut Vec<u8>, len: usize) {
    bytes.extend_from_slice(&u64::try_from(len).unwrap_or(u64::MAX).to_be_bytes());
}

fn put_facts(bytes: &mut Vec<u8>, facts: &Facts) {
    for fact in &facts.0 {
        put_text(bytes, fact.kind.as_str());
        put_text(bytes, &fact.value);
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_len(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn put_key(bytes: &mut Vec<u8>, key: &Key) {
    put_text(bytes, key.kind.as_str());
    put_text(bytes, &key.value);
}
