//! Writing anew: the document of every live profile once more, into the view that a broker makes of the journal.
//!
//! A document that a newer one took the place of stays in the view's files, among others that nobody replaced. So all are
//! written once more, behind so many blanks that they come to lie in files of their own, and the view lets go of what is
//! before. Owns that order, and that no document takes the place of a newer one; must never change a profile. Called by
//! `expunge`; what the writer does of it is a chore.

use std::{fmt, sync::Arc, thread, time::Instant};

use crate::{
    engine::{
        erasing::expunge::{Beyond, ExpungeError},
        error::{Error, chain},
        folder::{snapshot::GoesOn, snapshots::Snapshots},
        publish::updated,
        queries::answer::Query,
        step::Standing,
        writer::{
            chores::Chore,
            counted::Counted,
            worker::{UnderWay, Worker},
        },
    },
    journal::{Anew, Commit, Document, Marker, Position},
    store::{self, ProfileId, ProfileRecord, Read, Store, keys},
    wire::out::update::Cause,
};

/// Documents that one commit writes, and bytes of them after which no more are added.
const DOCUMENTS: usize = 64;
const BYTES: usize = 1 << 20;

/// Why it was written, as readers of the view are told.
const AGAIN: &str = "again";

/// What the writer is to have written anew.
#[derive(Debug)]
pub(crate) enum Again {
    /// What keeps all that was before apart from what follows.
    Blanks,
    /// These, as far as they still hold.
    Copies(Vec<Written>),
}

/// The document of a profile under one version.
pub(crate) struct Written {
    id: ProfileId,
    version: u64,
    body: Vec<u8>,
}

impl fmt::Debug for Written {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Written({} bytes)", self.body.len())
    }
}

impl Snapshots {
    /// Has the view of profiles hold nothing but what is in documents now.
    ///
    /// ORDER: the blanks come first, so that whatever is committed from then on lies behind them; the view lets go of what is
    /// before them once it has taken every document.
    pub(crate) fn write_anew(&self, beyond: &dyn Beyond, goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
        let has_room = beyond.has_room(&mut || goes_on().is_ok());
        has_room.map_err(ExpungeError::Beyond)?;
        self.told(|told| Chore::WriteAnew(Again::Blanks, told))
            .ok_or(ExpungeError::Anew)?;
        let mut after = None;
        loop {
            goes_on()?;
            let begun = Instant::now();
            let (copies, last) = self.query.copies_behind(after)?;
            if last.is_none() {
                break;
            }
            after = last;
            self.told(|told| Chore::WriteAnew(Again::Copies(copies), told))
                .ok_or(ExpungeError::Anew)?;
            // Others wait for the writer too.
            thread::sleep(begun.elapsed());
        }
        let let_go = beyond.let_go(&mut || goes_on().is_ok());
        let_go.map_err(ExpungeError::Beyond)
    }
}

impl Query {
    /// Documents of live profiles behind `after`, and the last profile that was looked at; `None` where none is left.
    fn copies_behind(
        &self,
        after: Option<ProfileId>,
    ) -> Result<(Vec<Written>, Option<ProfileId>), ExpungeError> {
        let (mut copies, mut last, mut bytes) = (Vec::new(), None, 0_usize);
        for id in self.ids_after(after, DOCUMENTS)? {
            last = Some(id);
            let Some(portrait) = self.portrait(id)? else {
                continue;
            };
            let body = updated(&portrait, Cause::of([], AGAIN));
            let body = body.map_err(|error| ExpungeError::Document(Box::new(error)))?;
            bytes = bytes.saturating_add(body.len());
            copies.push(Written {
                id,
                version: portrait.version,
                body,
            });
            if bytes >= BYTES {
                break;
            }
        }
        Ok((copies, last))
    }
}

impl Worker {
    /// Has it written, by a commit that changes nothing; where that is, or `None` where no commit holds it.
    ///
    /// ORDER: nothing is under way, so a document that still holds is the latest of its profile.
    pub(crate) fn write_anew(&mut self, again: Again) -> Result<Option<Position>, Error> {
        let anew = match again {
            Again::Blanks => Anew::Blanks,
            Again::Copies(copies) => Anew::Documents(that_hold(&self.store, copies)?),
        };
        let standing = Standing {
            batch: self.standing.batch.saturating_add(1),
            ..self.standing.clone()
        };
        let commit = Commit {
            messages: Vec::new(),
            changes: Vec::new(),
            marker: Marker {
                batch: standing.batch,
                fingerprint: standing.fingerprint.to_bytes(),
                time_us: (self.clock)().as_micros(),
                input: standing.input.clone(),
                epoch: standing.epoch,
            },
        };
        let position = match self.journal.append_anew(&commit, &anew) {
            Ok(position) => position,
            Err(error) if error.is_too_large() => {
                tracing::error!(error = %chain(&error), "what the view is to take once more fits no commit");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        self.standing = standing;
        let under_way = UnderWay {
            commit: Arc::new(commit),
            counted: Counted::nothing(),
            waiting: Vec::new(),
        };
        self.apply(under_way, position)?;
        Ok(Some(position))
    }
}

/// Those of `copies` whose profile has no newer version: a newer one was published since, or nobody is there any more.
fn that_hold(store: &Store, copies: Vec<Written>) -> Result<Vec<Document>, store::Error> {
    let mut documents = Vec::with_capacity(copies.len());
    for Written { id, version, body } in copies {
        let record: Option<ProfileRecord> = store.record(&keys::profile(id))?;
        if record.is_some_and(|record| record.version == version) {
            let key = id.to_string();
            documents.push(Document { key, body });
        }
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Applied, StoreConfig, codec};

    #[test]
    fn a_document_that_changed_since_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), StoreConfig::caching(8 << 20)).unwrap();
        let [same, changed, ended] = [1, 2, 3].map(|number| ProfileId([number; 16]));
        for (id, version) in [(same, 4), (changed, 5)] {
            let record = ProfileRecord {
                version,
                ..ProfileRecord::default()
            };
            let (key, value) = (keys::profile(id), codec::encode(&record).unwrap());
            let changes = [(key.as_slice(), Some(value.as_slice()))];
            store.apply(Applied::default(), changes.into_iter()).unwrap();
        }
        let copies = [same, changed, ended].map(|id| Written {
            id,
            version: 4,
            body: b"{}".to_vec(),
        });
        let documents = that_hold(&store, copies.into()).unwrap();
        let keys: Vec<String> = documents.into_iter().map(|document| document.key).collect();
        assert_eq!(keys, vec![same.to_string()]);
    }
}
