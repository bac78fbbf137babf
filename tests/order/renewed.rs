//! Other rules: a store that is brought over to them in the background ends where they had led from the first event on.

use std::{ops::ControlFlow, path::Path};

use yekta::{
    domain::{
        event::Event,
        identifier::{Kind, Role, Trust},
        identity::{IdentityRules, Key, Similarity, Word},
        profile::FoldLimits,
    },
    engine::{
        Engine,
        api::{Command, Statement, Target},
    },
    store::{Order, Store, StoreConfig, View, codec, keys},
};

use crate::{
    arrival::{Dice, arrival, shuffle},
    check::agrees_with_engine,
    marks,
    outcome::{Outcome, run_keeping, runtime, settled, start_keeping, submissions},
    told,
    town::tight_rules,
};

/// Rules that a store may be kept by.
struct Kept {
    identity: IdentityRules,
    fold: FoldLimits,
}

/// Takes a part of `events` in by some rules, others while the store is brought over to other rules, once or twice, and
/// fails unless all is as an engine makes it that has the last rules from the beginning.
pub(crate) fn ends_as_from_the_beginning(events: &[Event], _: &IdentityRules, seed: u64) {
    let mut dice = Dice::new(seed);
    let dir = crate::scratch::folder();
    let mut queue = events.to_vec();
    shuffle(&mut queue, &mut dice);
    let mut kept = any_rules(&mut dice);
    let changes = 1 + dice.below(2);
    for change in 0..=changes {
        let engine = start_keeping(dir.path(), &kept.identity, kept.fold, None);
        let now = match change == changes {
            true => queue.len(),
            false => dice.below(queue.len() + 1),
        };
        let rest = queue.split_off(now);
        take_in(&engine, std::mem::replace(&mut queue, rest), &mut dice);
        if dice.below(2) == 0 {
            say_something(&engine, events, &mut dice);
        }
        if change == changes {
            let outcome = settled(&engine, events, seed);
            told::each_once(&engine.handle.query(), events, seed);
            engine.stop().unwrap();
            let from_the_beginning = begun_with(&kept, events, said(dir.path()), seed);
            agrees_with_engine((seed, &outcome), (seed, &from_the_beginning), events);
            is_kept(dir.path(), (&kept, &outcome), seed);
            return;
        }
        // Of some changes the renewal is done when the next comes, of others it is under way.
        if dice.below(3) == 0 {
            settled(&engine, events, seed);
        }
        engine.stop().unwrap();
        if dice.below(3) == 0 {
            marks::are_as_before_there_was_an_index(&dir.path().join("store"));
        }
        kept = any_rules(&mut dice);
    }
}

fn take_in(engine: &Engine, mut events: Vec<Event>, dice: &mut Dice) {
    let runtime = runtime();
    while !events.is_empty() {
        let rest = events.split_off((1 + dice.below(4)).min(events.len()));
        let some = submissions(std::mem::replace(&mut events, rest));
        runtime.block_on(engine.handle.submit(some)).unwrap();
    }
}

/// A steward says that two are one, or are not, if that is anything to be said now.
fn say_something(engine: &Engine, events: &[Event], dice: &mut Dice) {
    let named: Vec<Target> = (0..2)
        .filter_map(|_| {
            let identifiers = &events[dice.below(events.len())].identifiers;
            let one = identifiers.get(dice.below(identifiers.len().max(1)))?;
            Some(Target::Identifier(Key {
                kind: one.kind().clone(),
                value: one.value().to_owned(),
            }))
        })
        .collect();
    let Ok(of) = <[Target; 2]>::try_from(named) else {
        return;
    };
    let statement = Statement::default();
    let command = match dice.below(2) {
        0 => Command::Merge { of, statement },
        _ => Command::Separate { of, statement },
    };
    // What says nothing is refused, and nothing was said.
    runtime().block_on(engine.handle.command(None, command)).ok();
}

/// What stewards said, as the folder has it.
fn said(dir: &Path) -> Vec<Word> {
    let store = Store::open(&dir.join("store"), StoreConfig::caching(1 << 20)).unwrap();
    let mut words = Vec::new();
    store
        .scan_prefix(keys::WORDS, Order::Ascending, &mut |_, value| {
            words.push(codec::decode(value)?);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    words
}

/// What an engine makes of all that has these rules from the beginning.
fn begun_with(kept: &Kept, events: &[Event], words: Vec<Word>, seed: u64) -> Outcome {
    if words.is_empty() {
        return run_keeping(events, arrival(events, 16, seed), &kept.identity, kept.fold);
    }
    let dir = crate::scratch::folder();
    let engine = start_keeping(dir.path(), &kept.identity, kept.fold, None);
    take_in(&engine, events.to_vec(), &mut Dice::new(seed));
    for word in words {
        let say = Command::Say(Box::new(word));
        runtime().block_on(engine.handle.command(None, say)).unwrap();
    }
    let outcome = settled(&engine, events, seed);
    engine.stop().unwrap();
    outcome
}

/// The fingerprint and the log-ins that the writer kept up to date are those of what is there.
fn is_kept(dir: &Path, (kept, outcome): (&Kept, &Outcome), seed: u64) {
    let store = Store::open(&dir.join("store"), StoreConfig::caching(1 << 20)).unwrap();
    marks::are_those_of_the_timelines(&store, &kept.identity.identifiers, seed);
    let fingerprint = store.applied().unwrap().fingerprint;
    assert_eq!(fingerprint, outcome.total.to_bytes(), "seed {seed}");
}

/// Tight rules, with up to three of their tables and bounds changed.
fn any_rules(dice: &mut Dice) -> Kept {
    let mut kept = Kept {
        identity: tight_rules(),
        fold: FoldLimits::STANDARD,
    };
    for _ in 0..dice.below(4) {
        change(&mut kept, dice);
    }
    // Told where the test fails.
    eprintln!("rules: {:?}", kept.identity.identifiers);
    kept
}

fn change(kept: &mut Kept, dice: &mut Dice) {
    let contact = [Kind::EMAIL, Kind::PHONE, Kind::LOYALTY_ID][dice.below(3)].clone();
    let kinds = &mut kept.identity.identifiers.kinds;
    match dice.below(9) {
        0 => {
            let weakest = [Some(Trust::Observed), Some(Trust::Verified), None][dice.below(3)];
            kinds.get_mut(&contact).unwrap().joins_at = weakest;
        }
        1 => {
            let role = [Role::Label, Role::Device, Role::PerEvent][dice.below(3)];
            kinds.get_mut(&contact).unwrap().role = role;
        }
        2 => {
            let device = [Kind::ANONYMOUS_ID, Kind::DEVICE_ID][dice.below(2)].clone();
            kinds.get_mut(&device).unwrap().role = [Role::Label, Role::Contact][dice.below(2)];
        }
        3 => kinds.get_mut(&Kind::USER_ID).unwrap().role = [Role::Label, Role::Contact][dice.below(2)],
        4 => kinds.get_mut(&Kind::ORDER_ID).unwrap().joins_at = None,
        5 if dice.below(2) == 0 => kept.identity.identifiers.claims_max = [1, 2, 50][dice.below(3)],
        5 => kept.identity.identifiers.atoms_max = [2, 3, 50][dice.below(3)],
        6 => kinds.get_mut(&contact).unwrap().subjects_max = [Some(1), None][dice.below(2)],
        7 => {
            kept.identity.similarity = Similarity {
                block_faces_max: [2, 4, 50][dice.below(3)],
                component_atoms_max: [3, 50][dice.below(2)],
                ..Similarity::standard([2, 1_000_000][dice.below(2)])
            };
        }
        _ => kept.fold.recent_max = 1,
    }
}
