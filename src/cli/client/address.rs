//! Who is meant: owns [`Identifier`] and [`Who`], read from the command line, and how they and other texts are written
//! into an address.
//!
//! Values are customers': `Debug` leaves them out, and no error repeats them. They go as they were typed; the service
//! normalises them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::domain::identifier::Kind;

/// Digits in a profile's id.
const ID_DIGITS: usize = 32;

/// What was typed names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is no identifier.
    #[error("expected kind:value, such as phone:+989123456789")]
    Identifier,
    /// It is neither an identifier nor an id.
    #[error("expected a profile id of 32 hexadecimal digits, or kind:value, such as phone:+989123456789")]
    Who,
}

/// A kind and a value.
#[derive(Clone, PartialEq, Eq)]
pub struct Identifier {
    /// The kind, such as `phone`.
    pub kind: Kind,
    /// The value as it was typed.
    pub value: String,
}

impl FromStr for Identifier {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (kind, value) = text.split_once(':').ok_or(AddressError::Identifier)?;
        let kind = Kind::new(kind.trim()).map_err(|_| AddressError::Identifier)?;
        match value.trim() {
            "" => Err(AddressError::Identifier),
            value => Ok(Self {
                kind,
                value: value.to_owned(),
            }),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identifier({})", self.kind.as_str())
    }
}

/// A profile: by its id, or by an identifier it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By its id, 32 hexadecimal digits.
    Id(String),
    /// By what it holds.
    Holder(Identifier),
}

impl Who {
    /// As a request's body names it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Holder(Identifier { kind, value }) => format!("{}:{value}", kind.as_str()),
        }
    }

    /// The one segment of an address path that names it.
    pub fn segment(&self) -> String {
        match self {
            Self::Id(id) => id.clone(),
            Self::Holder(Identifier { kind, value }) => format!("{}:{}", kind.as_str(), encoded(value)),
        }
    }
}

impl FromStr for Who {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() == ID_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self::Id(text.to_ascii_lowercase()));
        }
        let holder = text.parse().map_err(|_| AddressError::Who)?;
        Ok(Self::Holder(holder))
    }
}

/// The text as it may stand in one segment of a path or one value of a query: all but RFC 3986's unreserved bytes
/// escaped, so that no `+` becomes a space and no `/` a segment.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A path with a query of those parameters that have a value.
pub(crate) fn with_query(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded((*value)?))));
    let query = given.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, segment: Result<&str, AddressError>) {
        let found = text.parse::<Who>().map(|who| who.segment());
        assert_eq!(found, segment.map(str::to_owned), "{text}");
    }

    #[test]
    fn a_profile_is_named_by_its_id_or_by_what_it_holds() {
        let id = "00112233445566778899aabbccddeeff";
        check(id, Ok(id));
        check(&id.to_uppercase(), Ok(id));
        check("phone:+98 912", Ok("phone:%2B98%20912"));
        check("phone:۰۹", Ok("phone:%DB%B0%DB%B9"));
        check("email:a+b@x.ir", Ok("email:a%2Bb%40x.ir"));
        check("x_id:a/b?c#d%e:f", Ok("x_id:a%2Fb%3Fc%23d%25e%3Af"));
        for text in [
            "",
            "0912",
            &format!("{id}0"),
            "Phone:1",
            ":1",
            "phone:",
            "phone: ",
            "+:x",
        ] {
            check(text, Err(AddressError::Who));
        }
    }

    #[test]
    fn a_query_has_what_is_given() {
        let query = [
            ("stream", Some("updates,context")),
            ("channel", None),
            ("kind", Some("a&b=c")),
        ];
        assert_eq!(
            with_query("/v1/u", &query),
            "/v1/u?stream=updates%2Ccontext&kind=a%26b%3Dc"
        );
        assert_eq!(with_query("/v1/u", &[("channel", None)]), "/v1/u");
    }

    #[test]
    fn debug_shows_no_value() {
        let who: Who = "phone:+98912".parse().unwrap();
        assert_eq!(format!("{who:?}"), "Holder(Identifier(phone))");
    }
}
