//! `[http]`: where the service listens, who may ask, and how much at once.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use crate::{
    config::{reader::Reader, section::secret_or_file},
    http::tls::CertificateFiles,
    telemetry::Secret,
};

/// A key longer than this is a mistake.
const KEY_LETTERS_MAX: usize = 256;

/// The HTTP edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How QR links start; `None` follows from where it listens.
    pub public_url: Option<String>,
    /// Where in its URLs the tenant is, behind what all tenants have in common: nothing where there is one.
    pub path: String,
    /// Web pages that may read answers.
    pub cors_origins: CorsOrigins,
    /// Web pages that may show the agent's card in a frame, beside our own.
    pub frame_ancestors: Vec<String>,
    /// What a sender of events has to show; `None` asks for nothing.
    pub write_key: Option<Secret>,
    /// What a reader of profiles has to show; `None` asks for nothing.
    pub read_key: Option<Secret>,
    /// Bytes of one request's body, after decompression.
    pub body_bytes_max: usize,
    /// Items of one request.
    pub items_max: usize,
    /// How long a flat answer may take where the question does not say.
    pub flat_deadline: Duration,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Open connections.
    pub connections_max: usize,
    /// How long nothing is sent on one before it is closed.
    pub idle_timeout: Duration,
    /// Requests that are worked on at once.
    pub in_flight_max: usize,
    /// Subscribers of updates.
    pub subscribers_max: usize,
    /// Cards that are shown live.
    pub cards_max: usize,
    /// How connections are kept from others' eyes.
    pub tls: Tls,
}

/// How connections are kept from others' eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// They are not.
    Off,
    /// By whoever is in front of the service.
    ByProxy,
    /// By a certificate that the service makes for whoever tries it.
    Development,
    /// By the certificate in files.
    Files(CertificateFiles),
}

/// Whose pages may read answers (CORS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorsOrigins {
    /// Any: the origin that asks is answered with itself, which also allows credentials.
    Any,
    /// These alone; an empty list allows no page of another origin.
    Only(Vec<String>),
}

impl Http {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let address = "expected an address with a port such as 127.0.0.1:8080";
        let url = "expected how a URL starts, such as https://id.example.com, or nothing";
        Self {
            listen: table.text("listen", address, loopback, |text| text.parse().ok()),
            public_url: table.optional("public_url", url, public_url),
            path: String::new(),
            cors_origins: cors_origins(table),
            frame_ancestors: table.list_of(
                "frame_ancestors",
                "expected a list of origins such as https://desk.example.com",
                |text| is_origin(text).then(|| text.to_owned()),
            ),
            write_key: key(table, "write_key", "write_key_file"),
            read_key: key(table, "read_key", "read_key_file"),
            body_bytes_max: table.number("body_bytes_max", 1_024..=67_108_864),
            items_max: table.number("items_max", 1..=100_000),
            flat_deadline: table.millis("flat_deadline_ms", 10..=10_000),
            request_timeout: table.millis("request_timeout_ms", 100..=600_000),
            connections_max: table.number("connections_max", 1..=65_535),
            idle_timeout: table.millis("idle_timeout_ms", 1_000..=3_600_000),
            in_flight_max: table.number("in_flight_max", 1..=65_535),
            subscribers_max: table.number("subscribers_max", 1..=65_535),
            cards_max: table.number("cards_max", 1..=65_535),
            tls: tls(table),
        }
    }

    /// How QR links start, without a slash at the end; `bound` is where the service listens.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        let own = self.public_url.clone();
        own.unwrap_or_else(|| format!("{}://{bound}{}", self.scheme(), self.path))
    }

    /// What the service speaks itself.
    pub fn scheme(&self) -> &'static str {
        match self.tls {
            Tls::Off | Tls::ByProxy => "http",
            Tls::Development | Tls::Files(_) => "https",
        }
    }

    /// Whether only this machine can reach the service: behind a proxy on it others can as well.
    pub fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback() && self.tls != Tls::ByProxy
    }
}

fn tls(table: &mut Reader<'_>) -> Tls {
    let files = table.certificate("tls_cert_file", "tls_key_file");
    let files = files.map(|[chain, key]| Tls::Files(CertificateFiles { chain, key }));
    let by_proxy = table.switch("tls_by_proxy").then_some(Tls::ByProxy);
    let development = table.switch("dev_certificate").then_some(Tls::Development);
    let ways = [
        ("tls_cert_file", files),
        ("tls_by_proxy", by_proxy),
        ("dev_certificate", development),
    ];
    table.one_way(ways).unwrap_or(Tls::Off)
}

/// How a URL starts, without a slash at its end.
pub(crate) fn public_url(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let plain = !rest.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#\"<>".contains(&byte));
    plain.then(|| text.trim_end_matches('/').to_owned())
}

fn cors_origins(table: &mut Reader<'_>) -> CorsOrigins {
    let origin = |text: &str| (text == "*" || is_origin(text)).then(|| text.to_owned());
    let expected = "expected a list of origins such as https://shop.example.com, or of * alone";
    let origins = table.list_of("cors_origins", expected, origin);
    match origins.as_slice() {
        [all] if all == "*" => CorsOrigins::Any,
        origins if origins.iter().any(|origin| origin == "*") => {
            table.refuse("cors_origins", None, expected);
            CorsOrigins::Only(Vec::new())
        }
        _ => CorsOrigins::Only(origins),
    }
}

/// Whether `text` is an origin as browsers write it, and can stand in a list of them in a header.
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"/;,'\"".contains(&byte))
    })
}

/// The key itself, or the content of the file that holds it.
fn key(table: &mut Reader<'_>, key: &str, file_key: &str) -> Option<Secret> {
    let what = "1 to 256 visible ASCII characters without a colon";
    secret_or_file(table, [key, file_key], what, is_key).0
}

/// Whether `text` fits into a header as it is, also as the name of basic authentication, which ends at a colon.
fn is_key(text: &str) -> bool {
    let visible = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    (1..=KEY_LETTERS_MAX).contains(&text.len()) && text.bytes().all(visible)
}
