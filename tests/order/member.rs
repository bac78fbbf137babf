//! One engine of a tenant with partitions: its folder, what it is, and what its journal has for others.

use std::{
    fs,
    path::{Path, PathBuf},
};

use yekta::{
    domain::{event::token, identity::IdentityRules, profile::FoldLimits},
    engine::{Engine, Folder, Opened, Part, Rules},
    journal::{Error, Journal, Message, Position, ReadJournal, file::FileJournal},
    telemetry::{EngineMetrics, Registry},
};

use crate::{
    folder::{copy, keys},
    outcome::{config, rules_of},
    town::now,
};

/// The tenant that is between several engines.
const TENANT: &str = "acme";

/// One of the engines.
pub(crate) struct Member {
    pub(crate) dir: PathBuf,
    rules: Rules,
    running: Option<Running>,
    /// How far its journal was read.
    read: Position,
}

struct Running {
    engine: Engine,
    journal: Box<dyn ReadJournal>,
}

impl Member {
    /// One in a folder of its own below `dir`, which has the secrets of the first one there; not started.
    pub(crate) fn below(dir: &Path, part: Part, identity: &IdentityRules) -> Self {
        let tenant = match part {
            Part::Whole | Part::Resolver { .. } => TENANT.to_owned(),
            Part::Partition { index } => format!("{TENANT}-p{index}"),
        };
        let name = match part {
            Part::Whole => "whole",
            _ => &tenant,
        };
        let rules = Rules {
            tenant: tenant.clone(),
            part,
            ..rules_of(identity, FoldLimits::STANDARD)
        };
        let (own, secrets) = (dir.join(name), dir.join(TENANT).join("secrets"));
        fs::create_dir_all(&own).unwrap();
        if secrets.exists() {
            copy(&secrets, &own.join("secrets"));
        }
        Self {
            dir: own,
            rules,
            running: None,
            read: Position::START,
        }
    }

    /// Starts it on what is in its folder, over the journal there or over what is made of that.
    pub(crate) fn start(&mut self, over: impl FnOnce(FileJournal) -> Box<dyn Journal>) {
        let config = config(&self.dir);
        let folder = Folder::hold(&self.dir, None).unwrap();
        let journal = over(folder.journal(config.journal.clone()).unwrap());
        let reader = journal.reader();
        let opened = Opened::over(folder, &config, journal).unwrap();
        let metrics = EngineMetrics::register(&Registry::new("test").unwrap()).unwrap();
        let engine = opened.start(&config, self.rules.clone(), metrics, now).unwrap();
        self.running = Some(Running {
            engine,
            journal: reader,
        });
    }

    /// From its next start on it is this.
    pub(crate) fn is_now(&mut self, part: Part) {
        self.rules.part = part;
    }

    /// Stops it; whether its writer had not failed.
    pub(crate) fn stop(&mut self) -> bool {
        let running = self.running.take().unwrap();
        running.engine.stop().is_ok()
    }

    /// Fails unless the store of one that was stopped is what its journal makes of an empty one.
    pub(crate) fn is_what_its_journal_says(&self) {
        let again = crate::scratch::folder();
        for name in ["journal", "secrets"] {
            copy(&self.dir.join(name), &again.path().join(name));
        }
        let [one, other] = [&self.dir, again.path()].map(|dir| {
            drop(Opened::open(&config(dir)).unwrap());
            keys(&dir.join("store"))
        });
        let part = self.rules.part;
        assert!(one == other, "{part:?}: the store is not what its journal makes");
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.running.as_ref().unwrap().engine
    }

    /// What every subject of it begins with, and a dot.
    fn prefix(&self) -> String {
        format!("yekta.v1.{}.", token(&self.rules.tenant))
    }

    /// The number in the input of the last message that is consumed.
    pub(crate) fn consumed(&self) -> u64 {
        let consumed = self.engine().handle.consumed();
        let input = consumed.borrow();
        input.as_ref().map_or(0, |input| input.sequence)
    }

    /// Has its journal read from its beginning.
    pub(crate) fn read_again(&mut self) {
        self.read = Position::START;
    }

    /// What was written since this was last asked: the number of each message, its subject behind the prefix, and its body.
    pub(crate) fn written(&mut self, is_faulty: bool) -> Vec<(u64, String, Vec<u8>)> {
        let (prefix, mut written) = (self.prefix(), Vec::new());
        let running = self.running.as_ref().unwrap();
        loop {
            let commits = match running.journal.read_after(self.read, 1 << 20) {
                Ok(commits) => commits,
                // A journal that fails tears off what was just there.
                Err(Error::Corrupt { .. }) if is_faulty => return written,
                Err(error) => panic!("{error}"),
            };
            let Some((last, _)) = commits.last() else {
                return written;
            };
            self.read = *last;
            for (position, commit) in commits {
                // The messages of a commit stand before its marker, whose number is the commit's.
                let first = position.0 - u64::try_from(commit.messages.len()).unwrap();
                for (number, message) in (first..).zip(commit.messages) {
                    let Message { subject, body, .. } = message;
                    let rest = subject.strip_prefix(&prefix).unwrap().to_owned();
                    written.push((number, rest, body));
                }
            }
        }
    }
}
