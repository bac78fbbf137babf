//! `[shop]`: a process that serves a shop over a line which may be down.

use crate::{config::reader::Reader, telemetry::Secret};

/// A process in a shop, beside a server that is a leaf node of headquarters'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// By which name of JetStream's the servers of headquarters are asked over the line.
    pub hub: String,
    /// What it shows the owner to redeem and settle for tills; `None` where headquarters ask for no key.
    pub key: Option<Secret>,
}

/// `None` of a process that is in no shop.
pub(crate) fn read(table: &mut Reader<'_>) -> Option<Shop> {
    let hub = table.optional(
        "hub",
        "expected the jetstream.domain of headquarters' servers, 1 to 64 of A-Z, a-z, 0-9, - and _, or nothing",
        |text| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let fits = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
            fits.then(|| text.to_owned())
        },
    );
    let key = table.secret("key", "expected a key, or nothing", |_| true);
    hub.map(|hub| Shop { hub, key })
}
