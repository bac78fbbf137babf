//! Somebody is erased by commits that hold little, and the process may end between them: it ends as in one commit.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use yekta::{
    domain::{event::Event, identity::IdentityRules, profile::FoldLimits},
    engine::{
        Engine, ErasureId, ErasureRecord, Folder, Opened, ProfileId,
        api::{Answer, Command, CommandError, Target},
    },
    journal::Journal,
    store::codec,
};

use crate::{
    arrival::{Dice, arrival},
    check::agrees_with_engine,
    faulty::Faulty,
    folder::{copy, keys},
    outcome::{Outcome, config, runtime, settled, start, started, submissions},
    town,
};

/// A day, by when no file is to hold a byte of them: nothing is cleared meanwhile.
pub(crate) const WITHIN_US: i64 = 86_400_000_000;
/// What a commit holds at first: so little that next to nobody fits into it.
const BYTES: usize = 4_096;
/// Records that have no version and are of no commit, by the letter of their keys.
const COMPARED: &[u8] = b"ABDEGILNOSTVWX";

static SEVERAL: AtomicUsize = AtomicUsize::new(0);

/// How often somebody was erased by several commits.
pub(crate) fn took_several() -> usize {
    SEVERAL.load(Ordering::Relaxed)
}

/// Erases one of those who are there after `events` by one commit, and in copies of the folder by several, with a journal that
/// fails on the way or without; fails unless all end the same.
pub(crate) fn in_parts_is_as_at_once(events: &[Event], rules: &IdentityRules, seed: u64) {
    let mut dice = Dice::new(seed);
    let dir = crate::scratch::folder();
    let [whole, parted, cut] = ["whole", "parted", "cut"].map(|name| dir.path().join(name));
    let engine = start(&whole, rules, None);
    for batch in arrival(events, 16, seed).batches {
        runtime()
            .block_on(engine.handle.submit(submissions(batch)))
            .unwrap();
    }
    settled(&engine, events, seed);
    let who = somebody(&engine, &mut dice);
    engine.stop().unwrap();
    for to in [&parted, &cut] {
        copy(&whole, to);
    }

    let engine = start(&whole, rules, None);
    let at_once = asked(&engine, who).unwrap();
    engine.stop().unwrap();
    assert_eq!(noted_last(&whole), at_once, "seed {seed}");
    let expected = (ended(&whole, rules, events, seed), compared(&whole));
    let (in_parts, bytes) = erased_in_parts(&parted, rules, who, (BYTES, None));
    SEVERAL.fetch_add(usize::from(in_parts.batch > at_once.batch), Ordering::Relaxed);
    let (cut_off, _) = erased_in_parts(&cut, rules, who, (bytes, Some(&mut dice)));
    for (dir, erasure) in [(&parted, &in_parts), (&cut, &cut_off)] {
        assert_eq!(comparable(erasure), comparable(&at_once), "seed {seed}");
        assert_eq!(noted_last(dir), *erasure, "seed {seed}: what the ledger says");
        let outcome = ended(dir, rules, events, seed);
        agrees_with_engine((seed, &outcome), (seed, &expected.0), events);
        let left = compared(dir);
        for (one, other) in left.iter().zip(&expected.1) {
            assert!(one == other, "seed {seed}: {one:?} and {other:?}");
        }
        assert_eq!(left.len(), expected.1.len(), "seed {seed}");
    }
}

/// Erases somebody who did so many things, without any bound that the test sets.
pub(crate) fn who_did_much_is_erased(count: usize) {
    let dir = crate::scratch::folder();
    let rules = IdentityRules::standard();
    let items: Vec<Value> = (0..count)
        .map(|number| {
            json!({"id": number.to_string(), "source": "crm", "channel": "web", "type": "Page Viewed",
                "time": 1_767_225_600_000_u64 + u64::try_from(number).unwrap(),
                "identifiers": [{"kind": "user_id", "value": "busy"}]})
        })
        .collect();
    let engine = start(dir.path(), &rules, None);
    let items = submissions(town::events(&items));
    runtime().block_on(engine.handle.submit(items)).unwrap();
    let who = somebody(&engine, &mut Dice::new(1));
    let erasure = asked(&engine, who).unwrap();
    assert_eq!(erasure.removed.events, u64::try_from(count).unwrap());
    engine.stop().unwrap();
    let ledger = fs::read_to_string(dir.path().join("erasures")).unwrap();
    assert_eq!(ledger.lines().count(), 2, "it was begun, and ended");
    let left = keys(&dir.path().join("store"));
    assert!(
        left.iter().all(|(key, _)| !b"AEPS".contains(&key[0])),
        "nothing is left"
    );
}

/// One of those who are there: one in two times whoever did most.
pub(crate) fn somebody(engine: &Engine, dice: &mut Dice) -> ProfileId {
    let query = engine.handle.query();
    let mut all = Vec::new();
    query.fingerprints(|id, _| all.push(id)).unwrap();
    let events = |id: &ProfileId| query.portrait(*id).unwrap().unwrap().profile.whole.events;
    match dice.below(2) {
        0 => all.into_iter().max_by_key(events).unwrap(),
        _ => all[dice.below(all.len())],
    }
}

/// Has somebody erased; a repeat gets the first receipt.
pub(crate) fn asked(engine: &Engine, who: ProfileId) -> Result<ErasureRecord, CommandError> {
    let command = Command::Erase {
        target: Target::Profile(who),
        within_us: WITHIN_US,
    };
    let asked = engine.handle.command(Some("r".to_owned()), command);
    match runtime().block_on(asked)?.answer {
        Answer::Erased { erasure } => Ok(*erasure),
        other => panic!("{other:?}"),
    }
}

/// The same by commits that hold as little as can be from so many bytes on, which it gives too; with dice the first journal
/// fails some time.
fn erased_in_parts(
    dir: &Path,
    rules: &IdentityRules,
    who: ProfileId,
    (mut bytes, mut dice): (usize, Option<&mut Dice>),
) -> (ErasureRecord, usize) {
    loop {
        let engine = holding(dir, rules, bytes, dice.take());
        let erasure = asked(&engine, who);
        // Where its journal failed it stops with that.
        engine.stop().ok();
        match erasure {
            Ok(erasure) => return (erasure, bytes),
            Err(CommandError::TooLarge) => bytes *= 2,
            Err(CommandError::Unavailable(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// An engine whose commits hold so many bytes.
fn holding(dir: &Path, rules: &IdentityRules, bytes: usize, faulty: Option<&mut Dice>) -> Engine {
    let mut config = config(dir);
    config.journal.commit_bytes_max = bytes;
    let folder = Folder::hold(dir, None).unwrap();
    let journal = folder.journal(config.journal.clone()).unwrap();
    let failures = Arc::new(AtomicUsize::new(0));
    let journal: Box<dyn Journal> = match faulty {
        Some(dice) => {
            // What is too large is handed over too, each time with half as much in it.
            let later = dice.below(30);
            let faulty = Faulty::new(journal, &dir.join("journal"), dice, None, &failures);
            Box::new(faulty.later(later))
        }
        None => Box::new(journal),
    };
    let opened = Opened::over(folder, &config, journal).unwrap();
    started(opened, &config, rules, FoldLimits::STANDARD)
}

/// What there is at the end.
fn ended(dir: &Path, rules: &IdentityRules, events: &[Event], seed: u64) -> Outcome {
    let engine = start(dir, rules, None);
    let outcome = settled(&engine, events, seed);
    engine.stop().unwrap();
    outcome
}

/// An erasure without what differs from commit to commit.
pub(crate) fn comparable(erasure: &ErasureRecord) -> ErasureRecord {
    ErasureRecord {
        id: ErasureId([0; 16]),
        batch: 0,
        absorbed: Vec::new(),
        ..erasure.clone()
    }
}

/// The last line of a folder's ledger.
fn noted_last(dir: &Path) -> ErasureRecord {
    let ledger = fs::read_to_string(dir.join("erasures")).unwrap();
    let line = ledger.lines().last().unwrap().as_bytes().to_vec();
    codec::decode(&data_encoding::HEXLOWER.decode(&line).unwrap()).unwrap()
}

/// What a store holds that no commit has its number in, and the marks of what was erased; nothing is unfinished.
fn compared(dir: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let all = keys(&dir.join("store"));
    assert!(all.iter().all(|(key, _)| !key.starts_with(b"Z\x05")));
    let is_compared = |key: &[u8]| {
        COMPARED.contains(&key[0]) || (key[0] == b'Z' && key.get(1).is_some_and(|kind| *kind < 3))
    };
    all.into_iter().filter(|(key, _)| is_compared(key)).collect()
}
