//! From settings to what each part goes by.

use std::{net::SocketAddr, path::PathBuf};

use axum::http::HeaderValue;

use crate::{
    api::{
        Limits,
        guard::{Credentials, Guard},
    },
    app::clock,
    config::{CorsOrigins, Purpose, Settings},
    domain::{identity::IdentityRules, role::Role},
    engine::{Deciding, EngineConfig, HandleLimits, Rules, SnapshotConfig, WorkerConfig},
    http::{
        access::{Keys, WriteKey},
        settings::{Origins, Settings as HttpSettings},
    },
    wire::digest::Digest,
};

/// How the engine is set up.
pub fn engine_config(settings: &Settings) -> EngineConfig {
    let batch_events_max = settings.engine.batch_events_max;
    EngineConfig {
        dir: settings.data.dir.join(&settings.data.tenant),
        queue_jobs_max: settings.engine.queue_batches_max,
        handle: HandleLimits {
            batch_events_max,
            submit_wait: settings.engine.submit_wait,
        },
        worker: WorkerConfig {
            batch_events_max,
            known_bytes_max: settings.engine.known_bytes_max,
            absent_bytes: settings.engine.absent_bytes,
            flush_interval: settings.engine.flush_interval,
        },
        master: settings.data.master.clone(),
        journal: settings.journal.clone(),
        store: settings.store,
        snapshots: SnapshotConfig {
            // On NATS the bucket of profiles and what is published are made again out of the whole journal.
            forget: settings.snapshots.forget && settings.nats.is_none(),
            ..settings.snapshots
        },
        room: settings.data.room,
    }
}

/// What the engine goes by.
pub fn engine_rules(settings: &Settings) -> Rules {
    let channels = &settings.channels.channels;
    Rules {
        tenant: settings.data.tenant.clone(),
        part: settings.part(),
        identity: IdentityRules::new(settings.identifiers.clone(), settings.similarity.clone()),
        fold: settings.fold,
        retention: settings.retention.clone(),
        views: settings.views.clone(),
        channel_views: channels
            .iter()
            .map(|(name, channel)| (name.clone(), channel.view.clone()))
            .collect(),
        repairs_max: settings.engine.repairs_max,
        rejections_max: u64::try_from(settings.engine.rejections_max).unwrap_or(u64::MAX),
        decide: Deciding {
            contact: settings.contact.clone(),
            book: settings.decide.book.clone(),
            flow: settings.decide.flow,
            value: settings.decide.value.clone(),
            cells_max: settings.decide.cells_max,
            insight_every_us: settings.decide.insight_every_us,
            catalogue: settings.catalogue.limits,
            contact_channels: settings.catalogue.contact_channels.clone(),
            routing: settings.routing.clone(),
        },
    }
}

/// Where the audit log is.
pub fn audit_folder(settings: &Settings) -> PathBuf {
    settings.data.dir.join(&settings.data.tenant).join("audit")
}

/// What questions and commands go by; `bound` is where the service listens.
pub(crate) fn api_limits(settings: &Settings, bound: SocketAddr) -> Limits {
    Limits {
        public_url: settings.users_url(bound),
        // A question holds no channel: the number of whoever calls is meant.
        region: settings
            .channels
            .channels
            .get("callcenter")
            .and_then(|channel| channel.region),
        flat_deadline: settings.http.flat_deadline,
        erase_horizon: settings.erase_horizon,
        ..Limits::default()
    }
}

/// What operators call the process among those that share its tenants; `bound` is where it listens.
pub(crate) fn member_name(settings: &Settings, bound: SocketAddr) -> String {
    let cluster = settings.cluster.as_ref();
    let name = cluster.and_then(|cluster| cluster.name.clone().or_else(|| cluster.url.clone()));
    name.unwrap_or_else(|| format!("{}://{bound}", settings.http.scheme()))
}

/// Who may send.
pub(crate) fn senders(settings: &Settings) -> Vec<WriteKey> {
    let default = settings.http.write_key.as_ref();
    let default = default.map(|key| WriteKey::new("default", None, Digest::of(key.expose().as_bytes())));
    let named = settings.keys.iter().filter_map(|(name, key)| match &key.purpose {
        Purpose::Send(channel) => Some(WriteKey::new(name.as_str(), Some(channel.clone()), key.digest)),
        Purpose::Ask(_) => None,
    });
    default.into_iter().chain(named).collect()
}

/// What those who ask show who they are by.
pub(crate) fn credentials(settings: &Settings) -> Credentials {
    let mut credentials = Credentials::default();
    if let Some(key) = &settings.http.read_key {
        credentials.key(Digest::of(key.expose().as_bytes()), "default", Role::Admin);
    }
    for (name, key) in &settings.keys {
        if let Purpose::Ask(role) = key.purpose {
            credentials.key(key.digest, name, role);
        }
    }
    if let Some(tokens) = &settings.tokens {
        credentials.tokens_of(tokens.issuer.clone());
    }
    credentials
}

/// What the HTTP edge goes by; `None` where an origin cannot stand in a header.
pub fn http_settings(settings: &Settings) -> Option<HttpSettings> {
    let http = &settings.http;
    let origins = match &http.cors_origins {
        CorsOrigins::Any => Origins::Any,
        CorsOrigins::Only(origins) => {
            let origins: Result<Vec<HeaderValue>, _> = origins.iter().map(|origin| origin.parse()).collect();
            Origins::Only(origins.ok()?)
        }
    };
    let defaults = HttpSettings::default();
    Some(HttpSettings {
        keys: Keys::new(senders(settings)),
        guard: Guard::new(credentials(settings), settings.quotas.clone(), clock::now),
        origins,
        ingest_bytes_max: http.body_bytes_max,
        connections_max: http.connections_max,
        idle_timeout: http.idle_timeout,
        keep_alive: defaults.keep_alive.min(http.idle_timeout / 3),
        in_flight_max: http.in_flight_max,
        request_timeout: http.request_timeout,
        subscribers_max: http.subscribers_max,
        cards_max: http.cards_max,
        ..defaults
    })
}
