//! `[nats]`: the servers that events come from and commits go to, and how their streams are made.

use std::{path::PathBuf, time::Duration};

use crate::{
    config::reader::Reader,
    nats::{Auth, ClientCertificate, Limits, ServerUrl, Settings, Storage, Tls},
    telemetry::Secret,
};

const DAY: u64 = 24 * 60 * 60;

/// `None` where no server is named: the service is standalone then. The tenant is another section's matter.
pub(crate) fn read(table: &mut Reader<'_>) -> Option<Settings> {
    let urls = table.discreet_list_of(
        "url",
        "expected URLs such as nats://host:4222 without user and password, or none",
        |text| text.parse::<ServerUrl>().ok(),
    );
    let settings = Settings {
        auth: auth(table),
        tls: tls(table),
        name: table.text("name", "expected 1 to 64 letters", String::new(), |text| {
            (1..=64).contains(&text.len()).then(|| text.to_owned())
        }),
        storage: storage(table),
        connect_timeout: table.millis("connect_timeout_ms", 100..=60_000),
        ack_timeout: table.millis("ack_timeout_ms", 100..=60_000),
        ping_interval: table.millis("ping_interval_ms", 100..=60_000),
        stalled_after: table.millis("stalled_after_ms", 100..=3_600_000),
        urls,
        ..Settings::default()
    };
    (!settings.urls.is_empty()).then_some(settings)
}

/// One of the ways, never several.
fn auth(table: &mut Reader<'_>) -> Auth {
    let user = table.optional("user", "expected a user's name, or nothing", |text| {
        Some(text.to_owned())
    });
    let password = table.secret("password", "expected a password, or nothing", |_| true);
    let token = table.secret("token", "expected a token, or nothing", |_| true);
    let nkey = file(table, "nkey_seed_file");
    let credentials = file(table, "credentials_file");
    let is_lone_password = user.is_none() && password.is_some();
    let mut ways = [
        user.map(|user| {
            let password = password.unwrap_or_else(|| Secret::new(""));
            ("user", Auth::Password { user, password })
        }),
        token.map(|token| ("token", Auth::Token(token))),
        nkey.map(|path| ("nkey_seed_file", Auth::NkeyFile(path))),
        credentials.map(|path| ("credentials_file", Auth::CredentialsFile(path))),
    ]
    .into_iter()
    .flatten();
    if is_lone_password {
        table.refuse("password", None, "expected nothing, since user is not set");
    }
    let first = ways.next();
    for (key, _) in ways {
        let set = first.as_ref().map_or("another", |(key, _)| *key);
        table.refuse(key, None, format!("expected nothing, since {set} is set too"));
    }
    first.map_or(Auth::Nobody, |(_, auth)| auth)
}

fn tls(table: &mut Reader<'_>) -> Tls {
    let required = table.switch("tls_required");
    let first = table.switch("tls_first");
    let ca_file = file(table, "tls_ca_file");
    let client = match (file(table, "tls_cert_file"), file(table, "tls_key_file")) {
        (Some(cert_file), Some(key_file)) => Some(ClientCertificate { cert_file, key_file }),
        (None, None) => None,
        (Some(_), None) => {
            table.refuse("tls_key_file", None, "expected the key of tls_cert_file");
            None
        }
        (None, Some(_)) => {
            table.refuse("tls_cert_file", None, "expected the certificate of tls_key_file");
            None
        }
    };
    Tls {
        required,
        ca_file,
        client,
        first,
    }
}

fn storage(table: &mut Reader<'_>) -> Storage {
    Storage {
        replicas: table.number("replicas", 1..=5),
        events: Limits {
            age_max: seconds(table, "events_age_max_s"),
            bytes_max: bytes(table, "events_bytes_max"),
        },
        journal_bytes_max: bytes(table, "journal_bytes_max"),
        profiles_bytes_max: bytes(table, "profiles_bytes_max"),
        out: Limits {
            age_max: seconds(table, "out_age_max_s"),
            bytes_max: bytes(table, "out_bytes_max"),
        },
        duplicate_window: table.millis("duplicate_window_ms", 100..=DAY * 1_000),
    }
}

fn file(table: &mut Reader<'_>, key: &str) -> Option<PathBuf> {
    table.optional(key, "expected a file, or nothing", |text| {
        Some(PathBuf::from(text))
    })
}

/// 0 is without end.
fn seconds(table: &mut Reader<'_>, key: &str) -> Option<Duration> {
    let seconds: u64 = table.number(key, 0..=3_650 * DAY);
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// 0 is without end.
fn bytes(table: &mut Reader<'_>, key: &str) -> Option<u64> {
    let bytes: u64 = table.number(key, 0..=1 << 50);
    (bytes > 0).then_some(bytes)
}
