//! The watchdog: a broker that is there and says nothing is told by not being ready, within ten seconds, whether or not
//! something waits; and soon after it answers again the service is ready again.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use async_nats::jetstream::stream::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::Api,
    broker::{Broker, JOURNAL},
    process::{Service, serve, wait_for},
    proxy::{Proxy, Way},
    server::NatsServer,
    serving::{readiness, wait_until_ready},
};

/// A service tells within this time that it cannot work.
pub const TOLD_WITHIN: Duration = Duration::from_secs(10);
/// And so soon after its broker answers again that it can.
pub const READY_WITHIN: Duration = Duration::from_secs(10);
/// A post is answered within this time, whatever the broker does.
const ANSWERED_WITHIN: Duration = Duration::from_secs(8);

/// Tests that hold a service to times by the clock come one after the other: each takes the processors from another.
pub fn by_the_clock() -> MutexGuard<'static, ()> {
    static CLOCK: Mutex<()> = Mutex::new(());
    CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A service with the settings of every other one, behind a proxy.
pub struct Behind {
    pub server: NatsServer,
    pub proxy: Proxy,
    pub data: TempDir,
    pub service: Service,
}

impl Behind {
    /// One that is ready.
    pub fn start() -> Self {
        let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
        let proxy = Proxy::to(&server);
        let mut command = serve(data.path());
        command.args(["--nats-url", &proxy.url()]);
        let service = Service::of(command);
        wait_until_ready(&service.url);
        Self {
            server,
            proxy,
            data,
            service,
        }
    }

    /// How long it takes until readiness is told as `expected`.
    pub fn told(&self, is_ready: bool, within: Duration, what: &str) -> Duration {
        let begun = Instant::now();
        loop {
            let (code, status) = readiness(&self.service.url);
            let took = begun.elapsed();
            if (code == 200) == is_ready {
                return took;
            }
            assert!(
                took < within,
                "{what}: still told {code} {status} after {took:?}: {}",
                self.service.running.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

/// What makes a broker say nothing, and what makes it speak again.
#[derive(Clone, Copy, Debug)]
enum Silence {
    On(Way),
    Stopped,
}

const SILENCES: [Silence; 4] = [
    Silence::On(Way::DeafServer),
    Silence::On(Way::MuteServer),
    Silence::On(Way::Still),
    Silence::Stopped,
];

impl Silence {
    fn begin(self, behind: &Behind) {
        match self {
            Self::On(way) => behind.proxy.set(way),
            Self::Stopped => behind.server.pause(),
        }
    }

    /// Waits until the service says that it is not ready, and then why; gives when it said so first.
    fn is_told(self, behind: &Behind) -> Duration {
        let begun = Instant::now();
        let told = behind.told(false, TOLD_WITHIN, &format!("{self:?}"));
        // A server that speaks but hears nothing is missed by whoever reads its stream first.
        wait_for("the reason", || {
            let took = begun.elapsed();
            assert!(took < TOLD_WITHIN, "{self:?}: no reason after {took:?}");
            (readiness(&behind.service.url).1 == "disconnected").then_some(())
        });
        told
    }

    fn end(self, behind: &Behind) {
        match self {
            Self::On(_) => behind.proxy.set(Way::Open),
            Self::Stopped => behind.server.resume(),
        }
    }
}

/// Each silence on a service of its own, all at once, since they take seconds of waiting.
fn each_silence(test: fn(Silence)) {
    let _clock = by_the_clock();
    thread::scope(|scope| {
        for silence in SILENCES {
            scope.spawn(move || test(silence));
        }
    });
}

#[test]
fn a_silent_broker_is_told_though_nothing_waits() {
    each_silence(|silence| {
        let behind = Behind::start();
        silence.begin(&behind);
        let told = silence.is_told(&behind);
        silence.end(&behind);
        let ready = behind.told(true, READY_WITHIN, &format!("{silence:?} is over"));
        eprintln!("{silence:?}, nothing waits: told after {told:?}, ready {ready:?} after its end");
        behind.service.stop();
    });
}

#[test]
fn a_silent_broker_is_told_while_work_waits_and_what_is_posted_then_counts_once() {
    each_silence(|silence| {
        let behind = Behind::start();
        let (broker, api) = (Broker::of(&behind.server), Api::of(&behind.service.url));
        broker.tell_all(&[event("e-1")]);
        silence.begin(&behind);
        if !matches!(silence, Silence::Stopped) {
            broker.tell(&event("e-2"));
        }
        let posting = thread::spawn(move || {
            let begun = Instant::now();
            let (status, answer) = api.try_post("/v1/events", &event("e-3").to_string()).unwrap();
            (status, answer, begun.elapsed())
        });
        let told = silence.is_told(&behind);
        let (status, answer, took) = posting.join().unwrap();
        assert_eq!(
            status, 503,
            "{silence:?}: nobody can promise to keep it: {answer}"
        );
        assert!(took < ANSWERED_WITHIN, "{silence:?}: answered after {took:?}");
        silence.end(&behind);
        let ready = behind.told(true, READY_WITHIN, &format!("{silence:?} is over"));
        eprintln!(
            "{silence:?}, work waits: told after {told:?}, post answered after {took:?}, ready {ready:?} after its end"
        );
        broker.deliver(&[event("e-2")]);
        let api = Api::of(&behind.service.url);
        wait_for("what is posted again to be committed", || {
            let (_, answer) = api
                .try_post("/v1/events?wait=commit", &event("e-3").to_string())
                .ok()?;
            let answer: Value = serde_json::from_str(&answer).unwrap();
            (answer["status"] == "committed").then_some(())
        });
        broker.wait_until_consumed();
        wait_for("each event to count once", || {
            (api.profile("user_id", "u-1")["counters"]["events"] == 3).then_some(())
        });
        behind.service.stop();
    });
}

/// The server answers everything, and takes no commit.
#[test]
fn a_journal_that_takes_nothing_is_told_in_time() {
    let _clock = by_the_clock();
    let behind = Behind::start();
    let broker = Broker::of(&behind.server);
    broker.tell_all(&[event("e-1")]);
    let roomy = broker.stream(JOURNAL);
    broker.change(&Config {
        max_bytes: i64::try_from(roomy.state.bytes).unwrap(),
        ..roomy.config.clone()
    });
    broker.tell(&event("e-2"));
    let told = behind.told(false, TOLD_WITHIN, "a journal without room");
    assert_eq!(readiness(&behind.service.url).1, "stalled");
    broker.change(&roomy.config);
    let ready = behind.told(true, READY_WITHIN, "a journal with room");
    eprintln!("no commit is taken: told after {told:?}, ready {ready:?} after its end");
    broker.wait_until_consumed();
    behind.service.stop();
}
