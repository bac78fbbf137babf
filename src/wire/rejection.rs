//! Refused input: owns [`Reason`], the closed list that is also the metric label, and [`Rejection`].
//!
//! A message says which member was read and what was expected of it, never what was sent.

use std::fmt;

use crate::domain::event::{Name, StreamPlace};
use crate::wire::rules::Origin;

/// Bytes of a refused item that are kept.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024;

/// Why an item, or a whole body, is no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The text is no JSON, or not UTF-8.
    NotJson,
    /// The item is JSON, but no object.
    NotAnObject,
    /// The item has more bytes than an event may have.
    TooLarge,
    /// The body has more items, or the event more identifiers, than allowed.
    TooMany,
    /// The item is nested deeper than allowed.
    TooDeep,
    /// A member is missing that nothing stands in for.
    MissingMember,
    /// A member has another type than expected.
    WrongType,
    /// The time cannot be read.
    BadTime,
    /// An id, source, name or member name is too long or has control characters.
    BadName,
    /// The message has a type that Segment's specification does not have.
    UnknownType,
    /// The `CloudEvent` is not of version 1.
    UnknownVersion,
    /// The channel is not configured.
    UnknownChannel,
    /// The key is for another channel.
    ForeignChannel,
    /// The source is the one under which Yekta writes its own events.
    ReservedSource,
    /// Nothing in the event says who it is about.
    NoIdentity,
    /// An entry of `identifiers` has no kind, another trust, or a value that is neither text nor number.
    BadIdentifier,
    /// The consent is no map of channels to purposes to decisions.
    BadConsent,
    /// The event happened before the person it is about was erased.
    Erased,
    /// The event is older than its type is kept.
    TooLate,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 19] = [
        Self::NotJson,
        Self::NotAnObject,
        Self::TooLarge,
        Self::TooMany,
        Self::TooDeep,
        Self::MissingMember,
        Self::WrongType,
        Self::BadTime,
        Self::BadName,
        Self::UnknownType,
        Self::UnknownVersion,
        Self::UnknownChannel,
        Self::ForeignChannel,
        Self::ReservedSource,
        Self::NoIdentity,
        Self::BadIdentifier,
        Self::BadConsent,
        Self::Erased,
        Self::TooLate,
    ];

    /// The reason with this label.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The label in answers, metrics and subjects.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::TooDeep => "too_deep",
            Self::MissingMember => "missing_member",
            Self::WrongType => "wrong_type",
            Self::BadTime => "bad_time",
            Self::BadName => "bad_name",
            Self::UnknownType => "unknown_type",
            Self::UnknownVersion => "unknown_version",
            Self::UnknownChannel => "unknown_channel",
            Self::ForeignChannel => "foreign_channel",
            Self::ReservedSource => "reserved_source",
            Self::NoIdentity => "no_identity",
            Self::BadIdentifier => "bad_identifier",
            Self::BadConsent => "bad_consent",
            Self::Erased => "erased",
            Self::TooLate => "too_late",
        }
    }
}

/// Input that was refused, with what is needed to ask about it afterwards.
///
/// `Debug` leaves the body out: it is what the customer's channel sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// Which member, and what was expected of it. Holds nothing of what was sent.
    pub message: String,
    /// The event's id, where it could be read.
    pub id: Option<String>,
    /// The event's source, where it could be read, else that of its origin.
    pub source: Option<Name>,
    /// Where it stands in the stream it came by, if it came by one.
    pub origin: Option<Box<StreamPlace>>,
    /// The item as it was sent, cut to 4 KiB.
    pub body: Vec<u8>,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// By hand: the derive would take the event's source for the error's.
impl std::error::Error for Rejection {}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("reason", &self.reason)
            .field("message", &self.message)
            .field("id", &self.id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// What is wrong, before it is known whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: Reason,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    pub(crate) fn missing(member: &str) -> Self {
        Self::new(
            Reason::MissingMember,
            format!("read an event: expected the member {member}"),
        )
    }

    pub(crate) fn wrong_type(member: &str, expected: &str) -> Self {
        Self::new(Reason::WrongType, format!("read {member}: expected {expected}"))
    }

    /// The rejection of `body` for this fault.
    pub(crate) fn reject(
        self,
        body: &[u8],
        id: Option<String>,
        source: Option<Name>,
        origin: &Origin,
    ) -> Rejection {
        let body = match self.reason {
            // What is not to be kept is not kept as refused either.
            Reason::TooLate => Vec::new(),
            _ => body.get(..BODY_BYTES_MAX).unwrap_or(body).to_vec(),
        };
        Rejection {
            reason: self.reason,
            message: self.message,
            id,
            source: source.or_else(|| origin.source.clone()),
            origin: origin.place.clone().map(Box::new),
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Reason};
    use crate::domain::event::token;
    use crate::wire::fixture::origin;

    #[test]
    fn codes_are_subject_tokens_and_differ() {
        let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert!(codes.iter().all(|code| token(code) == *code));
        let back = |reason: &Reason| Reason::from_code(reason.code()) == Some(*reason);
        assert!(Reason::ALL.iter().all(back) && Reason::from_code("").is_none());
    }

    #[test]
    fn a_body_is_kept_in_part_and_never_shown() {
        let body = "09123456789 ".repeat(1000);
        let rejection =
            Fault::missing("channel").reject(body.as_bytes(), Some("e-1".into()), None, &origin());
        assert_eq!(rejection.body.len(), 4096);
        assert!(!format!("{rejection:?}").contains("0912"));
        assert_eq!(
            rejection.to_string(),
            "read an event: expected the member channel"
        );
    }
}
