//! Partitions in folders of their own under the same secrets, a clock that goes when it is told to, and moves between them.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::ControlFlow,
    sync::atomic::{AtomicI64, Ordering},
};

use tokio::sync::oneshot;

use crate::{
    decide::rule::{Act, Condition, Flow, Rulebook, Segment, Signal, Step},
    domain::{
        event::{Event, EventId},
        identifier::{Identifier, Kind, Trust},
        identity::IdentityRules,
        profile::FoldLimits,
        time::Timestamp,
        value::Value,
    },
    engine::{
        Deciding, Engine, Handle, Part, Position, Query, Rules,
        api::{Answer, Command, CommandError, Outcome, Submission},
        commands::Ordered,
        parting::{
            MoveId, Moved, Parcel,
            tests::{
                bounded::{Narrow, config, opened},
                cut::{linked, sent},
            },
        },
        writer::handle::Job,
    },
    store::{DepartureRecord, ErasureId, KeyHash, Order, Read as _, View as _, keys},
    telemetry::{EngineMetrics, Registry},
};

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
pub(super) const HOUR: i64 = 3_600_000_000;

/// By how much it is later. The one test that turns it on needs no other time than later.
static LATER: AtomicI64 = AtomicI64::new(0);

pub(super) fn now() -> Timestamp {
    NOW
}

fn later() -> Timestamp {
    Timestamp::from_micros(NOW.as_micros() + LATER.load(Ordering::SeqCst))
}

/// What a sender calls somebody, and how sure of it they are.
pub(super) type Named<'a> = (Kind, &'a str, Trust);

/// An event of a minute of the last hour.
pub(super) fn event(source: &str, name: &str, minute: i64, named: &[Named<'_>]) -> Event {
    let id = EventId {
        source: source.to_owned(),
        id: format!("{name} {minute}"),
    };
    let time = Timestamp::from_micros(NOW.as_micros() - HOUR + minute * 60_000_000);
    let mut event = Event::plain(id, name, time);
    event.received = NOW;
    event.identifiers = named
        .iter()
        .map(|(kind, value, trust)| Identifier::from_normalised(kind.clone(), (*value).to_owned(), *trust))
        .collect();
    event.identifiers.sort();
    event
}

/// An order.
pub(super) fn order(source: &str, minute: i64, who: &Named<'_>) -> Event {
    let mut event = event(source, "Order Completed", minute, std::slice::from_ref(who));
    let id = Value::Text(source.to_owned());
    event.properties = BTreeMap::from([("order_id".to_owned(), id)]);
    event
}

/// Facts by which somebody is compared with others.
pub(super) fn known(who: &str) -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    BTreeMap::from([
        ("first_name".to_owned(), text(who)),
        ("last_name".to_owned(), text(&format!("{who}zadeh"))),
        (
            "birth_date".to_owned(),
            text(&format!("198{0}-0{0}-1{0}", who.len())),
        ),
    ])
}

/// A segment that time alone ends, and a flow that waits for a day.
fn rulebook() -> Rulebook {
    let buyers = Segment {
        silent: false,
        name: "buyers".to_owned(),
        when: Condition::parse(r#"happened("Order Completed", "30d")"#).unwrap(),
    };
    let sent = Signal {
        on: "order_sent".to_owned(),
        when: None,
    };
    let remind = Flow {
        name: "remind".to_owned(),
        on: vec!["product_added".to_owned()],
        when: None,
        matter: None,
        holdout: 0,
        again_us: None,
        restarts: false,
        unless: Vec::new(),
        steps: vec![
            Step::For {
                signals: vec![sent],
                within_us: 24 * HOUR.unsigned_abs(),
                unless: true,
            },
            Step::Act(Act::Ask {
                channel: "web".to_owned(),
                name: "remind".to_owned(),
                with: BTreeMap::new(),
            }),
        ],
    };
    Rulebook::new(vec![buyers], vec![remind]).unwrap()
}

/// A running partition.
pub(super) struct Place {
    pub(super) engine: Engine,
    pub(super) name: String,
    pub(super) index: u32,
    pub(super) rules: IdentityRules,
}

impl Place {
    pub(super) fn handle(&self) -> &Handle {
        &self.engine.handle
    }

    pub(super) fn query(&self) -> Query {
        self.engine.handle.query()
    }

    pub(super) fn submit(&self, events: Vec<Event>) -> Vec<Outcome> {
        let items = events.into_iter().map(|event| Submission::Event(Box::new(event)));
        let receipt = waited(self.handle().submit(items.collect()));
        receipt.unwrap().outcomes
    }

    /// Has a command carried out that gets the same id everywhere.
    pub(super) fn command(&self, id: &str, command: Command) -> Result<Answer, CommandError> {
        let mut erasure = [0; 16];
        erasure
            .iter_mut()
            .zip(id.bytes())
            .for_each(|(to, from)| *to = from);
        let (reply, answer) = oneshot::channel();
        let ordered = Ordered {
            command,
            request: None,
            token: format!(
                "{:A<32}",
                id.to_uppercase().replace('-', "A").replace(['0', '1'], "B")
            ),
            id: id.to_owned(),
            erasure: ErasureId(erasure),
        };
        let job = Job::Command {
            ordered: Box::new(ordered),
            reply,
        };
        self.handle().metrics.queue_pushed();
        self.handle().jobs.blocking_send(job).unwrap();
        answer.blocking_recv().unwrap().0
    }

    /// Has a command carried out under a request id, or hears what was answered first under it.
    pub(super) fn asked(&self, request: &str, command: &Command) -> Answer {
        let asked = self.handle().command(Some(request.to_owned()), command.clone());
        waited(asked).unwrap().answer
    }

    /// Up to where the input is consumed.
    pub(super) fn consumed(&self) -> u64 {
        self.query().consumed().unwrap()
    }

    /// All that is in the store about customers, and what is counted of those who are there; not what happened here once.
    pub(super) fn rows(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let (mut rows, query) = (BTreeMap::new(), self.query());
        query
            .store()
            .scan(b"A", &[], Order::Ascending, &mut |key, value| {
                // Rules, the input, what was counted of events and orders, the number of the last word.
                if !matches!(key.first(), Some(b'K' | b'Y' | b'c' | b'd' | b'e' | b'U')) {
                    // In a word stands its number among all that were said here.
                    let is_word = key.starts_with(keys::WORDS);
                    rows.insert(key.to_vec(), if is_word { Vec::new() } else { value.to_vec() });
                }
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        rows
    }

    pub(super) fn stop(self) {
        let (fingerprint, query) = (self.query().fingerprints(|_, _| {}).unwrap(), self.query());
        let applied = query.store().applied().unwrap();
        assert_eq!(applied.fingerprint, fingerprint.to_bytes());
        self.engine.stop().unwrap();
    }
}

/// The folders of all partitions, and how many moves there were.
pub(super) struct World {
    pub(super) dir: tempfile::TempDir,
    rules: IdentityRules,
    moves: Cell<u64>,
    /// How narrow journals are from the next start on.
    pub(super) narrow: RefCell<Narrow>,
    /// Whether disks are full from the next start on: then nothing is done that was not asked for.
    is_full: Cell<bool>,
}

impl World {
    pub(super) fn new(rules: &IdentityRules) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            rules: rules.clone(),
            moves: Cell::new(0),
            narrow: RefCell::default(),
            is_full: Cell::new(false),
        }
    }

    /// A partition on a new folder.
    pub(super) fn place(&self, name: &str, index: u32) -> Place {
        self.place_by(name, index, &self.rules)
    }

    /// The same, by other rules.
    pub(super) fn place_by(&self, name: &str, index: u32, rules: &IdentityRules) -> Place {
        let (folder, shared) = (self.dir.path().join(name), self.dir.path().join("secrets"));
        fs::create_dir_all(&folder).unwrap();
        if shared.exists() {
            fs::copy(&shared, folder.join("secrets")).unwrap();
        }
        let place = self.opened(name, index, rules, now);
        if !shared.exists() {
            fs::copy(folder.join("secrets"), &shared).unwrap();
        }
        place
    }

    /// A partition after a restart; from then on by the clock that goes.
    pub(super) fn again(&self, place: Place) -> Place {
        let Place {
            engine,
            name,
            index,
            rules,
        } = place;
        engine.stop().unwrap();
        self.opened(&name, index, &rules, later)
    }

    /// Has disks be full, or no longer, from the next start on.
    pub(super) fn fill(&self, is_full: bool) {
        self.is_full.set(is_full);
    }

    pub(super) fn advance(&self, micros: i64) {
        LATER.fetch_add(micros, Ordering::SeqCst);
    }

    fn opened(&self, name: &str, index: u32, identity: &IdentityRules, clock: fn() -> Timestamp) -> Place {
        let place = self.running(name, index, identity, clock);
        self.settle(&place);
        place
    }

    /// The same, whatever is left to be done.
    pub(super) fn running(
        &self,
        name: &str,
        index: u32,
        identity: &IdentityRules,
        clock: fn() -> Timestamp,
    ) -> Place {
        let config = config(&self.dir.path().join(name), self.is_full.get());
        let deciding = Deciding {
            cells_max: 1_000,
            ..Deciding::default()
        };
        deciding.book.replace(rulebook());
        let rules = Rules {
            // What tells them apart stands in no row.
            tenant: tenant(index),
            part: Part::Partition { index },
            identity: identity.clone(),
            fold: FoldLimits::STANDARD,
            retention: Default::default(),
            views: BTreeMap::new(),
            channel_views: BTreeMap::new(),
            repairs_max: 1_000,
            rejections_max: 10,
            decide: deciding,
        };
        let metrics = EngineMetrics::register(&Registry::new("test").unwrap()).unwrap();
        let opened = opened(&config, self.narrow.borrow().clone());
        Place {
            engine: opened.start(&config, rules, metrics, clock).unwrap(),
            name: name.to_owned(),
            index,
            rules: identity.clone(),
        }
    }

    /// Waits until nothing is left to be done.
    pub(super) fn settle(&self, place: &Place) {
        let mut working = place.handle().working();
        place.handle().wake();
        // A command that changes nothing is answered behind what waits; then the writer goes on until it has nothing to do.
        place
            .command("settle", Command::Deleted { places: Vec::new() })
            .unwrap();
        waited(working.wait_for(|working| !working)).unwrap();
        let repairs = place.query().store().first_atoms(keys::REPAIRS, 1).unwrap();
        assert_eq!(repairs, [], "nobody is still to be looked at again");
    }

    /// Moves whoever these connect: users, and what `who` is named by otherwise.
    pub(super) fn carry(&self, from: &Place, to: &Place, users: &[&str], who: &str) -> Parcel {
        let keys = linked(from, users, who);
        self.carry_linked(from, to, &keys)
    }

    /// Moves whoever these link.
    pub(super) fn carry_linked(&self, from: &Place, to: &Place, keys: &BTreeSet<KeyHash>) -> Parcel {
        let batch = self.moves.get() + 1;
        self.moves.set(batch);
        let id = MoveId { batch, index: 0 };
        let departure = DepartureRecord {
            to: to.index,
            keys: keys.iter().copied().collect(),
        };
        self.moved(from, Moved::Depart(id, departure), batch);
        let parcel = sent(from, id);
        self.moved(to, Moved::Arrive(parcel.clone()), batch);
        parcel
    }

    fn moved(&self, place: &Place, moved: Moved, sequence: u64) {
        assert!(self.is_moved(place, moved, sequence), "the writer goes on");
        self.settle(place);
    }
}

pub(super) fn tenant(index: u32) -> String {
    format!("acme-p{index}")
}

/// The subjects of all that was published behind a position.
pub(super) fn read_updates(place: &Place, after: Position) -> Vec<String> {
    let updates = place.query().updates_after(after, 10_000).unwrap();
    updates.into_iter().map(|update| update.subject).collect()
}

pub(super) fn waited<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(future)
}
