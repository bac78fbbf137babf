//! A snapshot before the stream: every live profile, wherever it lives, in the order of the ids, while commits go on and customers go
//! from one partition to another.
//!
//! Some are read whenever the subscriber was told all that came up to the end of one of the resolver's commits, and nothing behind it:
//! whoever had left a partition by then has arrived in another. So nobody is passed over, and nobody is told twice.

use std::ops::Bound;

use crate::{
    engine::{
        Handle, Position, ProfileId, Query, QueryError,
        queries::copies::{Among, Copies},
    },
    http::routes::updates::{
        copies_at_once,
        cursor::Copying,
        filter::Whose,
        subscriber::Ended,
        united::{United, lane::NO_END},
    },
};

/// Up to where what happens meanwhile is told before more of a snapshot is.
#[derive(Debug)]
pub(super) enum Meanwhile {
    /// Without an end: the subscriber gets no snapshot.
    Endless,
    /// Up to the end of a commit of the resolver's that is not known yet.
    Unsettled {
        /// What it has to be at least: as far as any partition was when that was looked for.
        least: Option<u64>,
        read_at: Vec<Position>,
    },
    /// Up to this number of the resolver's, and these positions of the partitions, by their numbers.
    Settled { through: u64, read_at: Vec<Position> },
}

impl Meanwhile {
    /// Up to which of the resolver's numbers all may be told.
    pub(super) const fn through(&self) -> u64 {
        match self {
            Self::Endless => NO_END,
            Self::Unsettled { .. } => 0,
            Self::Settled { through, .. } => *through,
        }
    }
}

impl United {
    /// Goes on with a snapshot at its beginning or anywhere in it, where the subscriber gets one.
    pub(super) fn begin_copy(&mut self, copying: Option<Copying>) {
        self.copying = copying;
        match copying {
            Some(_) => self.catch_up_now(),
            None => self.meanwhile = Meanwhile::Endless,
        }
    }

    /// Has the subscriber told all that there is by now, and all that profiles which were read at these positions come to.
    fn catch_up(&mut self, read_at: Vec<Position>) {
        let least = None;
        self.meanwhile = Meanwhile::Unsettled { least, read_at };
    }

    fn catch_up_now(&mut self) {
        let applied = self.partitions().map(|(_, handle)| handle.applied());
        let applied = applied.collect();
        self.catch_up(applied);
    }

    /// Finds out up to where, once that can be seen at the resolver: as far as the partitions are by now, which may be ahead of what this
    /// process knows of that.
    pub(super) fn settle(&mut self) {
        let furthest = self.furthest();
        if let Meanwhile::Unsettled { least, read_at } = &mut self.meanwhile {
            let least = *least.get_or_insert(furthest);
            let through = self.outbox.http.api.handle.applied().0;
            if through >= least {
                let read_at = std::mem::take(read_at);
                self.meanwhile = Meanwhile::Settled { through, read_at };
            }
        }
    }

    /// The furthest of the resolver's numbers that a partition has done.
    fn furthest(&self) -> u64 {
        let partitions = self.journals.iter().filter(|journal| journal.partition.is_some());
        let consumed = partitions.filter_map(|journal| {
            let consumed = journal.consumed.borrow();
            consumed.as_ref().map(|input| input.sequence)
        });
        consumed.max().unwrap_or_default()
    }

    /// Whether the subscriber was told what happened meanwhile, where nothing up to there is left to be told.
    pub(super) fn is_caught_up(&self) -> bool {
        let Meanwhile::Settled { read_at, .. } = &self.meanwhile else {
            return false;
        };
        let partitions = self.journals.iter().filter(|journal| journal.partition.is_some());
        let mut all = partitions.zip(read_at);
        all.all(|(journal, read_at)| !journal.lane.is_empty() || journal.lane.at >= *read_at)
    }

    /// Tells some more of a snapshot; at its end the subscriber follows.
    pub(super) async fn copy(&mut self, copying: Copying) -> Ended<bool> {
        if let Some((profile, version)) = copying.ahead() {
            return self.wait_for(profile, version).await;
        }
        let after = copying.told.map(|told| told.profile);
        let most = copies_at_once(self.outbox.http.settings.update_page);
        let whose = self.filter.whose();
        let told: Vec<Position> = self.partitions().map(|(at, _)| at).collect();
        let asked = self.ask(move |query| {
            let Some((ids, among)) = next(query, whose, (after, most))? else {
                return Ok(None);
            };
            let copies = query.copies_of_all(&ids, among, &told)?;
            // Nobody is behind these, or wanted.
            let is_last = whose != Whose::Everybody || among.1 == Bound::Unbounded;
            let is_end = is_last && copies.is_whole && copies.copied.is_empty();
            Ok(Some(copies).filter(|_| !is_end))
        });
        let Some(copies) = asked.await? else {
            return Ok(true);
        };
        let Some(copies) = copies else {
            let through = self.meanwhile.through();
            self.begin_copy(None);
            self.tell_live(through);
            return Ok(true);
        };
        let is_away = copies.copied.is_empty() && !copies.is_whole;
        self.tell_copies(copying, copies)?;
        // Whoever is on the way arrives with a commit, and whoever was is told of by what is here already.
        let has_more = self.journals.iter().any(|journal| !journal.lane.is_empty());
        Ok(!is_away || has_more || self.wait().await)
    }

    fn tell_copies(&mut self, mut copying: Copying, copies: Copies) -> Ended<()> {
        for copied in copies.copied {
            let data = copying.copy(copied)?;
            self.copying = Some(copying);
            self.push("snapshot", data);
        }
        self.catch_up(copies.read_at);
        Ok(())
    }

    /// Waits for the messages of a profile that is ahead. A cursor that says so of one that is not there, or not so far, is of another
    /// history.
    async fn wait_for(&mut self, profile: ProfileId, version: u64) -> Ended<bool> {
        let reached = self.ask(move |query| query.have_reached(profile, version));
        match reached.await? {
            Some(true) => {
                self.catch_up_now();
                Ok(true)
            }
            Some(false) => {
                let first = self.outbox.http.api.handle.query().first();
                self.reset(0, first);
                Ok(true)
            }
            None => Ok(true),
        }
    }

    /// Asks all partitions where it may block; `None` where the subscriber had to begin anew.
    async fn ask<T: Send + 'static>(
        &mut self,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Ended<Option<T>> {
        let query = self.all();
        match tokio::task::spawn_blocking(move || question(&query)).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(QueryError::Gone { first }) => {
                let number = self.journals.iter().position(|journal| journal.lacks(first));
                self.reset(number.unwrap_or_default(), first);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What answers for all partitions.
    pub(super) fn all(&self) -> Query {
        let handles: Vec<Handle> = self.partitions().map(|(_, handle)| handle.clone()).collect();
        self.outbox.http.api.handle.over(&handles).query()
    }

    /// Where the subscriber is in each partition's journal, and what answers for that.
    fn partitions(&self) -> impl Iterator<Item = (Position, &Handle)> {
        let partitions = self.journals.iter().filter(|journal| journal.partition.is_some());
        partitions.map(|journal| (journal.lane.at, &journal.handle))
    }
}

/// The next who are wanted; `None` where that is nobody.
fn next(
    query: &Query,
    whose: Whose,
    (after, most): (Option<ProfileId>, usize),
) -> Result<Option<(Vec<ProfileId>, Among)>, QueryError> {
    match whose {
        Whose::Everybody => query.next_of_all(after, most).map(Some),
        Whose::One(id) if after.is_none() => Ok(Some((vec![id], (Bound::Included(id), Bound::Included(id))))),
        Whose::One(_) | Whose::Nobody => Ok(None),
    }
}
