//! Connecting, and knowing whether it still is. Owns the connection and its link state; must never connect again by
//! itself, which the client does. Called by `app`; everything else in `crate::nats` is given the connection.

use std::{
    future::ready,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, Event,
    jetstream::{
        self,
        account::Account,
        context::{AccountError, AccountErrorKind},
    },
};
use tokio::{sync::watch, time::Instant};

use crate::nats::{
    settings::{Auth, Settings},
    version::Version,
};

/// The longest pause between two attempts to connect again.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(2);
const RECONNECT_PAUSE_STEP_MS: u64 = 50;
/// Messages of one subscription that are kept until they are taken; more are dropped, and whoever asked would wait for nothing. The
/// client's own bound is one that a burst of requests reaches where the processor is busy: it reads them all before it lets
/// anybody answer. Room is taken up by what is there alone.
const KEPT_MAX: usize = 1 << 18;

/// A connection to a server that will do, which comes back by itself.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// Its JetStream.
    pub jetstream: jetstream::Context,
    link: watch::Receiver<Link>,
}

/// How the connection fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether a server is connected now.
    pub connected: bool,
    /// How often it was connected again.
    pub reconnects: u64,
    /// Messages that the client dropped since nobody took them from their subscription.
    pub dropped: u64,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No server was named.
    #[error("connect to NATS: no server is set, set nats.url")]
    NoServer,
    /// A file of the settings cannot be read.
    #[error("read the {what} {}", path.display())]
    File {
        /// What it should hold.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The server does not know who this is.
    #[error(
        "connect to NATS at {servers}: the server refused the credentials, set the user and password, the token, the NKey or the credentials file it expects"
    )]
    Refused {
        /// The servers that were tried.
        servers: String,
    },
    /// No server could be reached.
    #[error("connect to NATS at {servers}: start nats-server there, or set nats.url")]
    Unreachable {
        /// The servers that were tried.
        servers: String,
        /// Why.
        source: async_nats::ConnectError,
    },
    /// The server is too old.
    #[error("connect to NATS at {servers}: nats-server is version {found}, upgrade it to {oldest} or newer", oldest = Version::OLDEST)]
    TooOld {
        /// The servers that were tried.
        servers: String,
        /// Its version.
        found: String,
    },
    /// The server keeps no streams.
    #[error(
        "connect to NATS at {servers}: JetStream is not enabled there, start nats-server with -js or enable it for the account"
    )]
    NoJetStream {
        /// The servers that were tried.
        servers: String,
    },
    /// The server does not say whether it keeps streams.
    #[error("ask NATS at {servers} for the account's JetStream")]
    Account {
        /// The servers that were tried.
        servers: String,
        /// Why.
        source: jetstream::context::AccountError,
    },
}

/// Connects to one of the servers and checks that it will do.
///
/// # Errors
/// [`ConnectError`], each saying what to change.
pub async fn connect(settings: &Settings) -> Result<Connection, ConnectError> {
    let servers = settings
        .urls
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if settings.urls.is_empty() {
        return Err(ConnectError::NoServer);
    }
    let (sender, link) = watch::channel(Link {
        connected: true,
        reconnects: 0,
        dropped: 0,
    });
    let mut greeted = false;
    let noted = std::sync::Mutex::new(move |event: &Event| note(&sender, &mut greeted, event));
    let options = options(settings)?.event_callback(move |event| {
        if let Ok(mut noted) = noted.lock() {
            noted(&event);
        }
        ready(())
    });
    let addresses: Vec<_> = settings.urls.iter().map(|url| url.address()).collect();
    let client = options
        .connect(addresses.as_slice())
        .await
        .map_err(|source| match source.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                ConnectError::Refused {
                    servers: servers.clone(),
                }
            }
            _ => ConnectError::Unreachable {
                servers: servers.clone(),
                source,
            },
        })?;
    check(&client.server_info().version, &servers)?;
    let builder = jetstream::ContextBuilder::new();
    let jetstream = bounded(builder.timeout(settings.ack_timeout), settings).build(client.clone());
    match asked(&jetstream, settings.connect_timeout).await {
        Ok(_) => Ok(Connection {
            client,
            jetstream,
            link,
        }),
        Err(error)
            if matches!(
                error.kind(),
                AccountErrorKind::JetStreamUnavailable | AccountErrorKind::JetStream(_)
            ) =>
        {
            Err(ConnectError::NoJetStream { servers })
        }
        Err(source) => Err(ConnectError::Account { servers, source }),
    }
}

/// How JetStream is asked, whichever.
fn bounded(
    builder: jetstream::context::ContextBuilder<jetstream::context::Yes>,
    settings: &Settings,
) -> jetstream::context::ContextBuilder<jetstream::context::Yes> {
    builder
        .ack_timeout(settings.ack_timeout)
        .backpressure_on_inflight(true)
}

/// What the account says of its JetStream. A cluster whose servers choose who leads it says nothing for a moment.
async fn asked(jetstream: &jetstream::Context, patience: Duration) -> Result<Account, AccountError> {
    let begun = Instant::now();
    loop {
        match jetstream.query_account().await {
            Err(error) if error.kind() == AccountErrorKind::TimedOut && begun.elapsed() < patience => {}
            answered => return answered,
        }
    }
}

impl Connection {
    /// The same connection to the JetStream of another domain, which lies behind the server that is connected.
    #[must_use]
    pub fn within(&self, domain: &str, settings: &Settings) -> Self {
        let builder = jetstream::ContextBuilder::new().domain(domain);
        let builder = builder.timeout(settings.ack_timeout);
        Self {
            jetstream: bounded(builder, settings).build(self.client.clone()),
            ..self.clone()
        }
    }

    /// How the connection fares now.
    pub fn link(&self) -> Link {
        *self.link.borrow()
    }

    /// Follows how the connection fares.
    pub fn watch(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }
}

/// Whether a server of this version will do. Whether it keeps streams only the account can tell: in a cluster others may
/// keep them for it.
fn check(version: &str, servers: &str) -> Result<(), ConnectError> {
    if Version::parse(version).is_none_or(|version| version < Version::OLDEST) {
        return Err(ConnectError::TooOld {
            servers: servers.to_owned(),
            found: version.to_owned(),
        });
    }
    Ok(())
}

fn options(settings: &Settings) -> Result<ConnectOptions, ConnectError> {
    let read = |what, path: &Path, source| ConnectError::File {
        what,
        path: path.to_owned(),
        source,
    };
    let options = ConnectOptions::new()
        .name(&settings.name)
        .connection_timeout(settings.connect_timeout)
        .request_timeout(Some(settings.ack_timeout))
        // By default a connection that only this side has is found out after three minutes.
        .ping_interval(settings.ping_interval)
        .subscription_capacity(KEPT_MAX)
        .max_reconnects(None)
        .reconnect_delay_callback(|attempts| {
            let attempts = u64::try_from(attempts).unwrap_or(u64::MAX);
            Duration::from_millis(attempts.saturating_mul(RECONNECT_PAUSE_STEP_MS)).min(RECONNECT_PAUSE_MAX)
        });
    let mut options = match &settings.auth {
        Auth::Nobody => options,
        Auth::Password { user, password } => {
            options.user_and_password(user.clone(), password.expose().to_owned())
        }
        Auth::Token(token) => options.token(token.expose().to_owned()),
        Auth::NkeyFile(path) => {
            let seed = text_of(path).map_err(|source| read("NKey seed file", path, source))?;
            options.nkey(seed.trim().to_owned())
        }
        Auth::CredentialsFile(path) => {
            let text = text_of(path).map_err(|source| read("credentials file", path, source))?;
            options
                .credentials(&text)
                .map_err(|source| read("credentials file", path, source))?
        }
    };
    let tls = &settings.tls;
    options = options.require_tls(tls.required);
    if let Some(path) = &tls.ca_file {
        options = options.add_root_certificates(path.clone());
    }
    if let Some(client) = &tls.client {
        options = options.add_client_certificate(client.cert_file.clone(), client.key_file.clone());
    }
    if tls.first {
        options = options.tls_first();
    }
    Ok(options)
}

/// A few hundred bytes at the start of the program: no thread is worth it.
fn text_of(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// Notes what the client tells about the connection. The first time it is connected it was not connected again.
fn note(link: &watch::Sender<Link>, greeted: &mut bool, event: &Event) {
    match event {
        Event::Connected => {
            let again = std::mem::replace(greeted, true);
            link.send_modify(|link| {
                link.connected = true;
                link.reconnects = link.reconnects.saturating_add(u64::from(again));
            });
            if again {
                tracing::info!("connected to NATS again");
            }
        }
        Event::Disconnected | Event::Closed => {
            link.send_modify(|link| link.connected = false);
            tracing::warn!("lost the connection to NATS");
        }
        // One event for each message: a line each would bury everything else.
        Event::SlowConsumer(_) => link.send_modify(|link| {
            link.dropped = link.dropped.saturating_add(1);
            if link.dropped.is_power_of_two() {
                tracing::warn!(
                    nats.dropped = link.dropped,
                    "messages over NATS were dropped: they came faster than they were taken"
                );
            }
        }),
        other => tracing::warn!(event = %other, "NATS told something"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_refused_with_what_to_change() {
        assert_eq!(
            check("2.12.3", "nats://a:1").unwrap_err().to_string(),
            "connect to NATS at nats://a:1: nats-server is version 2.12.3, upgrade it to 2.14 or newer"
        );
        assert!(check("2.14.0", "nats://a:1").is_ok());
    }

    #[test]
    fn the_link_counts_what_came_back() {
        let (sender, link) = watch::channel(Link {
            connected: true,
            reconnects: 0,
            dropped: 0,
        });
        let mut greeted = false;
        let mut told = |event| {
            note(&sender, &mut greeted, &event);
            *link.borrow()
        };
        let is = |connected, reconnects| Link {
            connected,
            reconnects,
            dropped: 0,
        };
        assert_eq!(told(Event::Connected), is(true, 0));
        assert_eq!(told(Event::Disconnected), is(false, 0));
        assert_eq!(told(Event::LameDuckMode), is(false, 0));
        assert_eq!(told(Event::Connected), is(true, 1));
        told(Event::SlowConsumer(7));
        let dropped = Link {
            dropped: 2,
            ..is(true, 1)
        };
        assert_eq!(told(Event::SlowConsumer(7)), dropped);
    }
}
