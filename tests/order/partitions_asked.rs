//! What stewards say, what is taken back and who is erased where customers are between partitions: as one engine answers and
//! ends, to which everything comes in the same order.

use std::{
    collections::BTreeMap,
    mem::discriminant,
    sync::atomic::{AtomicUsize, Ordering},
};

use yekta::{
    domain::{
        event::Event,
        identity::{IdentityRules, Key},
    },
    engine::{
        Engine, ErasureRecord, ProfileId,
        api::{Answer, Command, CommandError, Outcome as Became, Statement, Target, Undo},
        queries::query::TimelineRange,
    },
};

use crate::{
    arrival::Dice,
    check::agrees_with_engine,
    erased::{WITHIN_US, comparable},
    folder::keys,
    member::Member,
    outcome::{runtime, settled},
    partitioned::{any_towns, arriving, has_the_same_rows, nobody_is_in_two, of},
    partitions::{Manner, Partitions, read},
    town::moment,
};

/// Rows that depend on no word, and on the events alone.
const OF_EVENTS: &[u8] = b"ABDEGINO";

/// How often what was asked was done, by what it was.
static DONE: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

#[test]
fn partitions_answer_stewards_as_one_engine_does() {
    asked_everywhere(19, &[0, 1]);
}

#[test]
fn partitions_take_back_what_was_said_and_done_as_one_engine_does() {
    asked_everywhere(20, &[0, 1, 2]);
}

#[test]
fn partitions_erase_as_one_engine_does() {
    asked_everywhere(21, &[3]);
    asked_everywhere(22, &[0, 2, 3]);
}

fn asked_everywhere(stream: u8, asked: &[usize]) {
    any_towns(stream, |events, rules, seed| {
        Office::new(events, rules, seed).run(asked);
    });
    for one in asked {
        assert!(DONE[*one].load(Ordering::Relaxed) > 0, "{one} was never done");
    }
}

/// One engine that has everybody, and several that have everybody between them.
struct Office<'e> {
    partitions: Partitions,
    whole: Member,
    events: &'e [Event],
    dice: Dice,
    seed: u64,
    /// What became of events in the one engine.
    became: BTreeMap<&'static str, usize>,
    sent: u64,
    /// What words are known by in both.
    words: Vec<[String; 2]>,
}

impl<'e> Office<'e> {
    fn new(events: &'e [Event], rules: &IdentityRules, seed: u64) -> Self {
        let partitions = Partitions::new(of(seed), rules, seed, Manner::default());
        let whole = partitions.whole();
        Self {
            partitions,
            whole,
            events,
            dice: Dice::new(seed),
            seed,
            became: BTreeMap::new(),
            sent: 0,
            words: Vec::new(),
        }
    }

    /// Has events come, and some of this asked in between.
    fn run(mut self, asked: &[usize]) {
        let batches = arriving(self.events, self.seed).batches;
        for batch in batches {
            self.partitions.play(std::slice::from_ref(&batch));
            self.take_in(&batch);
            if self.dice.below(2) == 0 {
                let what = asked[self.dice.below(asked.len())];
                self.ask(what);
            }
        }
        let one = settled(self.whole.engine(), self.events, self.seed);
        let all = self.partitions.outcome(self.events);
        agrees_with_engine((self.seed, &all), (self.seed, &one), self.events);
        assert_eq!(self.partitions.became, self.became, "seed {}", self.seed);
        self.whole.stop();
        self.partitions.stop(&all);
        nobody_is_in_two(&self.partitions);
        has_the_same_rows(&self.partitions, &self.whole, OF_EVENTS);
        self.has_the_same_marks();
    }

    fn take_in(&mut self, batch: &[Event]) {
        let items =
            batch
                .iter()
                .zip(self.sent + 1..)
                .map(|(event, number)| match self.seed.is_multiple_of(2) {
                    true => yekta::engine::api::Submission::Event(Box::new(event.clone())),
                    false => read(event, number),
                });
        let submitted = self.whole.engine().handle.submit(items.collect());
        for outcome in runtime().block_on(submitted).unwrap().outcomes {
            let name = match outcome {
                Became::Duplicate => "copy",
                Became::Conflicting => "impostor",
                Became::Erased => "erased",
                _ => "accepted",
            };
            *self.became.entry(name).or_default() += 1;
        }
        self.sent += u64::try_from(batch.len()).unwrap();
    }

    fn ask(&mut self, what: usize) {
        settled(self.whole.engine(), self.events, self.seed);
        self.partitions.outcome(self.events);
        let done = match what {
            0 => self.say(),
            1 => self.unsay(),
            2 => self.take_back(),
            _ => self.erase(),
        };
        DONE[what].fetch_add(usize::from(done), Ordering::Relaxed);
    }

    /// Asks the one engine, and the partition where this is, at the same time.
    fn both(&mut self, index: usize, commands: [Command; 2]) -> [Result<Answer, CommandError>; 2] {
        let _at_once = moment();
        let [one, other] = commands;
        let answered = self.whole.engine().handle.command(None, one);
        let answered = runtime().block_on(answered).map(|answered| answered.answer);
        let both = [answered, self.partitions.order(index, other)];
        let is_same = match &both {
            [Ok(one), Ok(other)] => discriminant(one) == discriminant(other),
            [Err(one), Err(other)] => discriminant(one) == discriminant(other),
            _ => false,
        };
        assert!(is_same, "seed {}: answered {both:?}", self.seed);
        both
    }

    /// Somebody, as each of both is told, and what they are connected by.
    fn somebody(&mut self) -> Option<([Whom; 2], Vec<Key>)> {
        let event = &self.events[self.dice.below(self.events.len())];
        let named: Vec<Key> = event
            .identifiers
            .iter()
            .map(|one| Key {
                kind: one.kind().clone(),
                value: one.value().to_owned(),
            })
            .collect();
        let key = named.get(self.dice.below(named.len()))?.clone();
        let whom = match self.dice.below(2) {
            0 => Whom::Identifier(key),
            _ => Whom::Who(Box::new(event.clone())),
        };
        Some(([whom.clone(), whom], named))
    }

    /// A steward says that two are one, or are not.
    fn say(&mut self) -> bool {
        let Some(((one, mut keys), (other, more))) = self.somebody().zip(self.somebody()) else {
            return false;
        };
        keys.extend(more);
        let index = self.partitions.connect(keys);
        self.partitions.outcome(self.events);
        let is_same = self.dice.below(2) == 0;
        let [first, second] = [0, 1].map(|which| {
            let engine = match which {
                0 => self.whole.engine(),
                _ => self.partitions.members[index].engine(),
            };
            let of = [one[which].target(engine)?, other[which].target(engine)?];
            let statement = Statement::default();
            Some(match is_same {
                true => Command::Merge { of, statement },
                false => Command::Separate { of, statement },
            })
        });
        let Some(commands) = first.zip(second) else {
            return false;
        };
        match self.both(index, commands.into()) {
            [Ok(Answer::Said { word }), Ok(Answer::Said { word: other })] => {
                self.words.push([word, other]);
                true
            }
            _ => false,
        }
    }

    /// Takes back a word.
    fn unsay(&mut self) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let word = self.words.swap_remove(self.dice.below(self.words.len()));
        let words = word.map(Undo::Word);
        self.undo(words)
    }

    /// Takes back an event.
    fn take_back(&mut self) -> bool {
        let event = self.events[self.dice.below(self.events.len())].id.clone();
        self.undo([Undo::Event(event.clone()), Undo::Event(event)])
    }

    /// Has something taken back, by the one partition that knows of it.
    fn undo(&mut self, what: [Undo; 2]) -> bool {
        let [one, other] = what.map(|what| Command::Undo {
            what,
            statement: Statement::default(),
        });
        let answered = self.whole.engine().handle.command(None, one);
        let answered = runtime().block_on(answered).map(|answered| answered.answer);
        let mut done = 0;
        for index in 0..self.partitions.members.len() {
            match self.partitions.order(index, other.clone()) {
                Ok(Answer::Undone) => done += 1,
                Err(CommandError::NothingToUndo) => {}
                other => panic!("seed {}: {other:?}", self.seed),
            }
        }
        match answered {
            Ok(Answer::Undone) => assert_eq!(done, 1, "seed {}: taken back once", self.seed),
            Err(CommandError::NothingToUndo) => assert_eq!(done, 0, "seed {}", self.seed),
            other => panic!("seed {}: {other:?}", self.seed),
        }
        done > 0
    }

    fn erase(&mut self) -> bool {
        let Some((whom, keys)) = self.somebody() else {
            return false;
        };
        let index = self.partitions.connect(keys);
        self.partitions.outcome(self.events);
        let [one, other] = whom;
        let targets = one
            .target(self.whole.engine())
            .zip(other.target(self.partitions.members[index].engine()));
        let Some((one, other)) = targets else {
            return false;
        };
        let commands = [one, other].map(|target| Command::Erase {
            target,
            within_us: WITHIN_US,
        });
        match self.both(index, commands) {
            [
                Ok(Answer::Erased { erasure: one }),
                Ok(Answer::Erased { erasure: other }),
            ] => {
                assert_eq!(comparable(&one), comparable(&other), "seed {}", self.seed);
                self.tell_the_others(index, &other);
                true
            }
            _ => false,
        }
    }

    /// Has the other partitions erase them, too: what names them may go there.
    fn tell_the_others(&self, index: usize, erasure: &ErasureRecord) {
        for other in (0..self.partitions.members.len()).filter(|other| *other != index) {
            let again = Command::EraseAgain(Box::new(erasure.clone()));
            let answer = self.partitions.order(other, again);
            assert!(matches!(answer, Ok(Answer::Erased { .. })), "{answer:?}");
        }
    }

    /// Fails unless each mark of what was erased is in a partition.
    fn has_the_same_marks(&self) {
        let marks = |member: &Member| -> BTreeMap<Vec<u8>, Vec<u8>> {
            let all = keys(&member.dir.join("store")).into_iter();
            all.filter(|(key, _)| key[0] == b'Z' && key[1] < 3).collect()
        };
        let all: BTreeMap<_, _> = self.partitions.members.iter().flat_map(marks).collect();
        assert!(
            all == marks(&self.whole),
            "seed {}: marks of what was erased",
            self.seed
        );
    }
}

/// Of whom something is asked.
#[derive(Clone)]
enum Whom {
    Identifier(Key),
    /// Who did this.
    Who(Box<Event>),
}

impl Whom {
    fn target(&self, engine: &Engine) -> Option<Target> {
        match self {
            Self::Identifier(key) => Some(Target::Identifier(key.clone())),
            Self::Who(event) => profile_of(engine, event).map(Target::Profile),
        }
    }
}

/// In whose timeline an event is.
fn profile_of(engine: &Engine, event: &Event) -> Option<ProfileId> {
    let (query, mut all) = (engine.handle.query(), Vec::new());
    query.fingerprints(|id, _| all.push(id)).unwrap();
    let range = TimelineRange {
        limit: 1 << 20,
        ..TimelineRange::default()
    };
    all.into_iter().find(|id| {
        let page = query.timeline(*id, &range).unwrap();
        page.events.iter().any(|one| one.id == event.id)
    })
}
