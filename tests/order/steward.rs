//! What stewards say: taken back, it leaves what would be had it never been said; kept, it holds in any order.

use std::{collections::BTreeSet, ops::ControlFlow};

use yekta::{
    domain::{
        event::Event,
        identifier::{Kind, Trust},
        identity::{IdentityRules, Key},
    },
    engine::{
        Engine, ProfileId,
        api::{Answer, Command, CommandError, Statement, Submission, Target, Undo},
        queries::query::{Address, Found},
    },
    store::{Order, Store, StoreConfig, View},
};

use crate::{
    arrival::{Dice, shuffle},
    check::{agrees_with_oracle, every_order_agrees},
    outcome::{Outcome, runtime, settled, start, submissions},
    told,
};

/// An engine on a folder of its own, and what runs its futures.
struct Office {
    engine: Engine,
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

impl Office {
    fn open(rules: &IdentityRules) -> Self {
        let dir = crate::scratch::folder();
        let runtime = runtime();
        Self {
            engine: start(dir.path(), rules, None),
            runtime,
            dir,
        }
    }

    fn submit(&self, events: Vec<Event>) {
        let items: Vec<Submission> = submissions(events);
        self.runtime.block_on(self.engine.handle.submit(items)).unwrap();
    }

    fn order(&self, command: Command) -> Result<Answer, CommandError> {
        let ordered = self.engine.handle.command(None, command);
        Ok(self.runtime.block_on(ordered)?.answer)
    }

    /// The id of the word, if it is one that can be said now.
    fn say(&self, command: Command) -> Option<String> {
        match self.order(command) {
            Ok(Answer::Said { word }) => Some(word),
            Ok(other) => panic!("answered {other:?}"),
            Err(
                CommandError::NobodyThere
                | CommandError::Several(_)
                | CommandError::JoinsNobody
                | CommandError::Indivisible
                | CommandError::NothingToUndo,
            ) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Fails unless what was just said of two profiles that were live is so: who says it last is right.
    fn holds(&self, command: &Command, live: &[ProfileId], seed: u64) {
        let found = |target: &Target| match target {
            Target::Profile(id) if !live.contains(id) => None,
            Target::Profile(id) => Some(self.engine.handle.query().find(&Address::Id(*id)).unwrap()),
            Target::Identifier(_) => None,
        };
        let two = |of: &[Target; 2]| found(&of[0]).zip(found(&of[1]));
        match command {
            Command::Merge { of, .. } => {
                if let Some((one, other)) = two(of) {
                    assert!(
                        matches!(one, Found::One(_)) && one == other,
                        "seed {seed}: {one:?} and {other:?}"
                    );
                }
            }
            Command::Separate { of, .. } => {
                if let Some((one, other)) = two(of) {
                    assert_ne!(one, other, "seed {seed}: apart");
                }
            }
            _ => {}
        }
    }

    fn profiles(&self) -> Vec<ProfileId> {
        let mut profiles = Vec::new();
        let query = self.engine.handle.query();
        query.fingerprints(|id, _| profiles.push(id)).unwrap();
        profiles
    }

    /// Fails unless nothing is left but what has to be: which ids are known, where former ids led, how many words
    /// were said, by which rules it was.
    fn has_nothing_left(self, seed: u64) {
        self.engine.stop().unwrap();
        let config = StoreConfig::caching(1 << 20);
        let store = Store::open(&self.dir.path().join("store"), config).unwrap();
        let mut left = BTreeSet::new();
        store
            .scan(&[1], &[], Order::Ascending, &mut |key, _| {
                left.insert(char::from(key[0]));
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        // What is bought together is counted of nobody in particular, and stays.
        left.retain(|prefix| !['S', 'R', 'F', 'U', 'K', 'e'].contains(prefix));
        assert!(left.is_empty(), "seed {seed}: records of {left:?} are left");
    }

    fn outcome(&self, events: &[Event], seed: u64) -> Outcome {
        settled(&self.engine, events, seed)
    }

    /// Fails unless each of these, all that came, was told once.
    fn told(&self, events: &[Event], seed: u64) {
        told::each_once(&self.engine.handle.query(), events, seed);
    }
}

/// Takes `events` in while stewards say this and that, then takes back all that was said and a part of the events, in any
/// order, and fails unless what is left is what the other events alone give.
pub(crate) fn taken_back_leaves_nothing(events: &[Event], rules: &IdentityRules, seed: u64) {
    let mut dice = Dice::new(seed);
    // Of one world in eight nothing is kept.
    let keeps = dice.below(8) > 0;
    let (kept, dropped): (Vec<Event>, Vec<Event>) =
        events.iter().cloned().partition(|_| keeps && dice.below(3) > 0);
    let (office, mut queue) = (Office::open(rules), events.to_vec());
    shuffle(&mut queue, &mut dice);
    let (mut words, mut known) = (Vec::new(), BTreeSet::new());
    while !queue.is_empty() {
        let rest = queue.split_off((1 + dice.below(8)).min(queue.len()));
        office.submit(std::mem::replace(&mut queue, rest));
        known.extend(office.profiles());
        let command = anything(events, &known, &mut dice);
        let live = office.profiles();
        let said = office.say(command.clone());
        if said.is_some() {
            office.holds(&command, &live, seed);
        }
        words.extend(said);
    }
    let mut undone: Vec<Undo> = words.into_iter().map(Undo::Word).collect();
    undone.extend(dropped.iter().map(|event| Undo::Event(event.id.clone())));
    shuffle(&mut undone, &mut dice);
    for what in undone {
        let statement = Statement::default();
        match office.order(Command::Undo { what, statement }) {
            Ok(Answer::Undone) => {}
            other => panic!("seed {seed}: taken back with {other:?}"),
        }
    }
    let outcome = office.outcome(&kept, seed);
    office.told(events, seed);
    if kept.is_empty() {
        assert!(outcome.persons.is_empty(), "seed {seed}");
        office.has_nothing_left(seed);
        return;
    }
    agrees_with_oracle(seed, &outcome, &kept, rules);
    let alone = every_order_agrees(&kept, rules, 0..1, |_| 8);
    assert!(
        outcome == alone,
        "seed {seed}: fingerprints differ from those without"
    );
}

/// Something that a steward may say of profiles there are or were, and of identifiers.
fn anything(events: &[Event], known: &BTreeSet<ProfileId>, dice: &mut Dice) -> Command {
    let profiles: Vec<ProfileId> = known.iter().copied().collect();
    let mut target = || {
        let event = &events[dice.below(events.len())];
        if dice.below(2) == 0 || event.identifiers.is_empty() {
            return Target::Profile(profiles[dice.below(profiles.len())]);
        }
        let one = &event.identifiers[dice.below(event.identifiers.len())];
        Target::Identifier(Key {
            kind: one.kind().clone(),
            value: one.value().to_owned(),
        })
    };
    let of = [target(), target()];
    let statement = Statement::default();
    match dice.below(5) {
        0 | 1 => Command::Merge { of, statement },
        2 | 3 => Command::Separate { of, statement },
        _ => Command::Undo {
            what: Undo::Absorbed(profiles[dice.below(profiles.len())]),
            statement,
        },
    }
}

/// Takes `events` in by several orders, with the same said at any time, and fails unless all give the same and nobody is
/// with whom they were said to be apart from.
pub(crate) fn said_holds_in_any_order(events: &[Event], rules: &IdentityRules, seed: u64) {
    let mut dice = Dice::new(seed);
    let same = seed.is_multiple_of(2);
    let (mut pairs, mut first, mut queue): (Vec<[Key; 2]>, Option<Outcome>, Vec<Event>) =
        (Vec::new(), None, events.to_vec());
    for round in 0..3 {
        let office = Office::open(rules);
        shuffle(&mut queue, &mut dice);
        // The first round says it when all is there: what cannot be said then is not said in the others.
        let before = if round == 0 {
            queue.len()
        } else {
            dice.below(queue.len())
        };
        office.submit(queue[..before].to_vec());
        if round == 0 {
            pairs = worth_saying(&office.outcome(events, seed), events, same, &mut dice);
        }
        let late: Vec<[Key; 2]> = pairs
            .iter()
            .filter(|pair| office.say(word(same, pair)).is_none())
            .cloned()
            .collect();
        for some in queue[before..].chunks(4) {
            office.submit(some.to_vec());
        }
        if round == 0 {
            pairs.retain(|pair| !late.contains(pair));
        } else {
            for pair in late {
                assert!(office.say(word(same, &pair)).is_some(), "seed {seed}: said late");
            }
        }
        let outcome = office.outcome(events, seed);
        office.told(events, seed);
        if !same {
            pairs.iter().for_each(|pair| parted(&outcome, events, pair, seed));
        }
        match &first {
            None => first = Some(outcome),
            Some(first) => assert!(
                *first == outcome,
                "seed {seed}, round {round}: {:?} against {:?}",
                outcome.persons.keys(),
                first.persons.keys()
            ),
        }
    }
}

fn word(same: bool, pair: &[Key; 2]) -> Command {
    let (of, statement) = (pair.clone().map(Target::Identifier), Statement::default());
    match same {
        true => Command::Merge { of, statement },
        false => Command::Separate { of, statement },
    }
}

/// Up to three pairs of identifiers of which something can be said that changes something: two customers, or two contacts
/// of one person.
fn worth_saying(outcome: &Outcome, events: &[Event], same: bool, dice: &mut Dice) -> Vec<[Key; 2]> {
    let kinds: &[Kind] = match same {
        true => &[Kind::USER_ID],
        false => &[Kind::EMAIL, Kind::PHONE],
    };
    let keys_of = |members: &BTreeSet<usize>| -> BTreeSet<Key> {
        let held = members.iter().flat_map(|place| &events[*place].identifiers);
        held.filter(|one| kinds.contains(one.kind()) && one.trust() >= Trust::Staff)
            .map(|one| Key {
                kind: one.kind().clone(),
                value: one.value().to_owned(),
            })
            .collect()
    };
    let groups: Vec<BTreeSet<Key>> = match same {
        true => vec![outcome.persons.keys().flat_map(keys_of).collect()],
        false => outcome.persons.keys().map(keys_of).collect(),
    };
    let mut pairs = Vec::new();
    for keys in groups {
        let keys: Vec<Key> = keys.into_iter().collect();
        for (place, one) in keys.iter().enumerate() {
            pairs.extend(keys[place + 1..].iter().map(|other| [one.clone(), other.clone()]));
        }
    }
    shuffle(&mut pairs, dice);
    pairs.truncate(3);
    pairs
}

/// Fails where somebody has an event by the first key and another by the second alone. Only events that name one contact
/// or two and nobody else are looked at: a device may have made the others somebody's, or nobody's.
fn parted(outcome: &Outcome, events: &[Event], [one, other]: &[Key; 2], seed: u64) {
    let joins = |event: &Event, key: &Key| {
        event.identifiers.iter().any(|held| {
            (held.kind(), held.value()) == (&key.kind, key.value.as_str()) && held.trust() >= Trust::Staff
        })
    };
    let plain = |event: &&Event| {
        let contacts = [Kind::EMAIL, Kind::PHONE];
        event
            .identifiers
            .iter()
            .all(|held| contacts.contains(held.kind()))
    };
    for members in outcome.persons.keys() {
        let events: Vec<&Event> = members
            .iter()
            .map(|place| &events[*place])
            .filter(plain)
            .collect();
        let ones = events.iter().any(|event| joins(event, one));
        let others = events
            .iter()
            .any(|event| joins(event, other) && !joins(event, one));
        assert!(
            !(ones && others),
            "seed {seed}: two who are said to be apart are one"
        );
    }
}
