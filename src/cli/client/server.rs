//! Which service is asked, and with which key: owns [`ServerArgs`], [`ServerUrl`] and [`Key`].

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use ureq::http::Uri;

use crate::cli::client::connection::Client;

/// The service, as flags and environment name it.
#[derive(Clone, Debug, clap::Args)]
pub struct ServerArgs {
    /// Where the service listens
    #[arg(
        long,
        env = "YEKTA_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub url: ServerUrl,
    /// The key: the read key, or for `send` a write key
    #[arg(long, env = "YEKTA_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<Key>,
}

impl ServerArgs {
    /// A client of that service.
    pub fn client(&self) -> Client {
        Client::new(&self.url, self.key.as_ref())
    }
}

/// What was typed is no address of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UrlError {
    /// It is none at all.
    #[error("expected http://HOST:PORT")]
    Form,
    /// It asks for TLS.
    #[error("expected http://HOST:PORT: this client speaks no TLS")]
    Tls,
    /// It names a user.
    #[error("expected http://HOST:PORT without a user: give the key as --key")]
    User,
}

/// The address of a service: `http`, host, port and perhaps the path it is served under.
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
        match uri.scheme_str() {
            Some("http") if host.as_str().contains('@') => Err(UrlError::User),
            Some("http") if !host.host().is_empty() && uri.query().is_none() => {
                Ok(Self(format!("http://{host}{}", uri.path().trim_end_matches('/'))))
            }
            Some("https") => Err(UrlError::Tls),
            _ => Err(UrlError::Form),
        }
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
    fn an_address_is_http_with_a_host() {
        check("http://127.0.0.1:8080/", Ok("http://127.0.0.1:8080"));
        check(" http://[::1]:80/yekta/ ", Ok("http://[::1]:80/yekta"));
        check("https://x", Err(UrlError::Tls));
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
