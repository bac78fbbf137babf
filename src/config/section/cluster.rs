//! `[cluster]`: whether several processes share a tenant, and what they call themselves.

use std::{num::NonZeroU32, time::Duration};

use crate::config::{reader::Reader, section::http::public_url};

/// Partitions of a tenant, at most.
const PARTITIONS_MAX: u32 = 64;

/// A process that shares its tenant with others: one of them owns it, the others stand by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// What operators call it; `None` where it is called by its address.
    pub name: Option<String>,
    /// Where the others reach its HTTP; `None` where that is where its users do.
    pub url: Option<String>,
    /// How long an owner may be silent before another takes over.
    pub lease: Duration,
    /// How many partitions have the customers of a tenant between them; `None` where one engine has all.
    pub partitions: Option<NonZeroU32>,
}

/// Whose partition a tenant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The tenant that has the file.
    pub tenant: String,
    /// Which partition, from 0.
    pub index: u32,
}

/// `None` where a process has its tenant for itself.
pub(crate) fn read(table: &mut Reader<'_>) -> Option<Cluster> {
    let is_shared = table.switch("standby");
    let name = table.optional("name", "expected 1 to 64 letters, or nothing", |text| {
        (1..=64).contains(&text.chars().count()).then(|| text.to_owned())
    });
    let url = "expected a URL such as http://10.0.0.7:8080, or nothing";
    let partitions = table.number("partitions", 0..=PARTITIONS_MAX);
    if partitions > 0 && !is_shared {
        let expected = "expected 0, since standby is false and each partition is owned by one of the processes that share it";
        table.refuse("partitions", Some(partitions.to_string()), expected);
    }
    let cluster = Cluster {
        name,
        url: table.optional("url", url, public_url),
        lease: table.millis("lease_ms", 1_000..=60_000),
        partitions: NonZeroU32::new(partitions),
    };
    is_shared.then_some(cluster)
}
