//! Who is hosted: the tenants whose files are there, as they change. Owns when one is started, restarted and ended.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{sync::oneshot, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{
    app::{door::Door, hosting::tenant::Tenant, supervisor::Supervisor},
    config::{self, Settings},
    http::tenants::Tenants,
};

/// The files of the tenants are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A tenant that is served, or started again and again.
#[derive(Debug)]
pub(super) struct Hosted {
    /// What its file says.
    text: String,
    settings: Arc<Settings>,
    ending: CancellationToken,
    pub(super) serving: JoinHandle<()>,
    /// Whether its first start has come to an end, one way or the other.
    started: Option<oneshot::Receiver<()>>,
}

/// Who is hosted, by what the files say.
#[derive(Debug)]
pub(super) struct Hosts {
    pub(super) files: config::Tenants,
    pub(super) door: Door,
    pub(super) shown: Tenants,
    pub(super) supervisor: Supervisor,
    pub(super) hosted: BTreeMap<String, Hosted>,
    /// What was refused of files, so that it is told once.
    pub(super) refused: BTreeMap<String, String>,
}

impl Hosts {
    /// Waits until each tenant has started, or could not; the supervisor is told then that the process is ready.
    pub(super) async fn started(&mut self) {
        for hosted in self.hosted.values_mut() {
            if let Some(started) = &mut hosted.started {
                // It ends with whoever could not start, too.
                started.await.ok();
            }
            hosted.started = None;
        }
        self.supervisor.ready(self.door.address);
    }

    /// Goes by the files as they change. Never ends.
    pub(super) async fn follow(&mut self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look().await;
        }
    }

    /// Serves whom the files name now, and as they say.
    pub(super) async fn look(&mut self) {
        let texts = match self.files.texts() {
            Ok(texts) => texts,
            Err(error) => {
                tracing::warn!(%error, "look at the files of the tenants: who is served stays");
                return;
            }
        };
        let gone: Vec<String> = self.hosted.keys().cloned().collect();
        for name in gone.into_iter().filter(|name| !texts.contains_key(name)) {
            tracing::info!(tenant = name, "a tenant is served no longer");
            self.end(&name).await;
            self.shown.hide(&name);
        }
        for (name, text) in texts {
            if self.hosted.get(&name).is_some_and(|hosted| hosted.text == text) {
                continue;
            }
            match self.sound(&name, &text) {
                Ok(settings) => {
                    self.refused.remove(&name);
                    self.end(&name).await;
                    tracing::info!(tenant = name, "serve a tenant as its file says");
                    self.begin(&name, text, settings);
                }
                Err(error) if self.refused.get(&name) != Some(&text) => {
                    tracing::error!(tenant = name, %error, "the file of a tenant cannot be used");
                    self.refused.insert(name, text);
                }
                Err(_) => {}
            }
        }
    }

    /// The settings of a file that can be used beside those of the others.
    fn sound(&self, name: &str, text: &str) -> Result<Settings, config::ConfigError> {
        let others = self.hosted.iter();
        let others = others.map(|(other, hosted)| (other.as_str(), &*hosted.settings));
        self.files.beside(others, (name, text))
    }

    fn begin(&mut self, name: &str, text: String, settings: Settings) {
        let settings = Arc::new(settings);
        let ending = self.door.shut().child_token();
        let tenant = Tenant {
            name: name.to_owned(),
            settings: Arc::clone(&settings),
            door: self.door.clone(),
            shown: self.shown.clone(),
            supervisor: self.supervisor.clone(),
            ending: ending.clone(),
        };
        let (started, told) = oneshot::channel();
        let span = tracing::info_span!("hosted", tenant = name);
        let hosted = Hosted {
            text,
            settings,
            ending,
            serving: tokio::spawn(tenant.host(started).instrument(span)),
            started: Some(told),
        };
        self.hosted.insert(name.to_owned(), hosted);
    }

    async fn end(&mut self, name: &str) {
        let Some(hosted) = self.hosted.get_mut(name) else {
            return;
        };
        hosted.ending.cancel();
        // It stays one of those who are waited for: the process may stop meanwhile.
        if let Err(error) = (&mut hosted.serving).await {
            tracing::error!(tenant = name, %error, "a tenant did not end by itself");
        }
        self.hosted.remove(name);
    }
}
