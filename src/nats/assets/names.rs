//! What a tenant's streams and subjects are called. Pure. The names are part of the public contract.

use crate::{
    domain::event::token,
    engine::parting::{MoveId, Parcel, Routed},
    nats::settings::{Partition, Settings, Tenant},
};

/// The names of one tenant's streams and subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    tenant: String,
    prefix: String,
    /// What subjects of incoming events begin with: of a partition, those of the tenant whose partition it is.
    events: String,
}

impl Names {
    /// The stream of incoming events, of all tenants.
    pub const EVENTS: &'static str = "YEKTA_EVENTS";
    /// The subjects of incoming events, of all tenants.
    pub const EVENT_SUBJECTS: &'static str = "yekta.v1.*.event.>";

    /// The bucket that says which process owns which tenant, of all tenants.
    pub const CLUSTER_BUCKET: &'static str = "YEKTA_CLUSTER";

    /// The key in the bucket of profiles that is nobody's, and that whatever is written under it deletes.
    pub const BLANK: &'static str = "blank";

    /// The names of `tenant`'s.
    pub fn of(tenant: &Tenant) -> Self {
        let prefix = prefix_of(tenant);
        Self {
            tenant: tenant.as_str().to_owned(),
            events: prefix.clone(),
            prefix,
        }
    }

    /// The names that a process with these settings goes by: its events are those of the tenant whose partition it is.
    pub(crate) fn by(settings: &Settings) -> Self {
        let own = Self::of(&settings.tenant);
        match &settings.partition {
            None => own,
            Some(Partition { resolver, .. }) => Self {
                events: prefix_of(resolver),
                ..own
            },
        }
    }

    /// The names of a partition of the tenant's.
    pub fn partition(&self, index: u32) -> Self {
        let tenant = Tenant::partition(&self.tenant, index);
        Self {
            prefix: prefix_of(&tenant),
            tenant: tenant.as_str().to_owned(),
            events: self.events.clone(),
        }
    }

    /// Whatever a resolver writes into its journal for a partition.
    pub fn routed(&self, index: u32) -> String {
        self.in_journal(&Routed::subjects(index))
    }

    /// A piece of the parcel of a move in the journal of the partition it left, whatever the number of pieces.
    pub(crate) fn parcel(&self, id: MoveId, piece: usize) -> String {
        self.in_journal(&Parcel::subject(id, piece))
    }

    /// A subject of the journal without what all of them begin with.
    pub(crate) fn behind_journal<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix(&self.prefix)?.strip_prefix(".j.")
    }

    /// The tenant, as it is said.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The stream of commits.
    pub fn journal(&self) -> String {
        format!("YEKTA_JOURNAL_{}", self.tenant)
    }

    /// The bucket of profiles.
    pub fn profiles_bucket(&self) -> String {
        format!("YEKTA_PROFILES_{}", self.tenant)
    }

    /// The stream behind the bucket of profiles.
    pub fn profiles(&self) -> String {
        format!("KV_{}", self.profiles_bucket())
    }

    /// The subject of `key` in the bucket of profiles.
    pub(crate) fn in_bucket(&self, key: &str) -> String {
        format!("$KV.{}.{key}", self.profiles_bucket())
    }

    /// The stream of outgoing messages.
    pub fn out(&self) -> String {
        format!("YEKTA_OUT_{}", self.tenant)
    }

    /// What tills of a shop redeemed while the owner could not be reached.
    pub fn redeemed(&self) -> String {
        format!("YEKTA_REDEEMED_{}", self.tenant)
    }

    /// The subject of what tills redeemed.
    pub(crate) fn redeemed_subject(&self) -> String {
        format!("{}.redeemed", self.prefix)
    }

    /// The object store of snapshots.
    pub fn snapshots_bucket(&self) -> String {
        format!("YEKTA_SNAPSHOTS_{}", self.tenant)
    }

    /// The tenant as a subject token.
    pub(crate) fn token(&self) -> String {
        token(&self.tenant)
    }

    /// What every subject of the tenant begins with, without a dot at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What a channel publishes an event of a type on; both are subject tokens.
    pub fn event(&self, channel: &str, name: &str) -> String {
        format!("{}.event.{channel}.{name}", self.events)
    }

    /// All incoming events of the tenant; of a partition, of the tenant whose partition it is.
    pub fn events(&self) -> String {
        format!("{}.event.>", self.events)
    }

    /// `rest` within the journal.
    pub(crate) fn in_journal(&self, rest: &str) -> String {
        format!("{}.j.{rest}", self.prefix)
    }
}

/// What every subject of a tenant begins with, without a dot at its end.
fn prefix_of(tenant: &Tenant) -> String {
    format!("yekta.v1.{}", tenant.token())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_has_streams_of_its_own_and_the_events_of_its_tenant() {
        let tenant: Tenant = "acme".parse().unwrap();
        let names = Names::of(&tenant);
        let settings = Settings {
            tenant: Tenant::partition("acme", 3),
            partition: Some(Partition {
                resolver: tenant,
                index: 3,
            }),
            ..Settings::default()
        };
        let own = Names::by(&settings);
        assert_eq!(own, names.partition(3));
        assert_eq!((own.tenant(), own.prefix()), ("acme-p3", "yekta.v1.acme_p3"));
        assert_eq!(own.journal(), "YEKTA_JOURNAL_acme-p3");
        assert_eq!(own.events(), "yekta.v1.acme.event.>");
        assert_eq!(own.event("web", "a"), "yekta.v1.acme.event.web.a");
        assert_eq!(names.routed(3), "yekta.v1.acme.j.routed.3.>");
        let id = MoveId { batch: 70, index: 1 };
        let parcel = own.parcel(id, 0);
        assert_eq!(parcel, "yekta.v1.acme_p3.j.parcel.70-1.0.*");
        assert_eq!(own.behind_journal(&parcel), Some("parcel.70-1.0.*"));
        assert_eq!(names.behind_journal(&parcel), None);
    }
}
