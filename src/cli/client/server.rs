//! Which service is asked, and with which key: owns [`ServerArgs`], [`ServerUrl`] and [`Key`].

use std::{fmt, fs, io, str::FromStr};

use thiserror::Error;
use ureq::{
    http::Uri,
    tls::{PemItem, RootCerts, parse_pem},
};

use crate::cli::client::connection::Client;

/// The service, as flags and environment name it.
#[derive(Clone, Debug, clap::Args)]
pub struct ServerArgs {
    /// Where the service listens
    #[arg(
        global = true,
        long,
        env = "YEKTA_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub url: ServerUrl,
    /// The key: the read key, or for `send` a write key
    #[arg(
        long,
        global = true,
        env = "YEKTA_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub key: Option<Key>,
    /// A file of certificates in PEM, those of https services that are trusted instead of the well-known authorities
    #[arg(long, global = true, env = "YEKTA_CA_FILE", value_name = "FILE")]
    pub ca_file: Option<Trusted>,
}

impl ServerArgs {
    /// A client of that service.
    pub fn client(&self) -> Client {
        Client::new(&self.url, self.key.as_ref(), self.ca_file.as_ref())
    }
}

/// What was typed is no address of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UrlError {
    /// It is none at all.
    #[error("expected http://HOST:PORT or https://HOST:PORT")]
    Form,
    /// It names a user.
    #[error("expected an address without a user: give the key as --key")]
    User,
}

/// The address of a service: `http` or `https`, host, port and perhaps the path it is served under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl(String);

impl ServerUrl {
    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let uri: Uri = text.trim().parse().map_err(|_| UrlError::Form)?;
        let host = uri.authority().ok_or(UrlError::Form)?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| ["http", "https"].contains(scheme));
        let scheme = scheme.ok_or(UrlError::Form)?;
        if host.as_str().contains('@') {
            return Err(UrlError::User);
        }
        if host.host().is_empty() || uri.query().is_some() {
            return Err(UrlError::Form);
        }
        Ok(Self(format!(
            "{scheme}://{host}{}",
            uri.path().trim_end_matches('/')
        )))
    }
}

/// The certificates that are trusted.
#[derive(Clone, Debug)]
pub struct Trusted(RootCerts);

/// A file holds no certificates that could be trusted.
#[derive(Debug, Error)]
pub enum TrustedError {
    /// It cannot be read.
    #[error("read it")]
    File(#[source] io::Error),
    /// It holds none.
    #[error("expected certificates in PEM")]
    Empty,
    /// It holds something else.
    #[error("expected certificates in PEM")]
    Pem(#[source] ureq::Error),
}

impl Trusted {
    pub(crate) fn roots(&self) -> RootCerts {
        self.0.clone()
    }
}

impl FromStr for Trusted {
    type Err = TrustedError;

    fn from_str(path: &str) -> Result<Self, TrustedError> {
        let pem = fs::read(path).map_err(TrustedError::File)?;
        let mut certificates = Vec::new();
        for item in parse_pem(&pem) {
            if let PemItem::Certificate(certificate) = item.map_err(TrustedError::Pem)? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(TrustedError::Empty);
        }
        Ok(Self(RootCerts::from(certificates)))
    }
}

/// A key of the service. Shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The value of the `Authorization` header that presents it.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl From<String> for Key {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, UrlError>) {
        let url = text.parse::<ServerUrl>();
        assert_eq!(
            url.as_ref().map(ServerUrl::as_str),
            expected.as_ref().copied(),
            "{text}"
        );
    }

    #[test]
    fn an_address_is_http_or_https_with_a_host() {
        check("http://127.0.0.1:8080/", Ok("http://127.0.0.1:8080"));
        check(" http://[::1]:80/yekta/ ", Ok("http://[::1]:80/yekta"));
        check("https://x", Ok("https://x"));
        check("https://me:secret@x", Err(UrlError::User));
        check("http://me:secret@x", Err(UrlError::User));
        for text in [
            "",
            "127.0.0.1:8080",
            "x",
            "http://",
            "ftp://x",
            "http://x/?a=b",
            "/v1",
        ] {
            check(text, Err(UrlError::Form));
        }
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", Key::from("s3cret".to_owned())), "Key(…)");
    }
}
