//! What may go wrong with the streams while nobody looks: made anew, emptied too far, an end that is lost. It is noticed
//! at the start, told in one sentence, and nothing is skipped or written.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    broker::{Broker, EVENTS, JOURNAL},
    process::{fingerprint, wait_for},
    proxy::Way,
    server::{NatsServer, copy},
    serving::{failure, refusal, serve_on, start_ready, wait_until_status},
    watchdog::Behind,
};

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

/// A folder that three events are consumed in, of a service that stopped.
struct Town {
    server: NatsServer,
    data: tempfile::TempDir,
    broker: Broker,
}

impl Town {
    fn new() -> Self {
        let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
        let broker = Broker::of(&server);
        let town = Self { server, data, broker };
        town.serve(&["e-1", "e-2", "e-3"]);
        town
    }

    /// Serves until the events with these ids are consumed.
    fn serve(&self, ids: &[&str]) {
        let service = start_ready(&self.server, self.data.path());
        let events: Vec<Value> = ids.iter().map(|id| event(id)).collect();
        self.broker.tell_all(&events);
        service.stop();
    }

    /// A start is refused, says something about `stream`, and leaves everything as it was.
    fn check_refused(&self, stream: &str) {
        let before = (last_commit(&self.broker), fingerprint(self.data.path()));
        let said = refusal(serve_on(&self.server, self.data.path()));
        assert!(said.contains(stream), "{said}");
        let after = (last_commit(&self.broker), fingerprint(self.data.path()));
        assert_eq!(before, after, "{said}");
    }

    /// Where the server keeps a stream.
    fn kept(&self, stream: &str) -> PathBuf {
        let streams = self.server.folder().join("store/jetstream/$G/streams");
        streams.join(stream)
    }

    /// Puts `stream` back to what it was before `meanwhile`; everything else stays as that left it.
    fn lose_the_end(&mut self, stream: &str, meanwhile: impl FnOnce(&Self)) {
        let (kept, aside) = (self.kept(stream), tempfile::tempdir().unwrap());
        self.server.kill();
        copy(&kept, aside.path());
        self.restart();
        meanwhile(self);
        self.server.kill();
        fs::remove_dir_all(&kept).unwrap();
        copy(aside.path(), &kept);
        self.restart();
    }

    fn restart(&mut self) {
        self.server.restart();
        let broker = &self.broker;
        wait_for("the server to keep its streams again", || {
            broker.runtime.block_on(broker.jetstream.get_stream(JOURNAL)).ok()
        });
    }
}

/// Where the last commit ends. Behind it there may be the record of whoever took the journal over and then saw why not
/// to go on.
fn last_commit(broker: &Broker) -> Option<u64> {
    broker.last_of(JOURNAL, "yekta.v1.default.j.commit")
}

#[test]
fn events_that_were_made_anew_are_not_taken_for_the_old_ones() {
    let town = Town::new();
    let config = town.broker.remove(EVENTS);
    town.broker.make(config);
    town.check_refused(EVENTS);
    // As many as before and more: the numbers alone would fit.
    for id in ["e-4", "e-5", "e-6", "e-7", "e-8"] {
        town.broker.tell(&event(id));
    }
    town.check_refused(EVENTS);
}

#[test]
fn events_that_went_before_they_were_read_are_missed() {
    let town = Town::new();
    for id in ["e-4", "e-5", "e-6"] {
        town.broker.tell(&event(id));
    }
    town.broker.purge_before(EVENTS, 6);
    town.check_refused(EVENTS);
}

#[test]
fn events_that_went_after_they_were_read_are_not_missed() {
    let town = Town::new();
    town.broker.purge_before(EVENTS, 4);
    assert_eq!(town.broker.stream(EVENTS).state.messages, 0);
    town.serve(&["e-4"]);
    let service = start_ready(&town.server, town.data.path());
    let profile = town.broker.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile["counters"]["events"], 4);
    service.stop();
}

#[test]
fn events_that_lost_their_end_are_noticed_even_where_others_have_its_numbers() {
    let mut town = Town::new();
    town.lose_the_end(EVENTS, |town| town.serve(&["e-4", "e-5"]));
    assert_eq!(
        town.broker.last_sequence(EVENTS),
        3,
        "the end is not lost: nothing is tried"
    );
    town.check_refused(EVENTS);
    for id in ["e-6", "e-7", "e-8"] {
        town.broker.tell(&event(id));
    }
    town.check_refused(EVENTS);
}

#[test]
fn a_journal_that_was_made_anew_is_not_taken_for_the_old_one() {
    let town = Town::new();
    let config = town.broker.remove(JOURNAL);
    town.broker.make(config);
    town.check_refused("journal");
}

#[test]
fn a_journal_that_lost_its_end_is_noticed() {
    let mut town = Town::new();
    let mut end = 0;
    town.lose_the_end(JOURNAL, |town| {
        town.serve(&["e-4", "e-5"]);
        end = town.broker.last_sequence(JOURNAL);
    });
    assert!(town.broker.last_sequence(JOURNAL) < end);
    town.check_refused("journal");
}

#[test]
fn a_journal_that_goes_while_it_is_written_ends_the_service() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    broker.tell_all(&[event("e-1")]);
    let config = broker.remove(JOURNAL);
    broker.make(config);
    broker.tell(&event("e-2"));
    let said = failure(&mut service.running);
    assert!(said.contains(JOURNAL) || said.contains("journal"), "{said}");
    assert_eq!(broker.last_sequence(JOURNAL), 0, "it wrote into another journal");
}

#[test]
fn events_that_go_while_they_are_read_end_the_service() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    broker.tell_all(&[event("e-1")]);
    let before = last_commit(&broker);
    let config = broker.remove(EVENTS);
    broker.make(config);
    for id in ["e-2", "e-3"] {
        broker.tell(&event(id));
    }
    let said = failure(&mut service.running);
    assert!(said.contains(EVENTS), "{said}");
    assert_eq!(last_commit(&broker), before, "it read another stream");
}

/// What happens to the events while the service is cut off from its server, which it notices when it is back.
fn check_ended_by(meanwhile: impl FnOnce(&Broker)) {
    let mut behind = Behind::start();
    let broker = Broker::of(&behind.server);
    broker.tell_all(&[event("e-1"), event("e-2")]);
    let before = last_commit(&broker);
    behind.proxy.set(Way::Cut);
    wait_until_status(&behind.service.url, 503, "disconnected");
    meanwhile(&broker);
    behind.proxy.set(Way::Open);
    let said = failure(&mut behind.service.running);
    assert!(said.contains(EVENTS), "{said}");
    assert_eq!(last_commit(&broker), before, "it went on");
}

#[test]
fn events_that_were_made_anew_while_it_was_cut_off_end_the_service() {
    // As many as before, fewer, and more: the numbers are used again, and none of the new is skipped for it.
    for ids in [&["e-3", "e-4"][..], &["e-3"], &["e-3", "e-4", "e-5"]] {
        check_ended_by(|broker| {
            let config = broker.remove(EVENTS);
            broker.make(config);
            for id in ids {
                broker.tell(&event(id));
            }
        });
    }
}

#[test]
fn events_that_went_while_it_was_cut_off_are_missed() {
    check_ended_by(|broker| {
        for id in ["e-3", "e-4", "e-5"] {
            broker.tell(&event(id));
        }
        broker.purge_before(EVENTS, 5);
    });
}
