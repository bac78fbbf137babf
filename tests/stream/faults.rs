//! A service on NATS behind a proxy, in faults that come in any order while events are published and posted: what the
//! network and the server may do to it costs time and nothing else. After each fault it is ready again; in the end each
//! event counts once, versions have no gap, no commit is torn, and the store is that of a run in peace without a broker.
//!
//! `YEKTA_FAULTS` says how many rounds there are, `YEKTA_SEED` names the one seed that they are made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use yekta::cli::generate;

use crate::{
    broker::Broker,
    journal,
    load::{self, Load},
    process::{Service, fingerprint},
    proxy::Way,
    published::{check_entries, published, wait_until_told},
    serving::wait_until_ready,
    watchdog::{Behind, READY_WITHIN, TOLD_WITHIN, by_the_clock},
};

const SEED: u64 = 4_222;
/// Each fault once.
const ROUNDS: usize = FAULTS.len();
/// What waits is consumed within this time after a fault.
const CONSUMED_WITHIN: Duration = Duration::from_secs(20);
/// Events of a round, half of them published and half posted.
const EVENTS: usize = 1_000;
const PEOPLE: u32 = 200;
/// A fault begins within so many milliseconds after its round.
const MOMENT_MS_MAX: u64 = 150;
/// A short one lasts so many milliseconds at most.
const SHORT_MS_MAX: u64 = 1_500;
/// What is delayed comes so many milliseconds later at most, each way.
const DELAY_MS_MAX: u64 = 60;

/// What happens to the way to the server, or to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Delayed,
    Cut,
    DeafServer,
    MuteServer,
    Still,
    Stopped,
    Killed,
}

const FAULTS: [Fault; 7] = [
    Fault::Delayed,
    Fault::Cut,
    Fault::DeafServer,
    Fault::MuteServer,
    Fault::Still,
    Fault::Stopped,
    Fault::Killed,
];

/// What one round does.
#[derive(Clone, Copy, Debug)]
struct Round {
    fault: Fault,
    moment: Duration,
    /// Until it is over; `None`: until the service tells of it.
    lasts: Option<Duration>,
    delay: Duration,
    /// Whether connections that stood still are closed instead of going on.
    breaks: bool,
}

/// Every fault comes once before one comes again.
fn rounds(dice: &mut ChaCha8Rng, count: usize) -> Vec<Round> {
    let mut rounds = Vec::new();
    while rounds.len() < count {
        let mut faults = FAULTS;
        faults.shuffle(dice);
        for fault in faults {
            let ms = |dice: &mut ChaCha8Rng, max| Duration::from_millis(dice.random_range(1..max));
            let is_told = fault != Fault::Delayed && dice.random_bool(0.5);
            let short = ms(dice, SHORT_MS_MAX);
            rounds.push(Round {
                fault,
                moment: ms(dice, MOMENT_MS_MAX),
                lasts: (!is_told).then_some(short),
                delay: ms(dice, DELAY_MS_MAX),
                breaks: dice.random_bool(0.5),
            });
        }
    }
    rounds.truncate(count);
    rounds
}

/// How long the service took at most, per fault: until it told, until it was ready again, and until all was consumed.
#[derive(Debug, Default)]
struct Longest {
    told: BTreeMap<Fault, Duration>,
    ready: BTreeMap<Fault, Duration>,
    consumed: BTreeMap<Fault, Duration>,
}

fn note(longest: &mut BTreeMap<Fault, Duration>, fault: Fault, took: Duration) {
    let most = longest.entry(fault).or_default();
    *most = took.max(*most);
}

impl Behind {
    fn begin(&mut self, round: &Round) {
        match round.fault {
            Fault::Delayed => self.proxy.set(Way::Slow(round.delay)),
            Fault::Cut => self.proxy.set(Way::Cut),
            Fault::DeafServer => self.proxy.set(Way::DeafServer),
            Fault::MuteServer => self.proxy.set(Way::MuteServer),
            Fault::Still => self.proxy.set(Way::Still),
            Fault::Stopped => self.server.pause(),
            Fault::Killed => self.server.kill(),
        }
    }

    fn end(&mut self, round: &Round) {
        match round.fault {
            Fault::Stopped => self.server.resume(),
            Fault::Killed => self.server.restart(),
            _ => {}
        }
        if round.breaks {
            self.proxy.set(Way::Cut);
            // Long enough for each connection to be dropped.
            self.quiet(Duration::from_millis(20));
        }
        self.proxy.set(Way::Open);
    }

    /// Lets a while pass, in which the service says nothing and does not end.
    fn quiet(&self, lasts: Duration) {
        let said = self.service.running.line(lasts);
        assert_eq!(said, None, "{}", self.service.running.log());
    }

    /// One round, while half of `events` are published at the server and half are posted to the service.
    fn round(&mut self, round: &Round, broker: &Broker, events: &[Value], longest: &mut Longest) {
        let (told, posted) = events.split_at(events.len() / 2);
        let bodies = Arc::new(load::bodies(posted));
        let load = Load::begin(&self.service.url, &bodies, &BTreeSet::new());
        let mut over = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| broker.deliver(told));
            self.quiet(round.moment);
            self.begin(round);
            match round.lasts {
                Some(lasts) => self.quiet(lasts),
                None => note(
                    &mut longest.told,
                    round.fault,
                    self.told(false, TOLD_WITHIN, &format!("{round:?}")),
                ),
            }
            self.end(round);
            over = Instant::now();
            let ready = self.told(true, READY_WITHIN, &format!("{round:?} is over"));
            note(&mut longest.ready, round.fault, ready);
        });
        let (acknowledged, _) = load.end();
        assert_eq!(
            acknowledged.len(),
            bodies.len(),
            "{round:?}: a post had no answer"
        );
        broker.wait_until_consumed();
        let consumed = over.elapsed();
        assert!(
            consumed < CONSUMED_WITHIN,
            "{round:?}: consumed after {consumed:?}"
        );
        note(&mut longest.consumed, round.fault, consumed);
    }
}

#[test]
fn faults_of_the_network_and_the_server_cost_time_and_nothing_else() {
    let _clock = by_the_clock();
    let told = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seed = told("YEKTA_SEED").unwrap_or(SEED);
    let count = told("YEKTA_FAULTS").map_or(ROUNDS, |count| usize::try_from(count).unwrap());
    let rounds = rounds(&mut ChaCha8Rng::seed_from_u64(seed), count);
    eprintln!("YEKTA_SEED={seed} YEKTA_FAULTS={count} cargo test --test stream faults");

    let events = generate::events(seed, PEOPLE, EVENTS * count);
    let mut behind = Behind::start();
    let broker = Broker::of(&behind.server);
    let mut longest = Longest::default();
    for (number, (round, some)) in rounds.iter().zip(events.chunks(EVENTS)).enumerate() {
        eprintln!("{number}: {round:?}");
        behind.round(round, &broker, some, &mut longest);
    }
    let Behind {
        server: _server,
        proxy: _proxy,
        data,
        service,
    } = behind;
    check(&broker, data.path(), service, &events);
    eprintln!("longest until it was told: {:?}", longest.told);
    eprintln!("longest until it was ready again: {:?}", longest.ready);
    eprintln!("longest until all was consumed: {:?}", longest.consumed);
}

/// Looks whether all is there, sends everything again and looks at what is there then.
fn check(broker: &Broker, folder: &std::path::Path, service: Service, events: &[Value]) {
    broker.wait_until_consumed();
    wait_until_told(broker, events);
    broker.deliver(events);
    // Nothing else was refused: the one dead letter is the end of what is published.
    broker.publish_end();
    broker.wait_until_consumed();
    wait_until_ready(&service.url);
    let copy = published(broker, events);
    assert_eq!(copy.events(), load::distinct(events));
    check_entries(broker, &copy);
    service.stop();
    copy.is_what_is_stored(folder);
    journal::check_whole(broker);

    let alone = tempfile::tempdir().unwrap();
    let standalone = Service::start(alone.path());
    assert_eq!(load::send_all(&standalone.url, events), load::distinct(events));
    standalone.stop();
    assert_eq!(fingerprint(folder), fingerprint(alone.path()));
}
