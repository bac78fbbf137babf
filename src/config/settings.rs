//! All settings of the program: owns [`Settings`] and how they are loaded. A function of its inputs alone: file,
//! environment and flags are passed in.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use ::config::Value;

use crate::{
    api::guard::Quotas,
    config::{
        check,
        layers::{LoadOptions, merge},
        problem::{ConfigError, Problem},
        reader::{Reader, Report},
        section::{
            catalogue::{self, Catalogue},
            channels,
            cluster::{self, Cluster, Partition},
            contact,
            data::Data,
            decide::{self, Decide},
            decode,
            engine::Engine,
            fold,
            http::Http,
            identifiers, identity, journal,
            keys::{self, Key, Purpose, Tokens},
            log::Log,
            nats, retention, routing as routing_section,
            shop::{self, Shop},
            snapshots, sources, store, views,
        },
        tenants::layer::{TenantLayer, merge_tenant, path_of},
    },
    decide::{contact::Policy, routing},
    domain::{
        channel::Channels, context::View, identifier::IdentifierRules, identity::Similarity,
        profile::FoldLimits, retention::Retention, role::Role,
    },
    engine::SnapshotConfig,
    journal::file::FileJournalConfig,
    nats::Settings as NatsSettings,
    store::StoreConfig,
    wire::{DecodeLimits, DecodeRules, digest::Digest},
};

/// The settings of every module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where data is kept.
    pub data: Data,
    /// The HTTP edge.
    pub http: Http,
    /// Who sends and asks, by name.
    pub keys: BTreeMap<String, Key>,
    /// Whether it is noted who is told of whom.
    pub audit: bool,
    /// How much each role may ask for.
    pub quotas: BTreeMap<Role, Quotas>,
    /// Whose tokens are taken.
    pub tokens: Option<Tokens>,
    /// The writer.
    pub engine: Engine,
    /// The file journal.
    pub journal: FileJournalConfig,
    /// The store.
    pub store: StoreConfig,
    /// When snapshots are made.
    pub snapshots: SnapshotConfig,
    /// Within which time no file holds a byte of who was erased.
    pub erase_horizon: Duration,
    /// How long events are kept.
    pub retention: Retention,
    /// Bounds of what is taken in.
    pub decode: DecodeLimits,
    /// How much a profile holds.
    pub fold: FoldLimits,
    /// What joins whom.
    pub identifiers: IdentifierRules,
    /// When two who share nothing are one person.
    pub similarity: Similarity,
    /// Channels and sources.
    pub channels: Channels,
    /// Views by name.
    pub views: BTreeMap<String, View>,
    /// Who is contacted when.
    pub contact: Policy,
    /// The segments and flows of the tenant.
    pub decide: Decide,
    /// How much is remembered of what the tenant publishes.
    pub catalogue: Catalogue,
    /// Who serves a customer who calls.
    pub routing: routing::Policy,
    /// The NATS servers; `None` for a standalone service.
    pub nats: Option<NatsSettings>,
    /// What this process calls itself among those that share its tenant; `None` where it has that for itself.
    pub cluster: Option<Cluster>,
    /// Whose partition the tenant is; `None` of one that has a file, or a process to itself.
    pub partition: Option<Partition>,
    /// What this process goes by in a shop; `None` of one that is at headquarters.
    pub shop: Option<Shop>,
    /// The folder with a file for each tenant of the process; `None` where it has one.
    pub tenants: Option<PathBuf>,
    /// What is logged.
    pub log: Log,
    /// All of it as text, secrets hidden.
    listing: String,
}

impl Settings {
    /// Puts the layers of `options` on top of the defaults and reads the result.
    ///
    /// # Errors
    /// Everything that is wrong at once: unknown keys, wrong types, values out of bounds, settings that contradict each
    /// other. A file that cannot be read, or is no TOML, is the only problem then.
    pub fn load<E>(options: LoadOptions<E>) -> Result<Self, ConfigError>
    where
        E: Iterator<Item = (String, String)>,
    {
        let alone = |problem: Problem| ConfigError {
            problems: vec![problem],
        };
        let settings = Self::of(&merge(options).map_err(alone)?)?;
        settings.partitions_of_whom().map_err(alone)?;
        Ok(settings)
    }

    /// The settings of a tenant of a process that is configured by `options`.
    ///
    /// # Errors
    /// As [`Settings::load`], and what is not a tenant's to say.
    pub(crate) fn load_tenant<E>(
        options: LoadOptions<E>,
        tenant: &TenantLayer<'_>,
    ) -> Result<Self, ConfigError>
    where
        E: Iterator<Item = (String, String)>,
    {
        let merged = merge_tenant(options, tenant).map_err(|problems| ConfigError { problems })?;
        let mut settings = Self::of(&merged)?;
        settings.http.path = path_of(tenant.name);
        Ok(settings)
    }

    fn of(merged: &Value) -> Result<Self, ConfigError> {
        let mut report = Report::default();
        let mut settings = Reader::read_root(merged, &mut report, |root| {
            let settings = Self::read(root);
            check::agreement(&settings, root);
            settings
        });
        if !report.problems.is_empty() {
            return Err(ConfigError {
                problems: report.problems,
            });
        }
        settings.listing = report.listing.into_text();
        Ok(settings)
    }

    fn read(root: &mut Reader<'_>) -> Self {
        let data = root.section("data", Data::read);
        let http = root.section("http", Http::read);
        let nats = root.section("nats", nats::read);
        Self {
            data,
            keys: keys::read(root),
            audit: root.section("audit", |table| table.switch("enabled")),
            quotas: keys::quotas(root),
            tokens: root.section("tokens", keys::tokens),
            engine: root.section("engine", Engine::read),
            journal: root.section("journal", journal::read),
            store: root.section("store", store::read),
            snapshots: root.section("snapshots", snapshots::read),
            erase_horizon: root.section("erase", |table| {
                Duration::from_secs(table.number("horizon_s", 60..=31_536_000))
            }),
            retention: retention::read(root),
            decode: root.section("decode", |table| decode::read(table, http.items_max)),
            fold: root.section("fold", fold::read),
            identifiers: root.section("identifiers", identifiers::read),
            similarity: root.section("identity", identity::read),
            channels: Channels {
                channels: channels::read(root),
                sources: sources::read(root),
            },
            views: views::read(root),
            contact: root.section("contact", contact::read),
            decide: root.section("decide", decide::read),
            catalogue: root.section("catalogue", catalogue::read),
            routing: root.section("routing", routing_section::read),
            cluster: root.section("cluster", cluster::read),
            partition: None,
            shop: root.section("shop", shop::read),
            nats,
            tenants: root.section("tenants", |table| {
                table.optional("dir", "expected a folder, or nothing", |text| Some(text.into()))
            }),
            log: root.section("log", Log::read),
            http,
            listing: String::new(),
        }
    }

    /// The effective configuration as TOML, with `"***"` for secrets and for blocked values.
    pub fn redacted_toml(&self) -> &str {
        &self.listing
    }

    /// Whether somebody has to show a key to send, and to ask.
    pub(crate) fn asks_for_keys(&self) -> bool {
        let sends = |key: &Key| matches!(key.purpose, Purpose::Send(_));
        let is_write = self.http.write_key.is_some() || self.keys.values().any(sends);
        let asks = self.keys.values().any(|key| !sends(key));
        is_write && (self.http.read_key.is_some() || asks || self.tokens.is_some())
    }

    /// Whether somebody has a key or a token to show, for whatever it is.
    pub fn has_keys(&self) -> bool {
        self.tokens.is_some() || !self.digests().is_empty()
    }

    /// Whether no key of theirs is one of these others', which it would open too. The others are named as they are told.
    ///
    /// # Errors
    /// Which setting says it, and whose it is as well.
    pub(crate) fn unlike<'a>(
        &self,
        others: impl Iterator<Item = (String, &'a Self)>,
    ) -> Result<(), ConfigError> {
        let own = self.digests();
        let mut problems = Vec::new();
        for (other, settings) in others {
            if self.takes_tokens_of(settings) {
                problems.push(Problem {
                    key: "tokens.audience".to_owned(),
                    value: None,
                    origin: None,
                    expected: format!(
                        "expected another audience than {other} has, whose tokens it would take"
                    ),
                });
            }
            for (theirs, digest) in settings.digests() {
                let both = own.iter().filter(|(_, own)| **own == digest);
                problems.extend(both.map(|(key, _)| Problem {
                    key: key.clone(),
                    value: None,
                    origin: None,
                    expected: format!("expected another key than {theirs} of {other}, which it would open"),
                }));
            }
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ConfigError { problems }),
        }
    }

    /// Whether a token for these others would open it too: it says nothing of tenants but whom it is for.
    fn takes_tokens_of(&self, other: &Self) -> bool {
        let whose = |settings: &Self| {
            let issuer = settings.tokens.as_ref().map(|tokens| &tokens.issuer);
            issuer.map(|issuer| (issuer.issuer.clone(), issuer.audience.clone()))
        };
        whose(self).is_some_and(|own| whose(other) == Some(own))
    }

    /// What its keys are known by, by the setting that says each.
    fn digests(&self) -> BTreeMap<String, Digest> {
        let http = [
            ("http.write_key", &self.http.write_key),
            ("http.read_key", &self.http.read_key),
        ];
        let http = http.into_iter().filter_map(|(name, key)| {
            let key = key.as_ref()?;
            Some((name.to_owned(), Digest::of(key.expose().as_bytes())))
        });
        let named = self
            .keys
            .iter()
            .map(|(name, key)| (format!("keys.{name}"), key.digest));
        http.chain(named).collect()
    }

    /// What decoding goes by.
    pub fn decode_rules(&self) -> DecodeRules {
        DecodeRules {
            channels: self.channels.clone(),
            identifiers: self.identifiers.clone(),
            limits: self.decode,
            retention: self.retention.clone(),
        }
    }
}
