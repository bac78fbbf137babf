//! Whether a stream that is there will do. Pure. Limits, replicas, compression and the like are its operators' matter;
//! what the service's promises rest on is not.

use async_nats::jetstream::stream::{Compression, Config, DiscardPolicy, PersistenceMode, Source};

use crate::nats::assets::AssetError;

/// What a stream is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Batches of events are written into it, and nothing that was acknowledged goes to make room.
    Events,
    /// As events, and nothing grows too old.
    Journal,
    /// It is made of the journal and of nothing else, and nothing grows too old.
    Profiles,
    /// It is made of the journal and of nothing else.
    Out,
    /// Its entries end when they are to, and there is one of each.
    Cluster,
    /// It is the whole journal of another domain, and nothing grows too old.
    Mirror,
    /// Nothing that was acknowledged goes before it is taken out.
    Redeemed,
}

impl Needs {
    /// Compares what is there with how it would be made. Messages may be as large as `message_bytes`.
    pub(crate) fn check(
        self,
        found: &Config,
        wanted: &Config,
        message_bytes: usize,
    ) -> Result<(), AssetError> {
        let misfit = |(setting, found, expected): (&'static str, String, String)| AssetError::Misfit {
            stream: wanted.name.clone(),
            setting,
            found,
            expected,
        };
        let of = |config| {
            let mut settings = self.settings(config);
            settings.push(("max_msg_size", message_size(config, message_bytes)));
            settings
        };
        let (found, wanted) = (of(found), of(wanted));
        let differing = found
            .into_iter()
            .zip(wanted)
            .find(|((setting, found), (_, wanted))| !fits(setting, found, wanted));
        match differing {
            Some(((setting, found), (_, wanted))) => Err(misfit((setting, found, wanted))),
            None => Ok(()),
        }
    }

    /// The settings that matter, as the server calls them, in an order that does not depend on their values.
    fn settings(self, config: &Config) -> Vec<(&'static str, String)> {
        let is_async = config.persist_mode == Some(PersistenceMode::Async);
        let mut settings = vec![
            ("retention", format!("{:?}", config.retention).to_lowercase()),
            ("storage", format!("{:?}", config.storage).to_lowercase()),
            ("subjects", list(&config.subjects)),
            (
                "mirror",
                config.mirror.as_ref().map_or_else(|| NONE.to_owned(), mirrored),
            ),
            ("sealed", config.sealed.to_string()),
            ("no_ack", config.no_ack.to_string()),
            ("allow_direct", config.allow_direct.to_string()),
        ];
        // A replicated stream that is compressed was found unreadable on nats-server 2.15.1 with sync_interval: always, after
        // its servers were restarted one by one and then killed together: what was acknowledged was lost.
        if matches!(self, Self::Events | Self::Journal) {
            let is_compressed = config
                .compression
                .as_ref()
                .is_some_and(|how| *how != Compression::None);
            let is_at_risk = is_compressed && config.num_replicas > 1;
            settings.push(("compression", if is_at_risk { "s2" } else { "none" }.to_owned()));
        }
        if matches!(self, Self::Events | Self::Journal | Self::Mirror | Self::Redeemed) {
            // A bound that is reached has to refuse what is new.
            let bounded = config.max_bytes > 0 || config.max_messages > 0;
            let drops = bounded && config.discard == DiscardPolicy::Old;
            settings.extend([
                (
                    "persist_mode",
                    if is_async { "async" } else { "default" }.to_owned(),
                ),
                ("allow_atomic", config.allow_atomic_publish.to_string()),
                (
                    "max_msgs_per_subject",
                    config.max_messages_per_subject.max(0).to_string(),
                ),
                ("discard", if drops { "old" } else { "new" }.to_owned()),
            ]);
        }
        if matches!(
            self,
            Self::Journal | Self::Profiles | Self::Out | Self::Mirror | Self::Redeemed
        ) {
            settings.push(("sources", sources(config)));
        }
        if self == Self::Cluster {
            settings.extend([
                ("allow_msg_ttl", config.allow_message_ttl.to_string()),
                (
                    "max_msgs_per_subject",
                    config.max_messages_per_subject.max(0).to_string(),
                ),
            ]);
        }
        if matches!(
            self,
            Self::Journal | Self::Profiles | Self::Mirror | Self::Redeemed
        ) {
            settings.push(("max_age", format!("{} s", config.max_age.as_secs())));
        }
        settings
    }
}

/// The bound of a message, if it is one that matters: what the service writes has to be taken.
fn message_size(config: &Config, needed: usize) -> String {
    let bound = usize::try_from(config.max_message_size).unwrap_or_default();
    if bound == 0 || bound >= needed {
        format!("-1, or at least {needed}")
    } else {
        bound.to_string()
    }
}

/// Whether a setting will do: subjects may be more than those that are wanted, all others are the same.
fn fits(setting: &str, found: &str, wanted: &str) -> bool {
    let covered = |subject: &str| found.split(", ").any(|filter| covers(filter, subject));
    match setting {
        "subjects" if wanted != NONE => wanted.split(", ").all(covered),
        _ => found == wanted,
    }
}

const NONE: &str = "none";

fn list(subjects: &[String]) -> String {
    if subjects.is_empty() {
        NONE.to_owned()
    } else {
        subjects.join(", ")
    }
}

/// The stream that this one is a copy of, where that is, and what is left out of it.
fn mirrored(source: &Source) -> String {
    let api = source
        .external
        .as_ref()
        .map(|external| external.api_prefix.as_str());
    let filters = source.filter_subject.iter().cloned();
    let transforms = source.subject_transforms.iter();
    let transforms = transforms.map(|transform| format!("{} -> {}", transform.source, transform.destination));
    let start = source
        .start_sequence
        .map(|sequence| format!("from message {sequence} on"));
    let from = source.start_time.map(|time| format!("from {time} on"));
    let parts: Vec<String> = filters.chain(transforms).chain(start).chain(from).collect();
    let whole = match parts.is_empty() {
        true => "all of it".to_owned(),
        false => parts.join("; "),
    };
    format!("{} by {} ({whole})", source.name, api.unwrap_or("$JS.API"))
}

/// The streams that this one is made of, with what is taken from each, in an order of its own.
fn sources(config: &Config) -> String {
    let sources = config.sources.iter().flatten().map(|source| {
        let mut taken: Vec<String> = source
            .subject_transforms
            .iter()
            .map(|transform| format!("{} -> {}", transform.source, transform.destination))
            .collect();
        taken.extend(source.filter_subject.clone());
        taken.sort();
        format!("{} ({})", source.name, taken.join("; "))
    });
    let mut sources: Vec<String> = sources.collect();
    sources.sort();
    list(&sources)
}

/// Whether all that matches `subject`, which may hold wildcards, matches `filter`.
fn covers(filter: &str, subject: &str) -> bool {
    let (mut filter, mut subject) = (filter.split('.'), subject.split('.'));
    loop {
        match (filter.next(), subject.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(token)) if token != ">" => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::{
        assets::{names::Names, wanted::Wanted},
        settings::{Storage, Tenant},
    };

    #[test]
    fn a_filter_covers_what_all_of_it_matches() {
        for (filter, subject) in [
            ("yekta.v1.*.event.>", "yekta.v1.*.event.>"),
            ("yekta.>", "yekta.v1.*.event.>"),
            (">", "a"),
            ("a.*", "a.b"),
        ] {
            assert!(covers(filter, subject), "{filter} {subject}");
        }
        for (filter, subject) in [
            ("yekta.v1.a.event.>", "yekta.v1.*.event.>"),
            ("a.*", "a.>"),
            ("a.>", "a"),
            ("a", "a.b"),
            ("a.b", "a"),
        ] {
            assert!(!covers(filter, subject), "{filter} {subject}");
        }
    }

    #[test]
    fn a_replicated_stream_of_what_was_acknowledged_is_not_compressed() {
        let (names, storage) = (Names::of(&Tenant::default()), Storage::default());
        let wanted = Wanted {
            names: &names,
            storage: &storage,
        };
        for (needs, wanted) in [
            (Needs::Events, wanted.events()),
            (Needs::Journal, wanted.journal()),
        ] {
            let compressed = |num_replicas| Config {
                num_replicas,
                compression: Some(Compression::S2),
                ..wanted.clone()
            };
            needs.check(&compressed(1), &wanted, 1 << 20).unwrap();
            let refused = needs.check(&compressed(3), &wanted, 1 << 20).unwrap_err();
            assert!(
                refused.to_string().contains("compression is s2, expected none"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_mirror_is_all_of_the_journal_of_headquarters() {
        let (names, storage) = (Names::of(&Tenant::default()), Storage::default());
        let wanted = Wanted {
            names: &names,
            storage: &storage,
        };
        let mirror = wanted.mirror("site-1");
        let source = mirror.mirror.clone().unwrap_or_default();
        let of = |source: Source| Config {
            mirror: Some(source),
            ..mirror.clone()
        };
        let elsewhere = wanted.mirror("site-2");
        let in_part = of(Source {
            filter_subject: Some("yekta.v1.default.j.commit".to_owned()),
            ..source.clone()
        });
        let late = of(Source {
            start_sequence: Some(7),
            ..source
        });
        let short = Config {
            max_age: std::time::Duration::from_secs(60),
            ..mirror.clone()
        };
        let expected = "expected YEKTA_JOURNAL_default by $JS.site-1.API (all of it)";
        for (found, said) in [
            (
                wanted.journal(),
                "subjects is yekta.v1.default.j.>, expected none",
            ),
            (
                elsewhere,
                "mirror is YEKTA_JOURNAL_default by $JS.site-2.API (all of it)",
            ),
            (in_part, "(yekta.v1.default.j.commit)"),
            (late, "(from message 7 on)"),
            (short, "max_age is 60 s, expected 0 s"),
        ] {
            let refused = Needs::Mirror
                .check(&found, &mirror, 1 << 20)
                .unwrap_err()
                .to_string();
            assert!(refused.contains(said), "{refused}");
            assert!(
                !said.contains("mirror is") || refused.contains(expected),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_operators_may_change_still_fits() {
        let (names, storage) = (Names::of(&Tenant::default()), Storage::default());
        let wanted = Wanted {
            names: &names,
            storage: &storage,
        };
        let changed = |config: Config| Config {
            num_replicas: 3,
            max_bytes: 1 << 30,
            max_message_size: 1 << 20,
            description: None,
            ..config
        };
        let all = [
            (Needs::Events, wanted.events()),
            (Needs::Journal, wanted.journal()),
            (Needs::Profiles, wanted.profiles()),
            (Needs::Out, wanted.out()),
            (Needs::Cluster, wanted.cluster()),
            (Needs::Mirror, wanted.mirror("site-1")),
            (Needs::Redeemed, wanted.redeemed()),
        ];
        for (needs, wanted) in all {
            needs.check(&changed(wanted.clone()), &wanted, 1 << 20).unwrap();
        }
    }
}
