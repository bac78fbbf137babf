//! The records that are learned from: owns the drawing of them and what is kept of each.
//!
//! They become what the engine compares: claims whose facts may find others, each once, without the contacts that too
//! many use. Whether a record is an event is the decoder's matter.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fmt,
};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::{
    domain::{
        event::Event,
        fact::Facts,
        identifier::{Format, IdentifierRules, Role},
        identity::{Claim, IdentityRules, Key, Similarity, Subject},
        similarity::Person,
        time::Timestamp,
    },
    quality::plan::{Load, Record},
    wire::{DecodeRules, Origin, Shape, decode},
};

/// What was drawn.
#[derive(Debug)]
pub(super) struct Sample {
    /// Records that were looked at.
    pub(super) records: usize,
    /// Of them those that are no event.
    pub(super) refused: usize,
    /// What they say of people, each different one once.
    pub(super) faces: Vec<Face>,
}

/// What one claim shows of a person.
pub(super) struct Face {
    pub(super) facts: Facts,
    pub(super) emails: Vec<String>,
    pub(super) person: Person,
    /// Whom it speaks of, by its own word.
    pub(super) subject: Option<Subject>,
}

/// Nothing of it: it is a person's.
impl fmt::Debug for Face {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Face(…)")
    }
}

/// A claim's facts and its contacts: what the engine takes two claims of one sight for.
type Sight = (Facts, Vec<Key>);

impl Sample {
    /// Draws at most `most` records and reads them.
    pub(super) fn draw(
        loads: &[Load],
        most: usize,
        rules: &DecodeRules,
        now: Timestamp,
        dice: &mut ChaCha8Rng,
    ) -> Self {
        let all: Vec<&Record> = loads.iter().flat_map(|load| &load.records).collect();
        let drawn = draw(&all, most, dice);
        let identity = IdentityRules::new(
            rules.identifiers.clone(),
            Similarity::standard(Similarity::EXPECTED_PEOPLE),
        );
        let (mut refused, mut seen, mut claims) = (0_usize, BTreeSet::new(), Vec::new());
        for record in &drawn {
            let Some(event) = event(record, rules, now) else {
                refused = refused.saturating_add(1);
                continue;
            };
            let claim = claim(&event, &identity);
            if claim.is_likened(&identity.identifiers) && seen.insert(sight(&claim, &identity.identifiers)) {
                claims.push(claim);
            }
        }
        Self {
            records: drawn.len(),
            refused,
            faces: faces(&claims, &identity.identifiers),
        }
    }
}

/// `most` of them, each as likely as the others, in their order.
fn draw<'a>(all: &[&'a Record], most: usize, dice: &mut ChaCha8Rng) -> Vec<&'a Record> {
    let mut wanted = most.min(all.len());
    let mut drawn = Vec::with_capacity(wanted);
    for (place, record) in all.iter().enumerate() {
        let left = all.len().saturating_sub(place);
        if below(dice, left) < wanted {
            drawn.push(*record);
            wanted = wanted.saturating_sub(1);
        }
    }
    drawn
}

/// A number below `bound`; 0 where there is none.
pub(super) fn below(dice: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = u64::try_from(bound).unwrap_or(u64::MAX);
    let number = dice.next_u64().checked_rem(bound).unwrap_or_default();
    usize::try_from(number).unwrap_or_default()
}

/// The event of a record, if it is one.
fn event(record: &Record, rules: &DecodeRules, received: Timestamp) -> Option<Box<Event>> {
    let origin = Origin {
        source: None,
        channel: None,
        name: None,
        received,
        is_bound: false,
        trace: None,
        place: None,
    };
    let decoded = decode(record.body.as_bytes(), Shape::Native, &origin, rules).ok()?;
    decoded.items.into_iter().find_map(Result::ok).map(Box::new)
}

/// Its claim: devices have no owners here.
fn claim(event: &Event, rules: &IdentityRules) -> Claim {
    let claim: Result<Claim, Infallible> = Claim::of(event, rules, |_| Ok(None));
    match claim {
        Ok(claim) => claim,
        Err(never) => match never {},
    }
}

fn contacts<'a>(claim: &'a Claim, rules: &'a IdentifierRules) -> impl Iterator<Item = &'a Key> {
    let keys = claim.asserted.iter().map(|one| &one.key);
    keys.filter(|key| rules.rule(&key.kind).role == Role::Contact)
}

fn sight(claim: &Claim, rules: &IdentifierRules) -> Sight {
    let mut contacts: Vec<Key> = contacts(claim, rules).cloned().collect();
    contacts.sort_unstable();
    (claim.facts.clone(), contacts)
}

fn faces(claims: &[Claim], rules: &IdentifierRules) -> Vec<Face> {
    let generic = generic(claims, rules);
    let face = |claim: &Claim| {
        let tells = |key: &Key| !generic.contains(key);
        let emails = contacts(claim, rules).filter(|key| rules.rule(&key.kind).format == Format::Email);
        Face {
            emails: emails
                .filter(|key| tells(key))
                .map(|key| key.value.clone())
                .collect(),
            person: claim.person(rules, tells),
            subject: claim.subject(rules),
            facts: claim.facts.clone(),
        }
    };
    claims.iter().map(face).collect()
}

/// Contacts of more subjects than their kind allows: they say nothing of two.
fn generic(claims: &[Claim], rules: &IdentifierRules) -> BTreeSet<Key> {
    let mut subjects: BTreeMap<&Key, BTreeSet<Subject>> = BTreeMap::new();
    for claim in claims {
        for key in contacts(claim, rules) {
            subjects.entry(key).or_default().extend(claim.subject(rules));
        }
    }
    let many = |(key, subjects): (&Key, BTreeSet<Subject>)| {
        let limit = usize::try_from(rules.rule(&key.kind).subjects_max?).ok()?;
        (subjects.len() > limit).then(|| key.clone())
    };
    subjects.into_iter().filter_map(many).collect()
}

#[cfg(test)]
mod tests;
