//! How the streams are made. Pure: gives settings, makes nothing.

use async_nats::jetstream::stream::{
    Config, DiscardPolicy, External, PersistenceMode, RetentionPolicy, Source, StorageType, SubjectTransform,
};

use crate::nats::{
    assets::names::Names,
    settings::{Limits, Storage},
};

/// What is published of a commit: the kinds of subjects that leave the journal.
pub(crate) const PUBLISHED: [&str; 5] = ["profile.>", "context.>", "action.>", "insight.>", "dlq.>"];
/// What the bucket of profiles is made of, each with the key as its last token.
pub(crate) const KEPT: [&str; 2] = ["profile.updated.*", "retired.*"];

/// What the streams of a tenant are to be.
pub(crate) struct Wanted<'a> {
    pub(crate) names: &'a Names,
    pub(crate) storage: &'a Storage,
}

impl Wanted<'_> {
    pub(crate) fn events(&self) -> Config {
        Config {
            subjects: vec![Names::EVENT_SUBJECTS.to_owned()],
            // An event that was acknowledged is not dropped for a newer one.
            discard: DiscardPolicy::New,
            allow_atomic_publish: true,
            duplicate_window: self.storage.duplicate_window,
            // Never compressed: see what `fit` refuses.
            description: Some("Yekta: what channels tell about customers".to_owned()),
            ..self.stream(Names::EVENTS.to_owned(), self.storage.events)
        }
    }

    pub(crate) fn journal(&self) -> Config {
        let limits = Limits {
            age_max: None,
            bytes_max: self.storage.journal_bytes_max,
        };
        Config {
            subjects: vec![self.names.in_journal(">")],
            discard: DiscardPolicy::New,
            allow_atomic_publish: true,
            description: Some("Yekta: the commits, written by the tenant's one owner".to_owned()),
            ..self.stream(self.names.journal(), limits)
        }
    }

    /// The journal of the servers behind the domain `hub`, message by message under the same numbers.
    pub(crate) fn mirror(&self, hub: &str) -> Config {
        let mirror = Source {
            name: self.names.journal(),
            external: Some(External {
                api_prefix: format!("$JS.{hub}.API"),
                delivery_prefix: None,
            }),
            ..Source::default()
        };
        Config {
            mirror: Some(mirror),
            // A mirror takes part in no batch: it gets what came of one.
            discard: DiscardPolicy::New,
            description: Some("Yekta: headquarters' journal in this shop".to_owned()),
            ..self.stream(self.names.journal(), Limits::default())
        }
    }

    /// What tills of a shop redeemed, until it is settled.
    pub(crate) fn redeemed(&self) -> Config {
        Config {
            subjects: vec![self.names.redeemed_subject()],
            discard: DiscardPolicy::New,
            description: Some("Yekta: what tills redeemed, until it is settled".to_owned()),
            ..self.stream(self.names.redeemed(), Limits::default())
        }
    }

    /// A KV bucket as every client makes it, but fed by the journal alone.
    pub(crate) fn profiles(&self) -> Config {
        let limits = Limits {
            age_max: None,
            bytes_max: self.storage.profiles_bytes_max,
        };
        let to_key = |from: &str| SubjectTransform {
            source: self.names.in_journal(from),
            destination: self.names.in_bucket("{{wildcard(1)}}"),
        };
        Config {
            sources: Some(vec![self.journal_as_source(Vec::from(KEPT.map(to_key)))]),
            max_messages_per_subject: 1,
            persist_mode: self.view_persistence(),
            discard: DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            description: Some("Yekta: the latest document of each profile".to_owned()),
            ..self.stream(self.names.profiles(), limits)
        }
    }

    pub(crate) fn out(&self) -> Config {
        let outside = |kind: &&str| SubjectTransform {
            source: self.names.in_journal(kind),
            destination: format!("{}.{kind}", self.names.prefix()),
        };
        Config {
            sources: Some(vec![
                self.journal_as_source(PUBLISHED.iter().map(outside).collect()),
            ]),
            persist_mode: self.view_persistence(),
            discard: DiscardPolicy::Old,
            description: Some("Yekta: updates, contexts, actions, insights and dead letters".to_owned()),
            ..self.stream(self.names.out(), self.storage.out)
        }
    }

    /// A bucket as any client reads it, whose entries may end by themselves.
    pub(crate) fn cluster(&self) -> Config {
        Config {
            subjects: vec![format!("$KV.{}.>", Names::CLUSTER_BUCKET)],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            allow_message_ttl: true,
            description: Some("Yekta: which process owns which tenant".to_owned()),
            ..self.stream(format!("KV_{}", Names::CLUSTER_BUCKET), Limits::default())
        }
    }

    /// A view's end that a server loses it makes again out of the journal: so a server that syncs each message need not
    /// do so for the views, which have the most of them. Replicated streams are never written that way.
    fn view_persistence(&self) -> Option<PersistenceMode> {
        (self.storage.replicas == 1).then_some(PersistenceMode::Async)
    }

    fn journal_as_source(&self, subject_transforms: Vec<SubjectTransform>) -> Source {
        Source {
            name: self.names.journal(),
            subject_transforms,
            ..Source::default()
        }
    }

    fn stream(&self, name: String, limits: Limits) -> Config {
        Config {
            name,
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            num_replicas: self.storage.replicas,
            max_age: limits.age_max.unwrap_or_default(),
            max_bytes: limits
                .bytes_max
                .map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
            allow_direct: true,
            ..Config::default()
        }
    }
}
