//! What a service on NATS stands on: the connection and its streams, the journal in a stream, the intake that puts what is
//! posted into the stream.

use std::{sync::Arc, time::Duration};

use tokio::runtime::Handle;

use crate::{
    app::{
        broker::{Broker, Others},
        erasures::Erasures,
        error::{ServiceError, StreamError},
        partitions::Partitions,
        siblings::Siblings,
    },
    config::Settings,
    domain::retention::Retention,
    engine::{
        EngineConfig, Folder, StartError,
        writer::intake::{Intake, Retry},
    },
    nats::{
        self, Connection,
        assets::{Assets, Names, ensure},
        batch::Publisher,
        expunge::Expunge,
        ingest::{IntakeParts, IntakeSettings, StreamIntake, StreamRetry, Waiters},
        journal::{JetStreamJournal, JetStreamJournalConfig},
        service::{ServiceLimits, refuse_second_owner},
        shelf::Shelf,
    },
    telemetry::NatsMetrics,
    wire::DecodeRules,
};

/// Bytes of a request over NATS, as of a command over HTTP.
const REQUEST_BYTES_MAX: usize = 32 * 1024;

/// A connection whose streams are there.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) connection: Connection,
    pub(crate) assets: Assets,
    pub(crate) settings: nats::Settings,
}

/// Puts what is posted into the input stream of a server.
pub(crate) struct Putting<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) names: &'a Names,
    pub(crate) ack_timeout: Duration,
    /// Whether it is a shop's, which another one sources once the line is up.
    pub(crate) is_shops: bool,
}

impl Putting<'_> {
    /// What takes in what is posted, and what was refused once more.
    pub(crate) fn intakes(
        &self,
        rules: &Arc<DecodeRules>,
        waiters: Waiters,
        metrics: &NatsMetrics,
    ) -> (Arc<dyn Intake>, Arc<dyn Retry>) {
        let publisher = Publisher::new(self.connection, Names::EVENTS, self.ack_timeout);
        let intake = StreamIntake::new(IntakeParts {
            publisher: Arc::new(publisher),
            names: self.names.clone(),
            rules: Arc::clone(rules),
            waiters,
            metrics: metrics.clone(),
            settings: IntakeSettings {
                says_received: self.is_shops,
                ..IntakeSettings::default().for_server(self.connection.client.max_payload())
            },
        });
        let retry = StreamRetry::new(self.connection, Names::EVENTS, self.ack_timeout);
        (Arc::new(intake), Arc::new(retry))
    }
}

/// Connects, and sees to it that nobody else owns the tenant and that its streams are there.
pub(crate) async fn prepare(settings: &Settings, nats: &nats::Settings) -> Result<Ground, StreamError> {
    let (connection, settings) = connected(settings, nats).await?;
    refuse_second_owner(&connection.client, &settings.tenant.token()).await?;
    Ground::on(connection, settings).await
}

/// The same for a process that shares the tenant, whoever owns it now.
pub(crate) async fn prepare_shared(
    settings: &Settings,
    nats: &nats::Settings,
) -> Result<Ground, StreamError> {
    let (connection, settings) = connected(settings, nats).await?;
    Ground::on(connection, settings).await
}

/// Connects as the tenant that is configured.
pub(crate) async fn connected(
    settings: &Settings,
    nats: &nats::Settings,
) -> Result<(Connection, nats::Settings), StreamError> {
    let settings = nats::Settings {
        tenant: settings.data.tenant.parse()?,
        partition: partition(settings)?,
        ..nats.clone()
    };
    Ok((nats::connect(&settings).await?, settings))
}

/// Whose partition the tenant is.
pub(crate) fn partition(settings: &Settings) -> Result<Option<nats::Partition>, nats::TenantError> {
    let partition = settings.partition.as_ref().map(|partition| {
        Ok(nats::Partition {
            resolver: partition.tenant.parse()?,
            index: partition.index,
        })
    });
    partition.transpose()
}

impl Ground {
    async fn on(connection: Connection, settings: nats::Settings) -> Result<Self, StreamError> {
        let assets = ensure(&connection, &settings).await?;
        Ok(Self {
            connection,
            assets,
            settings,
        })
    }

    /// What holds data of the tenant beyond its folder.
    pub(crate) fn beyond(&self, settings: &Settings, runtime: Handle) -> Arc<Broker> {
        let expunge = Expunge::new(
            &self.connection,
            self.assets.names.clone(),
            // What is too old to be taken is looked at all the same.
            Arc::new(DecodeRules {
                retention: Retention::default(),
                ..settings.decode_rules()
            }),
            self.settings.ack_timeout,
        );
        let is_shared = settings.cluster.is_some();
        Arc::new(Broker {
            expunge,
            runtime,
            shelf: Shelf::of(&self.connection, &self.settings),
            others: is_shared.then(|| Others {
                client: self.connection.client.clone(),
                tenant: self.settings.tenant.token(),
            }),
            siblings: Siblings::of(&self.connection, &self.settings, settings),
            partitions: Partitions::of(&self.connection, &self.settings, settings),
            erasures: Erasures::of(&self.connection, &self.settings, settings),
        })
    }

    /// Puts what is posted into the input stream, and what was refused once more.
    pub(crate) fn intakes(
        &self,
        rules: &Arc<DecodeRules>,
        waiters: Waiters,
        metrics: &NatsMetrics,
    ) -> (Arc<dyn Intake>, Arc<dyn Retry>) {
        let putting = Putting {
            connection: &self.connection,
            names: &self.assets.names,
            ack_timeout: self.settings.ack_timeout,
            is_shops: false,
        };
        putting.intakes(rules, waiters, metrics)
    }

    /// Takes the journal over. Blocks.
    pub(crate) fn journal(
        &self,
        runtime: Handle,
        config: JetStreamJournalConfig,
    ) -> Result<JetStreamJournal, StartError> {
        Ok(JetStreamJournal::open(
            runtime,
            &self.connection,
            &self.assets,
            config,
        )?)
    }

    /// What the journal is opened with.
    pub(crate) fn journal_config(&self, settings: &Settings, owner: &str) -> JetStreamJournalConfig {
        journal_config(settings, self.settings.ack_timeout, owner)
    }
}

/// What a journal in a stream is opened with.
pub(crate) fn journal_config(
    settings: &Settings,
    ack_timeout: Duration,
    owner: &str,
) -> JetStreamJournalConfig {
    JetStreamJournalConfig {
        owner: owner.to_owned(),
        commit_bytes_max: settings.journal.commit_bytes_max,
        ack_timeout,
        ..JetStreamJournalConfig::default()
    }
}

/// Holds the folder of a tenant whose journal is a stream. Blocks.
pub(crate) fn folder_of_a_stream(config: &EngineConfig) -> Result<Folder, ServiceError> {
    let folder = Folder::of(config)?;
    if folder.has_journal() {
        let path = config.dir.clone();
        return Err(StreamError::Standalone { path }.into());
    }
    Ok(folder)
}

/// How requests on NATS are bounded.
pub(crate) fn service_limits(settings: &Settings) -> ServiceLimits {
    ServiceLimits {
        in_flight_max: settings.http.in_flight_max,
        request_timeout: settings.http.request_timeout,
        body_bytes_max: REQUEST_BYTES_MAX,
    }
}
