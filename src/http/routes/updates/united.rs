//! One subscriber's way through the journals of a tenant with partitions: what each of them publishes, in one order, without what only
//! says where somebody is. What is the resolver's own is told from its journal.

mod cursor;
mod lane;

use futures_util::future::select_all;
use tokio::sync::{OwnedSemaphorePermit, watch};

pub(super) use self::cursor::Cursor;
use crate::{
    engine::{Handle, InputPosition, Numbered, Position, QueryError, Update},
    http::{
        Http,
        routes::updates::{
            filter::Filter,
            subscriber::{Ended, Outbox, Subscriber, line},
            united::lane::{Lane, Next, next},
        },
    },
    wire::out::update::is_arrival,
};

/// A subscriber.
#[derive(Debug)]
pub(super) struct United {
    /// With the resolver's.
    outbox: Outbox,
    /// The resolver, and the partitions by their numbers.
    journals: Vec<Journal>,
    filter: Filter,
}

/// A journal, and what was read of it.
#[derive(Debug)]
struct Journal {
    /// Which partition's; `None` of the resolver's.
    partition: Option<u32>,
    handle: Handle,
    lane: Lane,
    /// Whether anything of it is wanted.
    is_read: bool,
    /// Whether it may hold more than was read of it.
    is_new: bool,
    /// Up to where it is known to be.
    seen: Position,
    /// The first of the resolver's messages that is for it and that it did nothing of yet, where there was one when it was looked for.
    owes: Option<u64>,
    changes: watch::Receiver<Position>,
    consumed: watch::Receiver<Option<InputPosition>>,
}

/// The writer of a journal has stopped.
#[derive(Debug)]
struct Stopped;

impl Subscriber for United {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    async fn level(&self) {
        let reaching = async {
            for journal in self.journals.iter().filter(|journal| journal.is_read) {
                // Whatever it comes to, what is read next says so.
                journal.handle.reached(journal.lane.at).await;
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(self.outbox.http.api.limits.position_wait, reaching) => {}
            () = self.outbox.http.draining.cancelled() => {}
        }
    }

    async fn step(&mut self) -> Ended<bool> {
        if let Next::Tell(number) = self.coming() {
            self.tell(number);
            return Ok(true);
        }
        // Seen before anything is read, so that a commit behind it wakes this up again.
        for journal in &mut self.journals {
            if journal.see().is_err() {
                return Ok(false);
            }
        }
        for number in 0..self.journals.len() {
            self.read(number).await?;
        }
        match self.coming() {
            // Whoever begins anew is told so first.
            _ if !self.outbox.is_empty() => Ok(true),
            Next::Tell(number) => {
                self.tell(number);
                Ok(true)
            }
            Next::Read(number, through) => match self.has(number, through).await? {
                true => Ok(true),
                false => Ok(self.wait().await),
            },
            Next::Nothing => Ok(self.wait().await),
        }
    }
}

impl United {
    /// Tells what `filter` wants of these partitions behind a cursor of theirs, or from now on. The first event only says where the
    /// subscriber is.
    pub(super) fn new(
        http: Http,
        partitions: Vec<Handle>,
        (cursor, filter): (Option<Cursor>, Filter),
        room: OwnedSemaphorePermit,
    ) -> Self {
        let resolver = (None, http.api.handle.clone());
        let partitions = (0_u32..).map(Some).zip(partitions);
        let handles: Vec<(Option<u32>, Handle)> = std::iter::once(resolver).chain(partitions).collect();
        let now = || Cursor(handles.iter().map(|(_, handle)| handle.applied()).collect());
        let cursor = cursor.unwrap_or_else(now);
        let outbox = Outbox::new(http, &cursor, room);
        let journals = handles.into_iter().zip(cursor.0);
        let journals = journals.map(|((partition, handle), at)| {
            // Of its own the resolver publishes what was refused and what many customers show, and nothing else.
            let is_read = partition.is_some() || filter.wants("dlq") || filter.wants("insight");
            Journal::behind(at, (partition, handle), is_read)
        });
        Self {
            journals: journals.collect(),
            filter,
            outbox,
        }
    }

    fn coming(&self) -> Next {
        next(self.journals.iter().map(|journal| &journal.lane))
    }

    /// Reads a page of a journal of which nothing is here.
    async fn read(&mut self, number: usize) -> Ended<()> {
        let most = self.outbox.http.settings.update_page;
        let Some(journal) = self.journals.get_mut(number).filter(|journal| journal.is_due()) else {
            return Ok(());
        };
        let (query, at) = (journal.handle.query(), journal.lane.at);
        match tokio::task::spawn_blocking(move || query.updates_after(at, most)).await? {
            Ok(page) => journal.add(page),
            Err(QueryError::Gone { first }) => self.reset(number, first),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether a journal holds all by now that the resolver's messages up to `through` come to; it is read once more then.
    async fn has(&mut self, number: usize, through: u64) -> Ended<bool> {
        let resolver = self.outbox.http.api.handle.clone();
        let Some(journal) = self.journals.get_mut(number) else {
            return Ok(false);
        };
        // What was written for it is to be seen here.
        let seen = resolver.applied();
        let reached = match journal.partition {
            None => seen.0,
            Some(index) => {
                let consumed = journal
                    .consumed
                    .borrow()
                    .as_ref()
                    .map_or(0, |input| input.sequence);
                let after = consumed.max(journal.lane.through());
                if after < through && through <= seen.0 && journal.owes.is_none_or(|owes| owes <= consumed) {
                    let query = resolver.query();
                    let looking = move || query.first_routed(index, Position(after), seen);
                    let owes = tokio::task::spawn_blocking(looking).await??;
                    journal.owes = owes.map(|owes| owes.0);
                    // Nothing was written for it: it has nothing to do.
                    journal.lane.reach(owes.map_or(seen.0, |_| after));
                }
                let before = journal.owes.map_or(0, |owes| owes.saturating_sub(1));
                after.max(before).max(journal.lane.through())
            }
        };
        let has = reached >= through;
        if has {
            journal.lane.reach(reached);
            journal.is_new = true;
        }
        Ok(has)
    }

    /// Tells the next message of a journal, where it is wanted.
    fn tell(&mut self, number: usize) {
        let Some(update) = self
            .journals
            .get_mut(number)
            .and_then(|journal| journal.lane.take())
        else {
            return;
        };
        if let Some(stream) = self.filter.wanted(&update).filter(|_| !is_whereabouts(&update)) {
            self.outbox.push(&self.cursor(), (stream, line(&update.body)));
        } else if self.outbox.silence().is_zero() {
            self.outbox.tell_where(&self.cursor());
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor(self.journals.iter().map(|journal| journal.lane.at).collect())
    }

    /// The client starts anew, since a journal keeps what it is to be told no longer: it asks for the profiles it keeps, and is told
    /// what follows on the present of all of them.
    fn reset(&mut self, number: usize, first: Position) {
        for journal in &mut self.journals {
            journal.begin(journal.handle.applied());
        }
        let Some(journal) = self.journals.get(number) else {
            return;
        };
        let told = |position: Position| {
            let (partition, number) = (journal.partition, position.0);
            Numbered { partition, number }.told()
        };
        let (first, position) = (told(first), told(journal.lane.at));
        let data = format!("{{\"first\":{first},\"position\":{position}}}");
        self.outbox.push(&self.cursor(), ("reset", data));
    }

    /// Waits until any of the journals goes on, or for the end of a silence; `false` where one of them is written no longer, or the
    /// service drains.
    async fn wait(&mut self) -> bool {
        let silence = self.outbox.silence();
        let going_on = self
            .journals
            .iter_mut()
            .map(|journal| Box::pin(journal.goes_on()));
        tokio::select! {
            (changed, ..) = select_all(going_on) => return changed.is_ok(),
            () = self.outbox.http.draining.cancelled() => return false,
            () = tokio::time::sleep(silence) => {}
        }
        self.outbox.tell_where(&self.cursor());
        true
    }
}

impl Journal {
    fn behind(at: Position, (partition, handle): (Option<u32>, Handle), is_read: bool) -> Self {
        let mut journal = Self {
            partition,
            changes: handle.changes(),
            consumed: handle.consumed(),
            lane: Lane::behind(at),
            is_read,
            is_new: true,
            seen: Position(0),
            owes: None,
            handle,
        };
        journal.begin(at);
        journal
    }

    /// Goes on behind a position.
    fn begin(&mut self, at: Position) {
        self.lane = Lane::behind(at);
        self.is_new = true;
        if !self.is_read {
            self.lane.reach(u64::MAX);
        }
    }

    /// Notes how far it is.
    fn see(&mut self) -> Result<(), Stopped> {
        self.changes.has_changed().map_err(|_| Stopped)?;
        let seen = *self.changes.borrow_and_update();
        self.consumed.borrow_and_update();
        self.is_new |= seen != self.seen;
        self.seen = seen;
        if !self.is_read {
            self.lane.at = self.lane.at.max(seen);
        }
        Ok(())
    }

    /// Adds what was read of it. Where that is nothing, whoever is told of it is as far as it was seen to be: a journal that is quiet
    /// for long lets go of what is behind it.
    fn add(&mut self, page: Vec<Update>) {
        self.is_new = !page.is_empty();
        if page.is_empty() {
            self.lane.at = self.lane.at.max(self.seen);
        }
        self.lane.add(page, self.partition.is_none());
    }

    fn is_due(&self) -> bool {
        self.is_read && self.is_new && self.lane.is_empty()
    }

    /// Ends once it holds more, or consumed more.
    async fn goes_on(&mut self) -> Result<(), Stopped> {
        let gone_on = tokio::select! {
            changed = self.changes.changed() => changed,
            changed = self.consumed.changed() => changed,
        };
        gone_on.map_err(|_| Stopped)
    }
}

/// Whether a message only says in which partition somebody is.
fn is_whereabouts(update: &Update) -> bool {
    let mut words = update.words();
    match (words.next(), words.next()) {
        (Some("profile"), Some("departed")) => true,
        (Some("profile"), Some("updated")) => is_arrival(&update.body),
        _ => false,
    }
}
