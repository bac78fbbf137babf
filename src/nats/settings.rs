//! What a connection to NATS and its streams go by. Owns the plain values and their defaults; must never show a secret.
//! Filled by the configuration, read by everything in `crate::nats`.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use async_nats::ServerAddr;

use crate::{domain::event::token, telemetry::Secret};

/// How NATS is reached and how its streams are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The servers of one cluster; any of them is connected to. Default `nats://127.0.0.1:4222`.
    pub urls: Vec<ServerUrl>,
    /// Who this is to the server. Default nobody.
    pub auth: Auth,
    /// How the connection is secured. Default as the server and the URL's scheme ask.
    pub tls: Tls,
    /// What the server's monitoring shows for this connection. Default `yekta`.
    pub name: String,
    /// Whose events, journal and views these are. Default `default`.
    pub tenant: Tenant,
    /// Whose partition that tenant is. Default nobody's: it has all of its customers.
    pub partition: Option<Partition>,
    /// How the streams are kept. An existing stream stays as its operators made it.
    pub storage: Storage,
    /// When the stream of events was made, in nanoseconds since the Unix epoch, where its operators say that it is a copy of
    /// the one that was read: restored, or a mirror that took its place. Default none.
    pub events_restored_ns: Option<i64>,
    /// How long connecting may take, per server. Default 5 s.
    pub connect_timeout: Duration,
    /// How long the server may take to acknowledge before the outcome counts as unknown. Default 5 s.
    pub ack_timeout: Duration,
    /// How long a server may say nothing before it is asked whether it is there; after three of these without a word the
    /// connection is given up. Default 2 s.
    pub ping_interval: Duration,
    /// How long work may wait while nothing is committed before the service counts as not ready. Default 6 s.
    pub stalled_after: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            urls: vec![ServerUrl::default()],
            auth: Auth::Nobody,
            tls: Tls::default(),
            name: "yekta".to_owned(),
            tenant: Tenant::default(),
            partition: None,
            storage: Storage::default(),
            events_restored_ns: None,
            connect_timeout: Duration::from_secs(5),
            ack_timeout: Duration::from_secs(5),
            ping_interval: Duration::from_secs(2),
            stalled_after: Duration::from_secs(6),
        }
    }
}

/// Whose partition a tenant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The tenant whose events are routed to it.
    pub resolver: Tenant,
    /// Which partition, from 0.
    pub index: u32,
}

/// Who a connection is to the server: one of the ways, never several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The server asks for nothing.
    Nobody,
    /// A user's name and password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token.
    Token(Secret),
    /// A file that holds an NKey seed (`SU...`), as `nk -gen user` writes it.
    NkeyFile(PathBuf),
    /// A credentials file (`.creds`), which holds a JWT and a seed.
    CredentialsFile(PathBuf),
}

/// How a connection is secured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Whether a server without TLS is refused.
    pub required: bool,
    /// A file of certificates (PEM) of authorities to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Files of this client's certificate and key (PEM), for servers that verify clients.
    pub client: Option<ClientCertificate>,
    /// Whether the handshake comes before the server's greeting (the server's `handshake_first`).
    pub first: bool,
}

/// The files of a client certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, with its chain.
    pub cert_file: PathBuf,
    /// Its private key.
    pub key_file: PathBuf,
}

/// How the streams are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Copies of each stream: 1, 3 or 5; more than 1 needs a cluster of as many servers. Default 1.
    pub replicas: usize,
    /// Of the incoming events. Default 30 days. A full stream refuses new events, it never drops old ones.
    pub events: Limits,
    /// Bytes of the journal at most; it has no age. A full journal refuses commits. Default none.
    pub journal_bytes_max: Option<u64>,
    /// Bytes of the view of profiles at most. Default none.
    pub profiles_bytes_max: Option<u64>,
    /// Of the outgoing messages. Default 7 days. A full stream drops the oldest.
    pub out: Limits,
    /// Within this time the stream of events knows a repeated `Nats-Msg-Id`. Default 10 minutes.
    pub duplicate_window: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Storage {
    fn default() -> Self {
        let days = |days| Limits {
            age_max: Some(DAY.saturating_mul(days)),
            bytes_max: None,
        };
        Self {
            replicas: 1,
            events: days(30),
            journal_bytes_max: None,
            profiles_bytes_max: None,
            out: days(7),
            duplicate_window: Duration::from_secs(600),
        }
    }
}

/// How much a stream keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Nothing older than this; `None` is for ever.
    pub age_max: Option<Duration>,
    /// Not more bytes than this; `None` is as many as the account may.
    pub bytes_max: Option<u64>,
}

/// Where a server listens, such as `nats://127.0.0.1:4222` or `tls://nats.example.org`. Holds no user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl(ServerAddr);

/// Why a text is no server's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It does not read as one.
    #[error("expected a URL such as nats://host:4222 or tls://host:4222")]
    Malformed,
    /// It holds a secret, which would show in logs.
    #[error("expected a URL without user and password, which have settings of their own")]
    HoldsCredentials,
}

impl ServerUrl {
    pub(crate) fn address(&self) -> ServerAddr {
        self.0.clone()
    }
}

impl FromStr for ServerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let address: ServerAddr = text.parse().map_err(|_| UrlError::Malformed)?;
        if address.username().is_some_and(|user| !user.is_empty()) || address.password().is_some() {
            return Err(UrlError::HoldsCredentials);
        }
        if address.host().is_empty() {
            return Err(UrlError::Malformed);
        }
        Ok(Self(address))
    }
}

impl Default for ServerUrl {
    #[expect(clippy::expect_used, reason = "a constant that a test parses")]
    fn default() -> Self {
        "nats://127.0.0.1:4222".parse().expect("a constant URL")
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.0.scheme(), self.0.host(), self.0.port())
    }
}

/// What a partition is called of the customers of `tenant`: it is a tenant of its own to all but its users.
pub fn partition_name(tenant: &str, index: u32) -> String {
    format!("{tenant}-p{index}")
}

/// A tenant whose name can be part of stream names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant(String);

/// A tenant's name that cannot be part of a stream's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tenant \"{found}\" cannot be part of a stream's name, expected 1 to 64 of A-Z, a-z, 0-9, - and _")]
pub struct TenantError {
    /// What was given.
    found: String,
}

impl Tenant {
    /// Characters at most: stream names and subjects are bounded.
    const CHARS_MAX: usize = 64;

    /// A partition of this tenant's, whose name leaves room for that.
    pub(crate) fn partition(tenant: &str, index: u32) -> Self {
        Self(partition_name(tenant, index))
    }

    /// As it is said, which is how it stands in stream names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in subjects.
    pub fn token(&self) -> String {
        token(&self.0)
    }
}

impl FromStr for Tenant {
    type Err = TenantError;

    fn from_str(text: &str) -> Result<Self, TenantError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.is_empty() || text.len() > Self::CHARS_MAX || !text.bytes().all(allowed) {
            let found = text.chars().take(Self::CHARS_MAX).collect();
            return Err(TenantError { found });
        }
        Ok(Self(text.to_owned()))
    }
}

impl Default for Tenant {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let auths = [
            Auth::Token(Secret::new("s3cret")),
            Auth::Password {
                user: "yekta".into(),
                password: Secret::new("s3cret"),
            },
        ];
        for auth in auths {
            let settings = Settings {
                auth,
                ..Settings::default()
            };
            assert!(!format!("{settings:?}").contains("s3cret"));
        }
    }

    #[test]
    fn a_url_is_shown_as_it_was_and_holds_no_credentials() {
        let url: ServerUrl = "tls://nats.example.org".parse().unwrap();
        assert_eq!(url.to_string(), "tls://nats.example.org:4222");
        assert_eq!(ServerUrl::default().to_string(), "nats://127.0.0.1:4222");
        for refused in ["nats://user:s3cret@host", "nats://token@host"] {
            assert_eq!(refused.parse::<ServerUrl>(), Err(UrlError::HoldsCredentials));
        }
        assert_eq!("nats://a b".parse::<ServerUrl>(), Err(UrlError::Malformed));
    }

    #[test]
    fn tenants_that_cannot_be_in_a_name_are_refused() {
        let tenant: Tenant = "Acme-1".parse().unwrap();
        assert_eq!((tenant.as_str(), tenant.token().as_str()), ("Acme-1", "acme_1"));
        for refused in ["", "a.b", "a b", "*", ">", "یکتا", &"a".repeat(65)] {
            assert!(refused.parse::<Tenant>().is_err(), "{refused}");
        }
    }
}
