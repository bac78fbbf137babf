//! Claims as bytes: what ids, fingerprints and faces are made of.
//!
//! Owns the form; it never changes for what is already stored. The keyring hashes it; nothing here knows a hash.

use crate::domain::{
    fact::Facts,
    identifier::{IdentifierRules, Role},
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
    /// one face, whatever device each came by; any other claim has a face of its own. `None` where its facts find nobody.
    pub fn face(&self, rules: &IdentifierRules) -> Option<Vec<u8>> {
        if !self.is_likened(rules) {
            return None;
        }
        let Anchor::One(user) = self.anchor(rules) else {
            return Some(self.canonical());
        };
        let contacts = self
            .asserted
            .iter()
            .map(|one| &one.key)
            .filter(|key| rules.rule(&key.kind).role == Role::Contact);
        let mut bytes = Vec::with_capacity(96);
        put_key(&mut bytes, user);
        contacts.for_each(|key| put_key(&mut bytes, key));
        put_len(&mut bytes, 0);
        put_facts(&mut bytes, &self.facts);
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
