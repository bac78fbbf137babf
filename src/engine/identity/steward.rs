//! The steward: who says that two are one person, or that they are not, and takes back what was said.
//!
//! Owns how what a steward names (a profile, an identifier, an id that was absorbed) becomes the references of a
//! [`Word`]: identifiers as they are, people by their customer id, else by an event of theirs. Of two words that
//! contradict each other the later holds, as long as nobody takes it back. What a word does is
//! [`mod@crate::domain::identity::cluster`]'s.

use std::collections::BTreeSet;

use crate::{
    domain::{
        event::EventId,
        identifier::Role,
        identity::{Anchor, Key, Reference, Said, Word},
        time::Timestamp,
    },
    engine::{
        api::{Answer, CommandError, Statement, Target, Undo},
        commands::Outcome,
        identity::membership::follow,
        queries::query::{Address, Found},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AtomId, Error, FormerRecord, ProfileId, Read, keys},
};

/// Who says something now, why, and under which id.
#[derive(Clone, Copy)]
pub(crate) struct Saying<'a> {
    pub(crate) id: &'a str,
    pub(crate) statement: &'a Statement,
    pub(crate) at: Timestamp,
}

/// One side of what is said.
#[derive(Debug, Default)]
struct Side {
    /// The atoms it is about now.
    atoms: BTreeSet<AtomId>,
    /// By what it is known; nothing where its atoms say it.
    key: Option<Key>,
}

impl Batch<'_> {
    /// Says that two are one person.
    pub(crate) fn say_same(&mut self, saying: Saying<'_>, (a, b): (&Target, &Target)) -> Outcome<Answer> {
        let mut sides = Vec::with_capacity(2);
        for target in [a, b] {
            let profile = match self.one(target)? {
                Ok(profile) => profile,
                Err(error) => return Ok(Err(error)),
            };
            sides.push(Side {
                atoms: self.members(profile)?,
                key: self.customer(target).cloned(),
            });
        }
        self.enter(saying, Said::Same, sides)
    }

    /// Says that two are not one person.
    pub(crate) fn say_apart(&mut self, saying: Saying<'_>, (a, b): (&Target, &Target)) -> Outcome<Answer> {
        // Who is in both is of the first: of the customer, where one of them is.
        let (a, b) = match (self.customer(a), self.customer(b)) {
            (None, Some(_)) => (b, a),
            _ => (a, b),
        };
        let sides = match (self.side(a, b)?, self.side(b, a)?) {
            (Ok(one), Ok(other)) => [one, other],
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error)),
        };
        let [one, mut other] = sides;
        other.atoms = other.atoms.difference(&one.atoms).copied().collect();
        if one.atoms.is_empty() || other.atoms.is_empty() {
            return Ok(Err(CommandError::Indivisible));
        }
        self.enter(saying, Said::Apart, vec![one, other])
    }

    /// Takes something back.
    pub(crate) fn undo(&mut self, saying: Saying<'_>, undo: &Undo) -> Outcome<Answer> {
        let undone = match undo {
            Undo::Word(id) => self.take_back(id)?,
            Undo::Event(id) => self.retract(id)?,
            Undo::Absorbed(id) => {
                let former = Target::Profile(*id);
                let survivor = match self.one(&former)? {
                    Ok(survivor) if survivor != *id => Target::Profile(survivor),
                    Ok(_) => return Ok(Err(CommandError::NothingToUndo)),
                    Err(error) => return Ok(Err(error)),
                };
                return self.say_apart(saying, (&survivor, &former));
            }
        };
        Ok(match undone {
            true => Ok(Answer::Undone),
            false => Err(CommandError::NothingToUndo),
        })
    }

    fn take_back(&mut self, id: &str) -> Result<bool, Error> {
        let Some(word) = self.graph().word(self.keyring.word(id))? else {
            return Ok(false);
        };
        self.unsay(&word)?;
        Ok(true)
    }

    /// Lets a word hold of these sides, if there is somebody on each of them alone.
    fn enter(&mut self, saying: Saying<'_>, said: Said, sides: Vec<Side>) -> Outcome<Answer> {
        let mut references = Vec::with_capacity(sides.len());
        for side in &sides {
            references.push(match &side.key {
                Some(key) => vec![Reference::Key(key.clone())],
                None => self.references(&side.atoms)?,
            });
        }
        if said == Said::Apart && !self.parts(&mut references, &sides)? {
            return Ok(Err(CommandError::Indivisible));
        }
        self.say(&Word {
            id: saying.id.to_owned(),
            number: self.next_word(saying.at)?,
            said,
            sides: references,
            by: saying.statement.by.clone(),
            why: saying.statement.why.clone(),
            at: saying.at,
        })?;
        let word = saying.id.to_owned();
        Ok(Ok(Answer::Said { word }))
    }

    /// By what atoms are known: their customers, else the first event of each, the earliest first.
    fn references(&self, atoms: &BTreeSet<AtomId>) -> Result<Vec<Reference>, Error> {
        let rules = &self.rules.identity;
        let (mut customers, mut events) = (BTreeSet::new(), BTreeSet::new());
        for id in atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            match atom.claim.anchor(rules.of(atom.edition)) {
                // Of more claims than count the id does not lead to this one.
                Anchor::One(user) if self.graph().holding(user)?.is_some_and(|held| held.contains(id)) => {
                    customers.insert(user.clone());
                }
                Anchor::One(_) | Anchor::None | Anchor::Conflict => {
                    events.insert(atom.first.clone());
                }
            }
        }
        let customers = customers.into_iter().map(Reference::Key);
        let events = events.into_iter().map(|first| {
            Reference::Event(EventId {
                source: first.source,
                id: first.id,
            })
        });
        Ok(customers.chain(events).take(Word::REFERENCES_MAX).collect())
    }

    /// Whether two sides can be parted by what refers to them: somebody on each is not of the other, nor one customer with
    /// them. What the first has the second loses.
    fn parts(&self, references: &mut [Vec<Reference>], sides: &[Side]) -> Result<bool, Error> {
        let ([ones, others], [one, other]) = (references, sides) else {
            return Ok(false);
        };
        others.retain(|reference| !ones.contains(reference));
        let rules = &self.rules.identity;
        let mut customers = BTreeSet::new();
        for id in &one.atoms {
            let atom = self.overlay.atom(*id)?;
            customers.extend(
                atom.and_then(|atom| match atom.claim.anchor(rules.of(atom.edition)) {
                    Anchor::One(user) => Some(user.clone()),
                    Anchor::None | Anchor::Conflict => None,
                }),
            );
        }
        for id in &other.atoms {
            let Some(atom) = self.overlay.atom(*id)? else {
                continue;
            };
            let is_theirs = match atom.claim.anchor(rules.of(atom.edition)) {
                Anchor::One(user) => customers.contains(user),
                Anchor::None | Anchor::Conflict => one.atoms.contains(id),
            };
            if !is_theirs && !ones.is_empty() && !others.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whom a target is about where it is to be parted from another.
    fn side(&self, target: &Target, other: &Target) -> Outcome<Side> {
        let id = match target {
            Target::Identifier(key) => {
                let atoms: BTreeSet<AtomId> = self.graph().holding(key)?.into_iter().flatten().collect();
                return Ok(match atoms.is_empty() {
                    true => Err(CommandError::JoinsNobody),
                    // An order or a code is no part of a claim: its people are meant, each by themselves.
                    false => Ok(Side {
                        atoms,
                        key: Some(key.clone()).filter(|key| self.is_lasting(key)),
                    }),
                });
            }
            Target::Profile(id) => *id,
        };
        let own = self.atoms_of(id)?;
        if let Some(atoms) = own {
            return Ok(Ok(Side { atoms, key: None }));
        }
        let profile = match self.one(target)? {
            Ok(profile) => profile,
            Err(error) => return Ok(Err(error)),
        };
        // What was beside an absorbed id is parted from it, and not who came to either later.
        let former = match other {
            Target::Profile(other) => self.former(*other)?,
            Target::Identifier(_) => None,
        };
        let beside = former.map(|former| former.beside).unwrap_or_default();
        let beside: BTreeSet<AtomId> = follow(&self.overlay, beside)?
            .into_iter()
            .map(|(atom, _)| atom)
            .collect();
        let atoms = match (beside.is_empty(), other) {
            (false, _) => beside,
            (true, Target::Identifier(key)) => {
                let theirs: BTreeSet<AtomId> = self.graph().holding(key)?.into_iter().flatten().collect();
                self.members(profile)?.difference(&theirs).copied().collect()
            }
            (true, Target::Profile(_)) => self.members(profile)?,
        };
        Ok(Ok(Side { atoms, key: None }))
    }

    /// The atoms of an id that was absorbed.
    fn atoms_of(&self, id: ProfileId) -> Result<Option<BTreeSet<AtomId>>, Error> {
        let Some(former) = self.former(id)? else {
            return Ok(None);
        };
        let now = follow(&self.overlay, former.atoms)?;
        Ok(Some(now.into_iter().map(|(atom, _)| atom).collect()))
    }

    fn former(&self, id: ProfileId) -> Result<Option<FormerRecord>, Error> {
        self.overlay.record(&keys::former(id))
    }

    /// Whether claims hold a key, and not only the events that name it.
    fn is_lasting(&self, key: &Key) -> bool {
        let role = self.rules.identity.identifiers.rule(&key.kind).role;
        !matches!(role, Role::PerEvent | Role::Handoff)
    }

    /// The customer whose id a target is.
    fn customer<'t>(&self, target: &'t Target) -> Option<&'t Key> {
        match target {
            Target::Identifier(key)
                if self.rules.identity.identifiers.rule(&key.kind).role == Role::Anchor =>
            {
                Some(key)
            }
            Target::Identifier(_) | Target::Profile(_) => None,
        }
    }

    /// The live profile of a target.
    fn one(&self, target: &Target) -> Outcome<ProfileId> {
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            Target::Identifier(key) => Address::Identifier(key.clone()),
        };
        Ok(match self.graph().find(&address)? {
            Found::One(profile) => Ok(profile),
            Found::Many(profiles) => Err(CommandError::Several(profiles)),
            Found::None => Err(CommandError::NobodyThere),
        })
    }

    fn members(&self, profile: ProfileId) -> Result<BTreeSet<AtomId>, Error> {
        let record = self.graph().profile(profile)?;
        Ok(record.into_iter().flat_map(|record| record.members).collect())
    }
}
