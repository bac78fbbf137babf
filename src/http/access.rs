//! Who may call what: owns [`Keys`] and [`Gate`], and reads the credentials that clients send.
//!
//! A write key names the sender of events. Browsers show theirs to everybody, so it opens nothing else: who asks and
//! commands shows another, or a token, and [`Guard`] says what they may. Never keeps a key in the clear and never shows
//! one.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    body::to_bytes,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{AUTHORIZATION, IF_NONE_MATCH},
        request::Parts,
    },
    middleware::Next,
    response::Response,
};
use data_encoding::BASE64;
use serde::Deserialize;

use crate::{
    api::{
        self, Api, Shown,
        guard::{Action, Caller, Guard},
    },
    domain::event::Name,
    http::{Http, answer::tagged, failure::Failure},
    wire::digest::Digest,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever sends events: with a write key, if any is configured. From browsers of any origin.
    Write,
    /// Whoever may do this, by the table of roles.
    Ask(Action),
    /// Whoever has a signed link to it, or may open cards.
    Link,
}

/// A key of a sender.
#[derive(Clone, Debug)]
pub struct WriteKey {
    /// The sender's name: the source of events that name none.
    pub name: Name,
    /// The channel that it is for; any where there is none.
    pub channel: Option<Name>,
    secret: Digest,
}

impl WriteKey {
    /// The key of the sender `name`, whose SHA-256 is `secret`.
    pub fn new(name: impl Into<Name>, channel: Option<Name>, secret: Digest) -> Self {
        Self {
            name: name.into(),
            channel,
            secret,
        }
    }
}

/// The configured keys of senders, which may change while the service runs. Without any, whoever reaches the port may
/// send: that is for loopback alone. Clones have the same keys.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Whether nothing is asked of anybody, which never changes: where all keys are taken out nobody sends.
    is_open: bool,
    current: Arc<RwLock<Arc<[WriteKey]>>>,
}

/// Nobody is asked for anything.
impl Default for Keys {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// What a sender's credentials opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The sender of this name and default channel.
    Known(Name, Option<Name>),
    /// Anybody: no key is configured.
    Anybody,
    /// Nobody: no key, or a wrong one.
    Stranger,
}

impl Keys {
    /// These keys.
    pub fn new(keys: Vec<WriteKey>) -> Self {
        Self {
            is_open: keys.is_empty(),
            current: Arc::new(RwLock::new(keys.into())),
        }
    }

    /// Takes these keys instead from now on. Where nothing is asked of anybody that stays so.
    pub fn renew(&self, keys: Vec<WriteKey>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    /// Who sends with these credentials; one right one is enough. `in_body` is asked for only if the others are not.
    pub fn sender(&self, headers: &HeaderMap, uri: &Uri, in_body: impl FnOnce() -> Option<String>) -> Sender {
        if self.is_open {
            return Sender::Anybody;
        }
        let known = presented(headers)
            .or_else(|| in_query(uri))
            .and_then(|secret| self.writer(&secret));
        match known.or_else(|| in_body().and_then(|secret| self.writer(&secret))) {
            Some(key) => Sender::Known(key.name, key.channel),
            None => Sender::Stranger,
        }
    }

    fn writer(&self, secret: &str) -> Option<WriteKey> {
        let digest = Digest::of(secret.as_bytes());
        let keys = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        keys.iter().find(|key| key.secret == digest).cloned()
    }
}

/// What whoever asks needs the answer for, as the audit log notes it.
const PURPOSE_HEADER: HeaderName = HeaderName::from_static("yekta-purpose");

/// What a route is for, and who decides who may.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) guard: Guard,
    pub(crate) action: Action,
}

impl Gate {
    /// Who asks with these headers, if they may.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        let secret = presented(headers);
        let caller = self.guard.admit(secret.as_deref(), self.action)?;
        Ok(caller.for_purpose(purpose(headers)))
    }
}

/// What whoever asks shows, for another edge.
pub(crate) fn shown(headers: &HeaderMap) -> Shown {
    Shown {
        secret: presented(headers),
        purpose: purpose(headers).map(str::to_owned),
    }
}

/// The same as headers, as [`shown`] reads it. What can stand in no header nobody's credentials are.
pub(crate) fn showing(shown: &Shown) -> HeaderMap {
    let header = |name: HeaderName, text: &str| Some((name, HeaderValue::from_str(text).ok()?));
    let secret = shown.secret.as_ref().map(|secret| format!("Bearer {secret}"));
    let secret = secret.and_then(|secret| header(AUTHORIZATION, &secret));
    let purpose = shown.purpose.as_deref();
    let purpose = purpose.and_then(|purpose| header(PURPOSE_HEADER, purpose));
    secret.into_iter().chain(purpose).collect()
}

fn purpose(headers: &HeaderMap) -> Option<&str> {
    headers.get(PURPOSE_HEADER)?.to_str().ok()
}

/// Lets a request pass whose caller may, and takes out of the answer what is not for them.
pub(crate) async fn require(
    State(gate): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let caller = gate.admit(request.headers())?;
    request.extensions_mut().insert(caller.clone());
    if caller.sees_all() {
        return Ok(next.run(request).await);
    }
    // The tag of an answer is that of its bytes: of what is shown.
    let held = request.headers_mut().remove(IF_NONE_MATCH);
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return Ok(response);
    }
    let whole = to_bytes(response.into_body(), usize::MAX).await;
    let whole = whole.map_err(|error| api::Failure::internal(&error))?;
    tagged(
        &HeaderMap::from_iter(held.map(|tag| (IF_NONE_MATCH, tag))),
        &caller.shown(&whole)?,
    )
}

/// The API, answering for whoever asks.
pub(crate) struct Asked(pub(crate) Api);

impl FromRequestParts<Http> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        // A route that is not behind the gate answers for nobody.
        let caller = parts.extensions.get::<Caller>().cloned();
        Ok(Self(caller.map_or_else(
            || http.api.clone(),
            |caller| http.api.answering(caller),
        )))
    }
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
            Sender::Known(name, _) => name,
            Sender::Anybody => "anybody".to_owned(),
            Sender::Stranger => "stranger".to_owned(),
        }
    }

    #[test]
    fn a_key_is_found_wherever_sdks_put_it() {
        let keys = Keys::new(vec![
            WriteKey::new("till", None, Digest::of(b"k1")),
            WriteKey::new("shop", None, Digest::of(b"k2")),
        ]);
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
        let keys = Keys::new(vec![WriteKey::new("till", None, Digest::of(b"k1"))]);
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
    fn a_key_that_is_taken_out_opens_nothing_also_where_none_is_left() {
        let keys = Keys::new(vec![WriteKey::new("till", None, Digest::of(b"k1"))]);
        let clone = keys.clone();
        keys.renew(vec![WriteKey::new("till", None, Digest::of(b"k2"))]);
        assert_eq!(sender(&clone, Some("bearer k1"), "/v1/b", None), "stranger");
        assert_eq!(sender(&clone, Some("bearer k2"), "/v1/b", None), "till");
        keys.renew(Vec::new());
        assert_eq!(sender(&clone, Some("bearer k2"), "/v1/b", None), "stranger");
    }

    #[test]
    fn what_is_shown_on_another_edge_is_shown_here() {
        let some = |text: &str| Some(text.to_owned());
        for (secret, purpose) in [(None, None), (some("k1"), None), (some("k 1:x"), some("call 7"))] {
            let given = Shown { secret, purpose };
            assert_eq!(shown(&showing(&given)), given);
        }
        let torn = Shown {
            secret: some("k\n1"),
            purpose: some("call\r"),
        };
        assert_eq!(shown(&showing(&torn)), Shown::default());
    }

    #[test]
    fn debug_shows_no_key() {
        let keys = Keys::new(vec![WriteKey::new("till", None, Digest::of(b"k-secret"))]);
        let digest = Digest::of(b"k-secret").to_string();
        let shown = format!("{keys:?}");
        assert!(!shown.contains("secret\"") && !shown.contains(&digest), "{shown}");
    }
}
