//! Somebody is erased by a commit that the journal is handed and does not keep: nothing was done, and no start does it again.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::json;
use yekta::{
    domain::{identity::IdentityRules, profile::FoldLimits},
    engine::{Engine, Folder, Opened},
    journal::{Begun, Commit, Error, Journal, Position},
};

use crate::{
    arrival::Dice,
    delayed::Delayed,
    erased::{asked, somebody},
    outcome::{config, runtime, start, started, submissions},
    town,
};

/// A journal that takes its time, and keeps nothing more once another process owns it.
#[derive(Debug)]
struct Fenced {
    journal: Delayed,
    is_fenced: Arc<AtomicBool>,
}

impl Journal for Fenced {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        self.journal.begin(commit)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        match self.is_fenced.load(Ordering::SeqCst) {
            true => Err(Error::Fenced { epoch: 2, own: 1 }),
            false => self.journal.finish(),
        }
    }

    passes_on!(journal);
}

fn over_fenced(dir: &Path, rules: &IdentityRules, is_fenced: &Arc<AtomicBool>) -> Engine {
    let config = config(dir);
    let folder = Folder::hold(dir, None).unwrap();
    let journal = folder.journal(config.journal.clone()).unwrap();
    let journal = Fenced {
        journal: Delayed::new(Box::new(journal), &Arc::default()),
        is_fenced: Arc::clone(is_fenced),
    };
    let opened = Opened::over(folder, &config, Box::new(journal)).unwrap();
    started(opened, &config, rules, FoldLimits::STANDARD)
}

/// Erases somebody by a commit that the journal does not keep, and starts again.
pub(crate) fn what_the_journal_did_not_keep_is_not_done_again() {
    let dir = crate::scratch::folder();
    let (rules, is_fenced) = (IdentityRules::standard(), Arc::new(AtomicBool::new(false)));
    let item = json!({"id": "1", "source": "crm", "channel": "web", "type": "Page Viewed",
        "time": 1_767_225_600_000_u64, "identifiers": [{"kind": "user_id", "value": "sara"}]});
    let engine = over_fenced(dir.path(), &rules, &is_fenced);
    let items = submissions(town::events(&[item]));
    runtime().block_on(engine.handle.submit(items)).unwrap();
    let who = somebody(&engine, &mut Dice::new(1));
    is_fenced.store(true, Ordering::SeqCst);
    asked(&engine, who).unwrap_err();
    assert!(engine.stop().unwrap_err().is_fenced());
    let ledger = dir.path().join("erasures");
    assert!(!ledger.exists(), "it is noted, and nobody did it");

    let engine = start(dir.path(), &rules, None);
    assert!(engine.handle.query().portrait(who).unwrap().is_some());
    // What is kept is noted.
    asked(&engine, who).unwrap();
    engine.stop().unwrap();
    assert_eq!(std::fs::read_to_string(&ledger).unwrap().lines().count(), 1);
}
