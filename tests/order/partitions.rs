//! A tenant whose customers are between several engines: a resolver, the partitions that follow its journal, and what goes
//! from one partition to another, all in one process. Who follows how fast, and who starts again when, is drawn from a seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    num::NonZeroU32,
    sync::{Arc, atomic::AtomicUsize},
};

use data_encoding::HEXLOWER;
use tokio::runtime::Runtime;
use yekta::{
    domain::{
        event::{Event, StreamPlace},
        identity::{IdentityRules, Key},
    },
    engine::{
        Part,
        api::{Answer, Command, CommandError, Outcome as Became, Receipt, Submission},
        parting::{MoveId, Routed},
    },
    journal::{InputPosition, Journal, file::FileJournal},
    store::{Store, fingerprint::Multiset},
};

pub(crate) use crate::manner::{Manner, Moves, Wrong};
use crate::{
    arrival::Dice,
    delayed::Delayed,
    faulty::Faulty,
    folder::begin_a_commit,
    following::Told,
    marks,
    member::Member,
    narrow::Narrow,
    outcome::{Outcome, config, runtime, settled},
};

/// The pieces of a parcel so far, and whether these are all.
pub(crate) type Pieces = (Vec<Vec<u8>>, bool);

/// A tenant between engines.
pub(crate) struct Partitions {
    pub(crate) seed: u64,
    pub(crate) dice: Dice,
    pub(crate) manner: Manner,
    identity: IdentityRules,
    pub(crate) runtime: Runtime,
    pub(crate) resolver: Member,
    pub(crate) members: Vec<Member>,
    /// What the resolver wrote for each, by its number in the journal, and how much of it was handed over.
    pub(crate) routed: Vec<(Vec<(u64, Routed)>, usize)>,
    /// The pieces of what partitions sent, and whether these are all.
    pub(crate) parcels: BTreeMap<(u32, MoveId), Pieces>,
    pub(crate) moved: BTreeSet<Vec<u8>>,
    pub(crate) told: Told,
    pub(crate) moves: Moves,
    /// Events that were handed over to the resolver.
    sent: u64,
    /// What partitions said of events; where nothing fails, of each.
    pub(crate) became: BTreeMap<&'static str, usize>,
    /// Journals that are still to fail.
    faults: usize,
    pub(crate) failures: Arc<AtomicUsize>,
    /// How often what somebody had who came was more than a commit takes.
    pub(crate) too_much: Arc<AtomicUsize>,
    dir: tempfile::TempDir,
}

impl Partitions {
    /// So many, all empty.
    pub(crate) fn new(count: u32, identity: &IdentityRules, seed: u64, manner: Manner) -> Self {
        let dir = crate::scratch::folder();
        let partitions = NonZeroU32::new(count).unwrap();
        let resolver = Member::below(dir.path(), Part::Resolver { partitions }, identity);
        let mut all = Self {
            seed,
            dice: Dice::new(seed ^ 0x5eed),
            manner,
            identity: identity.clone(),
            runtime: runtime(),
            resolver,
            members: Vec::new(),
            routed: (0..count).map(|_| (Vec::new(), 0)).collect(),
            parcels: BTreeMap::new(),
            moved: BTreeSet::new(),
            told: Told::default(),
            moves: Moves::default(),
            sent: 0,
            became: BTreeMap::new(),
            faults: if manner.is_faulty { 12 } else { 0 },
            failures: Arc::default(),
            too_much: Arc::default(),
            dir,
        };
        // From the seed as well: who has the smaller id, and where somebody begins, goes by these.
        let secrets = [all.secret(), all.secret()].concat();
        fs::write(all.resolver.dir.join("secrets"), secrets).unwrap();
        all.start(None);
        all.members = (0..count)
            .map(|index| Member::below(all.dir.path(), Part::Partition { index }, identity))
            .collect();
        (0..all.members.len()).for_each(|index| all.start(Some(index)));
        all
    }

    /// A line of a file of secrets.
    fn secret(&mut self) -> String {
        let bytes = [0_u8; 32].map(|_| u8::try_from(self.dice.below(256)).unwrap());
        format!("{}\n", HEXLOWER.encode(&bytes))
    }

    /// An engine with the same secrets that has everybody; not one of them.
    pub(crate) fn whole(&self) -> Member {
        let mut whole = Member::below(self.dir.path(), Part::Whole, &self.identity);
        whole.start(|journal| Box::new(journal));
        whole
    }

    fn member(&mut self, who: Option<usize>) -> &mut Member {
        match who {
            Some(index) => &mut self.members[index],
            None => &mut self.resolver,
        }
    }

    /// Starts a partition, or the resolver.
    fn start(&mut self, who: Option<usize>) {
        let is_faulty = self.faults > 0;
        self.faults = self.faults.saturating_sub(1);
        let mut dice = Dice::new(self.dice.below(1 << 30).try_into().unwrap());
        let (failures, too_much) = (Arc::clone(&self.failures), Arc::clone(&self.too_much));
        let is_narrow = self.manner.is_narrow && who.is_some();
        let folder = self.member(who).dir.join("journal");
        self.member(who).start(|journal: FileJournal| {
            let journal: Box<dyn Journal> = match is_faulty {
                true => {
                    let faulty = Faulty::new(journal, &folder, &mut dice, None, &failures);
                    Box::new(if who.is_none() { faulty.whole() } else { faulty })
                }
                false => Box::new(journal),
            };
            // Some take their time, as one across a wire does.
            let journal = match dice.below(2) {
                0 => Box::new(Delayed::new(journal, &Arc::default())),
                _ => journal,
            };
            match is_narrow {
                true => Box::new(Narrow::new(journal, 12 + dice.below(20), &too_much)),
                false => journal,
            }
        });
    }

    /// Ends a partition, or the resolver, and starts it again: it goes on from what it has consumed.
    pub(crate) fn restart(&mut self, who: Option<usize>) {
        let (is_faulty, seed) = (self.manner.is_faulty, self.seed);
        let is_sound = self.member(who).stop();
        assert!(is_sound || is_faulty, "seed {seed}: {who:?} failed");
        let (dir, chance) = (self.member(who).dir.clone(), self.dice.below(6));
        match chance {
            0 => fs::remove_dir_all(dir.join("store")).unwrap(),
            1 if is_faulty => drop(begin_a_commit(&dir, &mut self.dice)),
            _ => {}
        }
        self.start(who);
        if let Some(index) = who {
            if is_faulty {
                // What was read of its journal may be torn off it again.
                let from = u32::try_from(index).unwrap();
                self.parcels.retain(|(sender, _), _| *sender != from);
                self.members[index].read_again();
            }
            let consumed = self.members[index].consumed();
            let (routed, next) = &mut self.routed[index];
            let from = routed.partition_point(|(number, _)| *number <= consumed);
            assert!(is_faulty || from == *next, "seed {seed}: all of it was consumed");
            *next = from;
        }
    }

    /// Has the resolver take events, as they come or as a stream.
    pub(crate) fn arrive(&mut self, events: &[Event]) {
        let before = self.sent;
        self.sent += u64::try_from(events.len()).unwrap();
        while !self.hand_over(events, before) {
            assert!(self.manner.is_faulty, "seed {}: the resolver failed", self.seed);
            self.restart(None);
            // What was not answered may be there all the same.
            if !self.seed.is_multiple_of(2) && self.resolver.consumed() == self.sent {
                return;
            }
        }
    }

    /// Whether it was answered.
    fn hand_over(&self, events: &[Event], before: u64) -> bool {
        let handle = &self.resolver.engine().handle;
        let receipt = self.runtime.block_on(async {
            if self.seed.is_multiple_of(2) {
                let items = events.iter().cloned().map(Box::new).map(Submission::Event);
                return handle.submit(items.collect()).await.ok();
            }
            let items = events
                .iter()
                .zip(before + 1..)
                .map(|(event, number)| read(event, number));
            let position = input(before + u64::try_from(events.len()).unwrap());
            handle.feed(items.collect(), position).await.ok()?.await.ok()
        });
        let is_told = |outcome: &Became| matches!(outcome, Became::Routed | Became::Noted);
        let is_answered = receipt.is_some();
        if let Some(Receipt { outcomes, .. }) = receipt {
            assert_eq!(outcomes.len(), events.len());
            assert!(outcomes.iter().all(is_told), "seed {}: {outcomes:?}", self.seed);
        }
        is_answered
    }

    /// Takes batches in while the partitions follow at different speeds, one of two times one of them not at all, and some start
    /// again.
    pub(crate) fn play(&mut self, batches: &[Vec<Event>]) {
        self.go_on(batches);
        self.drain();
    }

    /// The same, and some may not have taken all yet.
    pub(crate) fn go_on(&mut self, batches: &[Vec<Event>]) {
        let count = self.members.len();
        let laggard = (self.dice.below(2) == 0).then(|| self.dice.below(count));
        for batch in batches {
            self.arrive(batch);
            for _ in 0..self.dice.below(3) {
                let index = self.dice.below(count);
                let most = 1 + self.dice.below(12);
                if laggard != Some(index) {
                    self.pump(index, most);
                }
            }
            if self.dice.below(12) == 0 {
                let who = self.dice.below(count + 1).checked_sub(1);
                self.restart(who);
            }
        }
    }

    /// From now on there are so many, which is more than before.
    pub(crate) fn grow(&mut self, count: u32) {
        let partitions = NonZeroU32::new(count).unwrap();
        self.resolver.is_now(Part::Resolver { partitions });
        self.restart(None);
        for index in self.members.len()..usize::try_from(count).unwrap() {
            let part = Part::Partition {
                index: u32::try_from(index).unwrap(),
            };
            self.members
                .push(Member::below(self.dir.path(), part, &self.identity));
            self.routed.push((Vec::new(), 0));
            self.start(Some(index));
        }
    }

    /// Waits until nobody is to go to another partition, while some start again and partitions follow.
    pub(crate) fn spread(&mut self) {
        let count = self.members.len();
        let mut is_spread = false;
        while !is_spread {
            let handle = &self.resolver.engine().handle;
            let (query, mut changes) = (handle.query(), handle.changes());
            let mut commits = 1 + self.dice.below(3);
            let is_alive = self.runtime.block_on(async {
                is_spread = query.is_spread().unwrap();
                while !is_spread && commits > 0 {
                    if changes.changed().await.is_err() {
                        return false;
                    }
                    commits -= 1;
                    is_spread = query.is_spread().unwrap();
                }
                true
            });
            // Whoever looks on keeps the store open.
            drop((query, changes));
            assert!(
                is_alive || self.manner.is_faulty,
                "seed {}: the resolver failed",
                self.seed
            );
            let (index, most) = (self.dice.below(count), self.dice.below(12));
            self.pump(index, most);
            if !is_alive || self.dice.below(3) == 0 {
                self.restart(None);
            }
        }
    }

    /// Has whoever holds these values in one partition, and tells which; the first one, where nobody has any.
    pub(crate) fn connect(&mut self, keys: Vec<Key>) -> usize {
        let asked = Command::Connect { keys };
        let answered = self.resolver.engine().handle.command(None, asked);
        let partition = match self.runtime.block_on(answered).map(|answered| answered.answer) {
            Ok(Answer::Connected { partition }) => partition,
            Err(CommandError::NobodyThere) => 0,
            other => panic!("seed {}: {other:?}", self.seed),
        };
        self.drain();
        usize::try_from(partition).unwrap()
    }

    /// Has a partition carry out a command.
    pub(crate) fn order(&self, index: usize, command: Command) -> Result<Answer, CommandError> {
        let answered = self.members[index].engine().handle.command(None, command);
        Ok(self.runtime.block_on(answered)?.answer)
    }

    /// What all of them have together, once all is done that is to be done.
    pub(crate) fn outcome(&mut self, events: &[Event]) -> Outcome {
        self.drain();
        if self.manner.is_faulty {
            // What is left to be looked at again is done by journals that take it.
            self.faults = 0;
            (0..self.members.len()).for_each(|index| self.restart(Some(index)));
        }
        let mut all = Outcome {
            persons: BTreeMap::new(),
            total: Multiset::default(),
        };
        for member in &self.members {
            let outcome = settled(member.engine(), events, self.seed);
            all.total = all.total.with(outcome.total.to_bytes());
            for (members, person) in outcome.persons {
                let twin = all.persons.insert(members, person);
                assert_eq!(twin, None, "seed {}: somebody is in two partitions", self.seed);
            }
        }
        all
    }

    /// Stops all of them, and fails unless what the writers kept up to date is what is there.
    pub(crate) fn stop(&mut self, outcome: &Outcome) {
        assert!(self.resolver.stop() || self.manner.is_faulty);
        self.resolver.is_what_its_journal_says();
        let mut total = Multiset::default();
        for member in &mut self.members {
            assert!(member.stop());
            member.is_what_its_journal_says();
            let store = Store::open(&member.dir.join("store"), config(&member.dir).store).unwrap();
            marks::are_those_of_the_timelines(&store, &self.identity.identifiers, self.seed);
            total = total.with(store.applied().unwrap().fingerprint);
        }
        assert_eq!(
            total, outcome.total,
            "seed {}: the sum of fingerprints",
            self.seed
        );
    }
}

/// An event that was read from the tenant's input stream.
pub(crate) fn read(event: &Event, number: u64) -> Submission {
    let place = StreamPlace {
        stream: "YEKTA_EVENTS".to_owned(),
        sequence: number,
        subject: "yekta.v1.acme.event.web".to_owned(),
    };
    Submission::Read(Box::new(event.clone()), Arc::new(place))
}

/// The number of a message of an input.
pub(crate) fn input(sequence: u64) -> InputPosition {
    InputPosition {
        stream: "input".to_owned(),
        created_ns: 7,
        sequence,
        digest: [1; 16],
    }
}
