//! One subscriber's way through the journals of a tenant with partitions: what each of them publishes, in one order, without what only
//! says where somebody is. What is the resolver's own is told from its journal.

mod copy;
mod cursor;
mod lane;

use futures_util::future::select_all;
use tokio::sync::{OwnedSemaphorePermit, watch};

pub(super) use self::cursor::Positions;
use crate::{
    engine::{Handle, InputPosition, Numbered, Position, QueryError, Update},
    http::{
        Http,
        routes::updates::{
            copying::until_there,
            cursor::{Copying, Cursor},
            filter::Filter,
            subscriber::{Ended, Outbox, Subscriber, line},
            united::{
                copy::Meanwhile,
                lane::{Lane, Next, next},
            },
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
    /// How far a snapshot is that it gets before it follows.
    copying: Option<Copying>,
    /// Up to where it is told what comes.
    meanwhile: Meanwhile,
    /// Whether it gets a snapshot where it cannot go on where it was.
    copies: bool,
    /// Whether it is still to be told that it was told all there is, which who keeps a copy wants to know.
    owes_live: bool,
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
            let changes = self.journals.iter().map(|journal| journal.changes.clone());
            until_there(&self.all(), changes.collect(), self.copying).await;
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
        self.settle();
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
            Next::Nothing => match self.copying {
                Some(copying) if self.is_caught_up() => self.copy(copying).await,
                None if self.owes_live => {
                    self.tell_live(self.outbox.http.api.handle.applied().0);
                    Ok(true)
                }
                _ => Ok(self.wait().await),
            },
        }
    }
}

impl United {
    /// Tells what `filter` wants of these partitions behind a cursor of theirs, or from now on, and where it `copies` a snapshot before.
    /// The first event only says where the subscriber is.
    pub(super) fn new(
        http: Http,
        partitions: Vec<Handle>,
        (cursor, copies): (Option<Cursor<Positions>>, bool),
        filter: Filter,
        room: OwnedSemaphorePermit,
    ) -> Self {
        let resolver = (None, http.api.handle.clone());
        let partitions = (0_u32..).map(Some).zip(partitions);
        let handles: Vec<(Option<u32>, Handle)> = std::iter::once(resolver).chain(partitions).collect();
        let now = || Cursor {
            at: Positions(handles.iter().map(|(_, handle)| handle.applied()).collect()),
            copying: copies.then(Copying::default),
        };
        let cursor = cursor.unwrap_or_else(now);
        let outbox = Outbox::new(http, &cursor, room);
        let journals = handles.into_iter().zip(cursor.at.0);
        let journals = journals.map(|((partition, handle), at)| {
            // Of its own the resolver publishes what was refused and what many customers show, and nothing else.
            let is_read = partition.is_some() || filter.wants("dlq") || filter.wants("insight");
            Journal::behind(at, (partition, handle), is_read)
        });
        let mut united = Self {
            journals: journals.collect(),
            filter,
            outbox,
            copying: None,
            meanwhile: Meanwhile::Endless,
            copies,
            owes_live: copies,
        };
        united.begin_copy(cursor.copying);
        united
    }

    fn coming(&self) -> Next {
        let lanes = self.journals.iter().map(|journal| &journal.lane);
        next(lanes, self.meanwhile.through())
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
        let is_news = self.is_news(&update);
        if let Some(stream) = self.filter.wanted(&update).filter(|_| is_news) {
            self.push(stream, line(&update.body));
        } else if self.outbox.silence().is_zero() {
            self.outbox.tell_where(&self.cursor());
        }
    }

    /// Whether a message says more than where somebody is, and nothing that a snapshot said or is still to say.
    fn is_news(&mut self, update: &Update) -> bool {
        // Nobody ends by going elsewhere.
        if update.departed().is_some() {
            return false;
        }
        let is_new = self.copying.as_mut().is_none_or(|copying| copying.pass(update));
        let is_arrival = update.updated().is_some() && is_arrival(&update.body);
        is_new && !is_arrival
    }

    /// Tells a subscriber that it was told all there is, up to a position of the resolver's.
    fn tell_live(&mut self, position: u64) {
        self.owes_live = false;
        self.push("live", format!("{{\"position\":{position}}}"));
    }

    fn push(&mut self, name: &'static str, data: String) {
        self.outbox.push(&self.cursor(), (name, data));
    }

    fn cursor(&self) -> Cursor<Positions> {
        Cursor {
            at: Positions(self.journals.iter().map(|journal| journal.lane.at).collect()),
            copying: self.copying,
        }
    }

    /// The client starts anew, since a journal keeps what it is to be told no longer: with a snapshot, if it gets one; else it asks for the
    /// profiles it keeps, and is told what follows on the present of all of them.
    fn reset(&mut self, number: usize, first: Position) {
        for journal in &mut self.journals {
            journal.begin(journal.handle.applied());
        }
        self.owes_live = self.copies;
        self.begin_copy(self.copies.then(Copying::default));
        let Some(journal) = self.journals.get(number) else {
            return;
        };
        let told = |position: Position| {
            let (partition, number) = (journal.partition, position.0);
            Numbered { partition, number }.told()
        };
        let (first, position) = (told(first), told(journal.lane.at));
        let data = format!("{{\"first\":{first},\"position\":{position}}}");
        self.push("reset", data);
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

    /// Whether it begins at `first`, and so holds no longer what follows on where the subscriber is, or not yet.
    fn lacks(&self, first: Position) -> bool {
        let behind = Position(self.lane.at.0.saturating_add(1));
        let is_it = self.handle.query().first() == first;
        is_it && (behind < first || self.lane.at > self.handle.applied())
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
