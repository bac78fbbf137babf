//! What holds in the end, whatever happened to members and servers: each event counts once and none is lost, versions have
//! no gap, no commit is torn or of somebody who did not own the journal, and the stores of the owner and of every standby
//! are that of a run in peace without a broker.

use serde_json::Value;

use crate::{
    journal, load,
    process::{Service, fingerprint},
    published::{check_entries, published, wait_until_told},
    town::Town,
};

/// The fingerprint of a standalone service that took the events once.
pub fn undisturbed(events: &[Value]) -> String {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    assert_eq!(load::send_all(&service.url, events), load::distinct(events));
    service.stop();
    fingerprint(data.path())
}

impl<S> Town<S> {
    /// Ends all members, the owner last: a standby that is told to end shows what it followed, and never owned it.
    pub fn stop_all(&mut self) {
        let owner = self.owner();
        let standbys: Vec<usize> = self.running().map(|(number, _)| number).collect();
        for standby in standbys.into_iter().filter(|number| *number != owner) {
            self.stop(standby);
        }
        self.stop(owner);
    }

    /// Looks whether all is there, sends everything again and looks at what is there then. All members have to run.
    pub fn check(mut self, events: &[Value]) {
        self.owner();
        self.wait_until_level();
        wait_until_told(&self.broker, events);
        self.broker.deliver(events);
        self.broker.publish_end();
        self.wait_until_level();
        let copy = published(&self.broker, events);
        assert_eq!(copy.events(), load::distinct(events));
        check_entries(&self.broker, &copy);
        self.stop_all();
        journal::check_whole(&self.broker);
        journal::check_epochs(&self.broker);
        let alone = undisturbed(events);
        for member in &self.members {
            let folder = member.data.path();
            copy.is_what_is_stored(folder);
            assert_eq!(fingerprint(folder), alone, "of {}", member.name);
        }
    }
}
