//! `[nats]`: the servers that events come from and commits go to, and how their streams are made.

use std::time::Duration;

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
        events_restored_ns: table.optional(
            "events_restored",
            "expected when YEKTA_EVENTS was made, as nats stream info shows it, such as 2026-11-22T10:15:00.123456789Z, or nothing",
            |text| i64::try_from(text.parse::<jiff::Timestamp>().ok()?.as_nanosecond()).ok(),
        ),
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
    let nkey = table.file("nkey_seed_file");
    let credentials = table.file("credentials_file");
    if user.is_none() && password.is_some() {
        table.refuse("password", None, "expected nothing, since user is not set");
    }
    let user = user.map(|user| {
        let password = password.unwrap_or_else(|| Secret::new(""));
        Auth::Password { user, password }
    });
    let ways = [
        ("user", user),
        ("token", token.map(Auth::Token)),
        ("nkey_seed_file", nkey.map(Auth::NkeyFile)),
        ("credentials_file", credentials.map(Auth::CredentialsFile)),
    ];
    table.one_way(ways).unwrap_or(Auth::Nobody)
}

fn tls(table: &mut Reader<'_>) -> Tls {
    let required = table.switch("tls_required");
    let first = table.switch("tls_first");
    let ca_file = table.file("tls_ca_file");
    let client = table.certificate("tls_cert_file", "tls_key_file");
    let client = client.map(|[cert_file, key_file]| ClientCertificate { cert_file, key_file });
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
