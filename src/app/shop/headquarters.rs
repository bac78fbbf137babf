//! Headquarters, as a shop sees them over the line: who owns the tenant there, and what is shared with those who follow it.
//! What is not answered is not known; nothing waits for a line that is down.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use crate::{
    app::{
        shared::{partitioned, secrets, shelf},
        shop::Place,
    },
    engine::Handle,
    nats::{
        self, Connection,
        assets::ShopAssets,
        bucket::Bucket,
        lease::Leases,
        mirror::{self, MirrorError},
    },
};

/// Between two looks at who owns the tenant.
const LOOK: Duration = Duration::from_millis(500);

/// Between two looks at what the journal let go of.
const LET_GO_EVERY: Duration = Duration::from_secs(30);

/// The other end of the line.
#[derive(Clone, Debug)]
pub(super) struct Headquarters {
    connection: Connection,
    bucket: Bucket,
    leases: Leases,
    settings: nats::Settings,
}

/// What members share of the tenant, as far as that is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// The secrets, wrapped by the master key.
    pub(super) offered: Option<Vec<u8>>,
    /// What they are known again by.
    pub(super) check: Option<Vec<u8>>,
    /// How many partitions have its customers.
    pub(super) partitions: Option<Vec<u8>>,
}

impl Headquarters {
    /// Those whose servers call their JetStream `domain`.
    pub(super) fn of(place: &Place, domain: &str) -> Self {
        let connection = place.connection.within(domain, &place.settings);
        let bucket = Bucket::of(&connection);
        Self {
            leases: Leases::of(bucket.clone(), &place.settings.tenant, Duration::ZERO),
            bucket,
            connection,
            settings: place.settings.clone(),
        }
    }

    /// Where the owner's HTTP is reached; nothing where nobody owns the tenant, or the line is down.
    pub(super) async fn owner(&self) -> Option<String> {
        match self.leases.holder().await {
            Ok(holder) => holder.map(|holder| holder.url),
            Err(error) => {
                tracing::debug!(%error, "ask headquarters who owns the tenant");
                None
            }
        }
    }

    /// Tells `owner` of whoever owns the tenant, again and again. Never ends.
    pub(super) async fn look(self, owner: watch::Sender<Option<String>>) {
        loop {
            let found = self.owner().await;
            let was_known = owner.borrow().is_some();
            match (was_known, found.is_some()) {
                (true, false) => {
                    tracing::warn!("the owner cannot be reached: the line is down, or nobody owns the tenant")
                }
                (false, true) => tracing::info!("the owner can be reached"),
                _ => {}
            }
            owner.send_if_modified(|known| {
                let is_new = *known != found;
                *known = found;
                is_new
            });
            sleep(LOOK).await;
        }
    }

    /// The place, with a journal of which is known what it is a copy of.
    pub(super) async fn identified(&self, place: &Place) -> Result<Place, MirrorError> {
        let journal = mirror::identified(&place.connection, &self.connection, &place.assets.journal).await?;
        Ok(Place {
            assets: ShopAssets {
                journal,
                ..place.assets.clone()
            },
            ..place.clone()
        })
    }

    /// What members share.
    pub(super) async fn told(&self) -> Told {
        let shared = [secrets::FILE, secrets::CHECK, partitioned::PARTITIONS];
        let [offered, check, partitions] = shared.map(|what| self.told_of(what));
        Told {
            offered: offered.await,
            check: check.await,
            partitions: partitions.await,
        }
    }

    async fn told_of(&self, what: &str) -> Option<Vec<u8>> {
        let key = secrets::key_of(what, &self.settings.tenant);
        match self.bucket.get(&key).await {
            Ok(told) => told.map(|told| told.to_vec()),
            Err(error) => {
                tracing::warn!(%error, what, "headquarters do not tell what members share of the tenant: going on with what is here");
                None
            }
        }
    }

    /// Waits until the mirror has what the journal has, as far as that can be asked.
    pub(super) async fn mirrored(&self, place: &Place) {
        let stream = &place.assets.journal.stream;
        if !mirror::caught_up(&place.connection, &self.connection, stream).await {
            tracing::warn!(
                nats.stream = stream,
                "begins with what the mirror of the journal has: headquarters do not answer, or nothing comes"
            );
        }
    }

    /// Has the mirror let go of what the journal let go of, again and again. Ends where that is another journal by now.
    pub(super) async fn let_go(self, place: Place, handle: Handle) -> MirrorError {
        loop {
            sleep(LET_GO_EVERY).await;
            let (journal, applied) = (&place.assets.journal, handle.applied().0);
            let done = mirror::let_go(&place.connection, &self.connection, journal, applied).await;
            if let Err(another) = done {
                return another;
            }
        }
    }

    /// Brings the newest snapshot of the owner's; where it is then.
    pub(super) async fn fetched(&self, dir: &Path) -> Option<PathBuf> {
        shelf::fetch(&self.connection, &self.settings, dir).await
    }
}
