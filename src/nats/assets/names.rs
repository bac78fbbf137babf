//! What a tenant's streams and subjects are called. Pure. The names are part of the public contract.

use crate::nats::settings::Tenant;

/// The names of one tenant's streams and subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    tenant: String,
    prefix: String,
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
        Self {
            tenant: tenant.as_str().to_owned(),
            prefix: format!("yekta.v1.{}", tenant.token()),
        }
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

    /// What every subject of the tenant begins with, without a dot at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What a channel publishes an event of a type on; both are subject tokens.
    pub fn event(&self, channel: &str, name: &str) -> String {
        format!("{}.event.{channel}.{name}", self.prefix)
    }

    /// All incoming events of the tenant.
    pub fn events(&self) -> String {
        format!("{}.event.>", self.prefix)
    }

    /// `rest` within the journal.
    pub(crate) fn in_journal(&self, rest: &str) -> String {
        format!("{}.j.{rest}", self.prefix)
    }
}
