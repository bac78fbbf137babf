//! Who is hosted: the tenants whose files are there, as they change. Owns when one is started, restarted and ended.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{
    app::{
        door::Door,
        hosting::{folder::Folder, tenant::Tenant},
        reached::Reached,
        supervisor::Supervisor,
    },
    config::{self, ConfigError, Settings},
    http::{
        switch,
        tenants::{Change, Tenants},
    },
};

/// The files of the tenants are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A tenant that is served, or started again and again, with its partitions.
#[derive(Debug)]
struct Hosted {
    /// What its file says.
    text: String,
    settings: Arc<Settings>,
    ending: CancellationToken,
    /// The tenant first, and then its partitions.
    serving: Vec<Serving>,
    /// Whether their first starts have come to an end, one way or the other.
    started: Vec<oneshot::Receiver<()>>,
}

/// A tenant that has a file, or a partition of one.
#[derive(Debug)]
struct Serving {
    name: String,
    task: JoinHandle<()>,
}

/// Who is hosted, by what the files say.
#[derive(Debug)]
pub(super) struct Hosts {
    pub(super) folder: Folder,
    door: Door,
    shown: Tenants,
    supervisor: Supervisor,
    hosted: BTreeMap<String, Hosted>,
    /// What was refused of files, so that it is told once.
    refused: BTreeMap<String, String>,
}

impl Hosts {
    /// Nobody yet. Who is hosted is `shown` behind `door`.
    pub(super) fn new(files: config::Tenants, door: Door, shown: Tenants, supervisor: Supervisor) -> Self {
        Self {
            folder: Folder::new(files, door.shut()),
            door,
            shown,
            supervisor,
            hosted: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// The first starts of those who are hosted: each ends with whoever has started, or could not.
    pub(super) fn starting(&mut self) -> Vec<oneshot::Receiver<()>> {
        let hosted = self.hosted.values_mut();
        hosted
            .flat_map(|hosted| std::mem::take(&mut hosted.started))
            .collect()
    }

    /// Goes by the files as they change, and by what operators have changed of them, until the door is shut and nobody is
    /// hosted any more.
    pub(super) async fn follow(mut self, mut changes: mpsc::Receiver<Change>) {
        let shut = self.door.shut();
        let mut looks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shut.cancelled() => break,
                Some(change) = changes.recv() => self.carry_out(change).await,
                _ = looks.tick() => self.look().await,
            }
        }
        // Whoever waits for a change is told that the process stops.
        drop(changes);
        let hosted = self.hosted.into_values();
        join_all(
            hosted
                .flat_map(|hosted| hosted.serving)
                .map(|serving| serving.task),
        )
        .await;
    }

    /// Serves whom the files name now, and as they say.
    pub(super) async fn look(&mut self) {
        let Some(found) = self.folder.look(!self.hosted.is_empty()).await else {
            return;
        };
        let gone: Vec<String> = self.hosted.keys().chain(self.refused.keys()).cloned().collect();
        for name in gone.iter().filter(|name| !found.has(name)) {
            self.accept(name);
            if self.hosted.contains_key(name) {
                tracing::info!(tenant = name, "a tenant is served no longer");
                self.end(name).await;
                self.shown.hide(name);
            }
        }
        for (name, error) in found.unread {
            self.refuse(name, error.to_string(), &error);
        }
        for (name, text) in found.texts {
            if self.hosted.get(&name).is_some_and(|hosted| hosted.text == text) {
                self.accept(&name);
                continue;
            }
            match self.sound(&name, &text).await {
                Some(Ok(settings)) => {
                    self.accept(&name);
                    self.end(&name).await;
                    tracing::info!(tenant = name, "serve a tenant as its file says");
                    self.begin(&name, text, settings);
                }
                Some(Err(error)) => self.refuse(name, text, &error),
                None => return,
            }
        }
    }

    /// The settings of those who are hosted.
    pub(super) fn settings(&self) -> Vec<(String, Arc<Settings>)> {
        let hosted = self.hosted.iter();
        hosted
            .map(|(name, hosted)| (name.clone(), Arc::clone(&hosted.settings)))
            .collect()
    }

    /// The settings of a file that can be used beside those of the others; `None` where the process stops meanwhile.
    async fn sound(&self, name: &str, text: &str) -> Option<Result<Arc<Settings>, ConfigError>> {
        let (name, text, others) = (name.to_owned(), text.to_owned(), self.settings());
        let read = move |files: &config::Tenants| {
            let others = others
                .iter()
                .map(|(other, settings)| (other.as_str(), &**settings));
            files.beside(others, (&name, &text)).map(Arc::new)
        };
        self.folder.aside(read).await
    }

    /// Nothing is wrong with a tenant's file, or it has none.
    fn accept(&mut self, name: &str) {
        if self.refused.remove(name).is_some() {
            self.shown.judge(name, None);
        }
    }

    /// A tenant's file cannot be used, for what it says or since it cannot be read: who was hosted stays.
    fn refuse(&mut self, name: String, said: String, error: &ConfigError) {
        if self.refused.get(&name) != Some(&said) {
            tracing::error!(tenant = name, %error, "the file of a tenant cannot be used");
        }
        let problem = error.to_string().replace('\n', "; ");
        self.shown.judge(&name, Some(problem));
        self.refused.insert(name, said);
    }

    /// Begins to serve a tenant and its partitions.
    fn begin(&mut self, name: &str, text: String, settings: Arc<Settings>) {
        if settings.has_keys() {
            self.shown.guard();
        }
        let ending = self.door.shut().child_token();
        let reached = Reached::of(&settings, &self.shown);
        let partitions = (0..settings.partitions())
            .map(|index| (Arc::new(settings.partition(index)), reached.partition(index)));
        let all = std::iter::once((Arc::clone(&settings), reached.clone())).chain(partitions);
        let begun = all.map(|one| self.begun(one, &ending));
        let (serving, started) = begun.unzip();
        let hosted = Hosted {
            text,
            settings,
            ending,
            serving,
            started,
        };
        self.hosted.insert(name.to_owned(), hosted);
    }

    /// Begins to serve one of them until `ending`.
    fn begun(
        &self,
        (settings, reached): (Arc<Settings>, Reached),
        ending: &CancellationToken,
    ) -> (Serving, oneshot::Receiver<()>) {
        let name = settings.data.tenant.clone();
        self.shown.show(&name, switch::closed(), None);
        let span = tracing::info_span!("hosted", tenant = name);
        let tenant = Tenant {
            name: name.clone(),
            settings,
            door: self.door.clone(),
            shown: self.shown.clone(),
            supervisor: self.supervisor.clone(),
            reached,
            ending: ending.clone(),
        };
        let (started, told) = oneshot::channel();
        let task = tokio::spawn(tenant.host(started).instrument(span));
        (Serving { name, task }, told)
    }

    /// Ends a tenant and its partitions. Those are nobody's names then; its own still is.
    async fn end(&mut self, name: &str) {
        let Some(hosted) = self.hosted.get_mut(name) else {
            return;
        };
        hosted.ending.cancel();
        while let Some(Serving { name: served, task }) = hosted.serving.last_mut() {
            // It stays one of those who are waited for: the process may stop meanwhile.
            if let Err(error) = task.await {
                tracing::error!(tenant = served, %error, "a tenant did not end by itself");
            }
            if served != name {
                self.shown.hide(served);
            }
            hosted.serving.pop();
        }
        self.hosted.remove(name);
    }
}
