//! One subscriber's way through the journal: a page is read, what is wanted of it is told, and then the next; before it,
//! where that is asked for, through all profiles there are.
//!
//! Holds one page at most, whatever the subscriber's pace: who is slow reads later, from the journal.

use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::{
    engine::{Position, ProfileId, Query, QueryError, Update, queries::copies::Copied},
    http::{
        Http,
        routes::updates::{
            copies_at_once,
            copying::until_there,
            cursor::{Copying, Cursor},
            filter::{Filter, Whose},
            subscriber::{Ended, Outbox, Subscriber, line},
        },
    },
};

/// A subscriber.
#[derive(Debug)]
pub(crate) struct Feed {
    outbox: Outbox,
    changes: watch::Receiver<Position>,
    cursor: Cursor<Position>,
    /// Up to where what happened meanwhile is told before more of a snapshot is.
    meanwhile: Position,
    /// Whether the subscriber gets a snapshot where it cannot go on where it was.
    copies: bool,
    /// Whether it is still to be told that it was told all there is, which who keeps a copy wants to know.
    owes_live: bool,
    filter: Filter,
}

impl Subscriber for Feed {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// One that follows may be behind. What is not there by then is of another history.
    async fn level(&self) {
        let http = &self.outbox.http;
        let handle = &http.api.handle;
        let reaching = async {
            handle.reached(self.cursor.at).await;
            until_there(&handle.query(), vec![handle.changes()], self.cursor.copying).await;
        };
        tokio::select! {
            // Whatever it comes to, what is read next says so.
            _ = tokio::time::timeout(http.api.limits.position_wait, reaching) => {}
            () = http.draining.cancelled() => {}
        }
    }

    async fn step(&mut self) -> Ended<bool> {
        // Seen before anything is read, so that a commit behind it wakes this up again.
        self.changes.borrow_and_update();
        match self.cursor.copying {
            None => self.follow().await,
            // Not before the messages of a profile that is ahead were told.
            Some(copying) if copying.ahead().is_some() || self.cursor.at < self.meanwhile => {
                self.catch_up(copying).await
            }
            Some(copying) => self.copy(copying).await,
        }
    }
}

impl Feed {
    /// Tells what `filter` wants behind `cursor`. The first event only says where the subscriber is.
    pub(crate) fn new(
        http: Http,
        cursor: Cursor<Position>,
        copies: bool,
        filter: Filter,
        room: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            meanwhile: http.api.handle.applied(),
            copies,
            owes_live: copies,
            changes: http.api.handle.changes(),
            outbox: Outbox::new(http, &cursor, room),
            cursor,
            filter,
        }
    }

    /// Tells a page of what is published, or waits for some; `false` when the service drains.
    async fn follow(&mut self) -> Ended<bool> {
        let Some(page) = self.page().await? else {
            return Ok(true);
        };
        let is_all = page.len() < self.outbox.http.settings.update_page;
        if page.is_empty() && !self.owes_live {
            return Ok(self.wait().await);
        }
        for update in page {
            self.cursor.at = update.position;
            self.tell(&update);
        }
        if is_all && self.owes_live {
            self.tell_live();
        }
        self.tell_where_after_silence();
        Ok(true)
    }

    /// Tells a subscriber that it was told all there is.
    fn tell_live(&mut self) {
        self.owes_live = false;
        let position = self.cursor.at;
        self.push("live", format!("{{\"position\":{position}}}"));
    }

    /// Tells a page of what happened meanwhile to those of a snapshot who were told.
    async fn catch_up(&mut self, mut copying: Copying) -> Ended<bool> {
        let Some(page) = self.page().await? else {
            return Ok(true);
        };
        if page.is_empty() {
            self.meanwhile = self.cursor.at;
            if let Some((profile, version)) = copying.ahead() {
                return self.wait_for(profile, version).await;
            }
        }
        for update in page {
            let is_told = copying.pass(&update);
            self.cursor = Cursor {
                at: update.position,
                copying: Some(copying),
            };
            if is_told {
                self.tell(&update);
            }
        }
        self.tell_where_after_silence();
        Ok(true)
    }

    /// Tells some more of a snapshot; at its end the subscriber follows.
    async fn copy(&mut self, copying: Copying) -> Ended<bool> {
        let after = copying.told.map(|told| told.profile);
        let (whose, position) = (self.filter.whose(), self.cursor.at);
        let most = copies_at_once(self.outbox.http.settings.update_page);
        let copied = self.ask(move |query| {
            let ids = match whose {
                Whose::Everybody => query.ids_after(after, most)?,
                Whose::One(id) if after.is_none() => vec![id],
                Whose::One(_) | Whose::Nobody => Vec::new(),
            };
            let copies = query.copies(&ids, position)?;
            // The one that is wanted may not be live.
            let is_end = ids.is_empty() || (whose != Whose::Everybody && copies.is_empty());
            Ok((is_end, copies))
        });
        let Some((is_end, copies)) = copied.await? else {
            return Ok(true);
        };
        self.meanwhile = self.outbox.http.api.handle.applied();
        if is_end {
            self.cursor.copying = None;
            self.tell_live();
            return Ok(true);
        }
        self.tell_copies(copying, copies)?;
        Ok(true)
    }

    /// Waits for the messages of a profile that is ahead: they are visible in a moment. A cursor that says so of one that
    /// is not there, or not so far, is of another history.
    async fn wait_for(&mut self, profile: ProfileId, version: u64) -> Ended<bool> {
        let reached = self.ask(move |query| query.has_reached(profile, version));
        match reached.await? {
            Some(true) => Ok(self.wait().await),
            Some(false) => {
                self.reset(self.outbox.http.api.handle.query().first());
                Ok(true)
            }
            None => Ok(true),
        }
    }

    fn tell_copies(&mut self, mut copying: Copying, copies: Vec<Copied>) -> Ended<()> {
        for copied in copies {
            let data = copying.copy(copied)?;
            self.cursor.copying = Some(copying);
            self.push("snapshot", data);
        }
        Ok(())
    }

    /// The page of updates behind where it is; `None` where the subscriber had to begin anew.
    async fn page(&mut self) -> Ended<Option<Vec<Update>>> {
        let (most, after) = (self.outbox.http.settings.update_page, self.cursor.at);
        self.ask(move |query| query.updates_after(after, most)).await
    }

    /// Asks where it may block; `None` where the subscriber had to begin anew.
    async fn ask<T: Send + 'static>(
        &mut self,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Ended<Option<T>> {
        let query = self.outbox.http.api.handle.query();
        match tokio::task::spawn_blocking(move || question(&query)).await? {
            Ok(answer) => Ok(Some(answer)),
            Err(QueryError::Gone { first }) => {
                self.reset(first);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn tell(&mut self, update: &Update) {
        if let Some(stream) = self.filter.wanted(update) {
            self.push(stream, line(&update.body));
        }
    }

    fn push(&mut self, name: &'static str, data: String) {
        self.outbox.push(&self.cursor, (name, data));
    }

    fn tell_where_after_silence(&mut self) {
        if self.outbox.is_empty() && self.outbox.silence().is_zero() {
            self.outbox.tell_where(&self.cursor);
        }
    }

    /// The client starts anew: with a snapshot, if it gets one; else it asks for the profiles it keeps, and is told what
    /// follows on the present.
    fn reset(&mut self, first: Position) {
        let position = self.outbox.http.api.handle.applied();
        self.meanwhile = position;
        self.owes_live = self.copies;
        self.cursor = Cursor {
            at: position,
            copying: self.copies.then(Copying::default),
        };
        self.push("reset", format!("{{\"first\":{first},\"position\":{position}}}"));
    }

    /// Waits for a commit, or for the end of a silence; `false` when the service drains.
    async fn wait(&mut self) -> bool {
        let silence = self.outbox.silence();
        tokio::select! {
            changed = self.changes.changed() => changed.is_ok(),
            () = self.outbox.http.draining.cancelled() => false,
            () = tokio::time::sleep(silence) => {
                self.outbox.tell_where(&self.cursor);
                true
            }
        }
    }
}
