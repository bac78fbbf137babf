//! How values are read from flags: owns [`Unechoed`], the reading that keeps a value out of the usage error, and
//! [`Member`], a name with a value.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use serde_json::Value;
use thiserror::Error;

/// Reads a value by [`FromStr`]. Where that fails, the error names the flag and what was expected, but does not repeat
/// the value, as clap's own would: it may be a customer's.
pub(crate) struct Unechoed<T>(PhantomData<fn() -> T>);

impl<T> Unechoed<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Unechoed<T> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<T> TypedValueParser for Unechoed<T>
where
    T: FromStr<Err: fmt::Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let refused = |expected: &dyn fmt::Display| {
            let flag = arg.map(ToString::to_string).unwrap_or_default();
            clap::Error::raw(ErrorKind::ValueValidation, format!("read {flag}: {expected}\n"))
                .with_cmd(command)
        };
        let text = value.to_str().ok_or_else(|| refused(&"expected UTF-8"))?;
        text.parse().map_err(|error: T::Err| refused(&error))
    }
}

/// What was typed is no member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected name=value")]
pub struct MemberError;

/// A name with a value: JSON where it reads as JSON (`total=1250000`, `vip=true`), else text (`name=Sara`, and
/// `code=0012`, which is no number in JSON).
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
}

impl FromStr for Member {
    type Err = MemberError;

    fn from_str(text: &str) -> Result<Self, MemberError> {
        let (name, value) = text.split_once('=').ok_or(MemberError)?;
        if name.trim().is_empty() {
            return Err(MemberError);
        }
        Ok(Self {
            name: name.trim().to_owned(),
            value: serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        })
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Member({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, expected: Option<(&str, Value)>) {
        let member = text.parse::<Member>().ok();
        assert_eq!(
            member.map(|one| (one.name, one.value)),
            expected.map(|(name, value)| (name.to_owned(), value))
        );
    }

    #[test]
    fn a_value_is_json_where_it_reads_as_json() {
        check("total=1250000", Some(("total", json!(1_250_000))));
        check("vip=true", Some(("vip", json!(true))));
        check("tags=[\"a\"]", Some(("tags", json!(["a"]))));
        check("code=0012", Some(("code", json!("0012"))));
        check("name=Sara=x", Some(("name", json!("Sara=x"))));
        check("zip=\"12345\"", Some(("zip", json!("12345"))));
        check("empty=", Some(("empty", json!(""))));
        check("=x", None);
        check("name", None);
    }

    #[test]
    fn money_keeps_its_digits() {
        let member: Member = "total=12.50".parse().unwrap();
        assert_eq!(member.value.to_string(), "12.50");
        assert_eq!(format!("{member:?}"), "Member(total)");
    }
}
