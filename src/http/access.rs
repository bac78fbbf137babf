//! Who may call what: owns [`Keys`], and reads the credentials that clients send.
//!
//! A write key names the sender of events. Browsers show theirs to everybody, so it opens nothing else: questions and
//! commands take the read key. Never keeps a key in the clear and never shows one.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use data_encoding::BASE64;
use serde::Deserialize;

use crate::{
    domain::event::Name,
    http::{digest::Digest, failure::Failure},
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever sends events: with a write key, if any is configured. From browsers of any origin.
    Write,
    /// Whoever asks or commands: with the read key, if one is configured.
    Read,
    /// Whoever has a signed link to it, or may read.
    Link,
}

/// A key of a sender.
#[derive(Clone, Debug)]
pub struct WriteKey {
    /// The sender's name: the source of events that name none.
    pub name: Name,
    /// The channel of events that name none.
    pub channel: Option<Name>,
    secret: Digest,
}

impl WriteKey {
    /// The key `secret` of the sender `name`.
    pub fn new(name: impl Into<Name>, channel: Option<Name>, secret: &str) -> Self {
        Self {
            name: name.into(),
            channel,
            secret: Digest::of(secret.as_bytes()),
        }
    }
}

/// The configured keys. Without any, whoever reaches the port may do anything: that is for loopback alone.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    write: Vec<WriteKey>,
    read: Option<Digest>,
}

/// What a sender's credentials opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender<'a> {
    /// The sender of this name and default channel.
    Known(&'a Name, Option<&'a Name>),
    /// Anybody: no key is configured.
    Anybody,
    /// Nobody: no key, or a wrong one.
    Stranger,
}

impl Keys {
    /// These keys.
    pub fn new(write: Vec<WriteKey>, read: Option<&str>) -> Self {
        Self {
            write,
            read: read.map(|secret| Digest::of(secret.as_bytes())),
        }
    }

    /// Who sends with these credentials; one right one is enough. `in_body` is asked for only if the others are not.
    pub fn sender(
        &self,
        headers: &HeaderMap,
        uri: &Uri,
        in_body: impl FnOnce() -> Option<String>,
    ) -> Sender<'_> {
        if self.write.is_empty() {
            return Sender::Anybody;
        }
        let known = presented(headers)
            .or_else(|| in_query(uri))
            .and_then(|secret| self.writer(&secret));
        match known.or_else(|| in_body().and_then(|secret| self.writer(&secret))) {
            Some(key) => Sender::Known(&key.name, key.channel.as_ref()),
            None => Sender::Stranger,
        }
    }

    /// Whether a request with these headers may ask and command.
    pub fn may_read(&self, headers: &HeaderMap) -> bool {
        self.read
            .is_none_or(|read| presented(headers).is_some_and(|secret| Digest::of(secret.as_bytes()) == read))
    }

    fn writer(&self, secret: &str) -> Option<&WriteKey> {
        let digest = Digest::of(secret.as_bytes());
        self.write.iter().find(|key| key.secret == digest)
    }
}

/// Lets a request pass that may read.
pub(crate) async fn require_read(
    State(keys): State<Keys>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if keys.may_read(request.headers()) {
        return Ok(next.run(request).await);
    }
    Err(Failure::unauthorized(
        "send the read key as a bearer token or as the user of basic authentication",
    ))
}

/// The secret in `Authorization`: a bearer token, or the user of basic authentication.
fn presented(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .trim()
        .split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    let decoded = BASE64
        .decode(rest.as_bytes())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    Some(
        text.split_once(':')
            .map_or(text.as_str(), |(user, _)| user)
            .to_owned(),
    )
}

/// The `writeKey` of the query, as a beacon sends it.
fn in_query(uri: &Uri) -> Option<String> {
    #[derive(Deserialize)]
    struct Query {
        #[serde(rename = "writeKey")]
        write_key: Option<String>,
    }
    axum::extract::Query::<Query>::try_from_uri(uri).ok()?.0.write_key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(keys: &Keys, authorization: Option<&str>, uri: &str, body: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        headers.extend(authorization.map(|text| (AUTHORIZATION, text.parse().unwrap())));
        match keys.sender(&headers, &uri.parse().unwrap(), || body.map(str::to_owned)) {
            Sender::Known(name, _) => name.clone(),
            Sender::Anybody => "anybody".to_owned(),
            Sender::Stranger => "stranger".to_owned(),
        }
    }

    #[test]
    fn a_key_is_found_wherever_sdks_put_it() {
        let keys = Keys::new(
            vec![
                WriteKey::new("till", None, "k1"),
                WriteKey::new("shop", None, "k2"),
            ],
            None,
        );
        let basic = format!("Basic {}", BASE64.encode(b"k2:"));
        assert_eq!(sender(&keys, Some(&basic), "/v1/b", None), "shop");
        assert_eq!(sender(&keys, Some("bearer k1"), "/v1/b", None), "till");
        assert_eq!(sender(&keys, None, "/v1/b?writeKey=k1", None), "till");
        assert_eq!(sender(&keys, None, "/v1/b", Some("k2")), "shop");
        // An OAuth token beside the key in the body.
        assert_eq!(sender(&keys, Some("Bearer oauth"), "/v1/b", Some("k2")), "shop");
    }

    #[test]
    fn a_wrong_or_missing_key_is_a_strangers() {
        let keys = Keys::new(vec![WriteKey::new("till", None, "k1")], Some("r"));
        for authorization in [
            None,
            Some("Bearer k"),
            Some("Bearer r"),
            Some("Basic !"),
            Some("k1"),
            Some("Bearer "),
        ] {
            assert_eq!(
                sender(&keys, authorization, "/v1/b?writekey=k1", None),
                "stranger",
                "{authorization:?}"
            );
        }
        assert_eq!(
            sender(&Keys::default(), Some("Bearer x"), "/v1/b", None),
            "anybody"
        );
    }

    #[test]
    fn a_write_key_does_not_read() {
        let keys = Keys::new(vec![WriteKey::new("till", None, "k1")], Some("r"));
        let may = |text: &str| keys.may_read(&HeaderMap::from_iter([(AUTHORIZATION, text.parse().unwrap())]));
        assert!(may("Bearer r") && may(&format!("Basic {}", BASE64.encode(b"r:x"))));
        assert!(!may("Bearer k1") && !keys.may_read(&HeaderMap::new()));
        assert!(Keys::default().may_read(&HeaderMap::new()));
    }

    #[test]
    fn debug_shows_no_key() {
        let keys = Keys::new(vec![WriteKey::new("till", None, "k-secret")], Some("r-secret"));
        let digest = Digest::of(b"k-secret").to_string();
        let shown = format!("{keys:?}");
        assert!(!shown.contains("secret\"") && !shown.contains(&digest), "{shown}");
    }
}
