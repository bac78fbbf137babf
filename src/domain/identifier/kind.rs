//! Names of identifier kinds: owns [`Kind`]. Knows no rules; those are in `domain::identifier::rules`.

use std::borrow::Cow;
use std::fmt;

/// The name of an identifier kind: 1 to 64 characters of `a-z`, `0-9` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(Cow<'static, str>);

/// A text that cannot name a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read an identifier kind: expected 1 to 64 characters of a-z, 0-9 and _")]
pub struct KindError;

impl Kind {
    /// The account of a customer.
    pub const USER_ID: Self = Self::known("user_id");
    /// An e-mail address.
    pub const EMAIL: Self = Self::known("email");
    /// A telephone number.
    pub const PHONE: Self = Self::known("phone");
    /// A browser's cookie.
    pub const ANONYMOUS_ID: Self = Self::known("anonymous_id");
    /// An installation of an app.
    pub const DEVICE_ID: Self = Self::known("device_id");
    /// A loyalty card.
    pub const LOYALTY_ID: Self = Self::known("loyalty_id");
    /// An order, within its namespace.
    pub const ORDER_ID: Self = Self::known("order_id");
    /// A QR token that hands a session over.
    pub const QR_TOKEN: Self = Self::known("qr_token");
    /// A call in the telephone system.
    pub const CALL_ID: Self = Self::known("call_id");

    const LENGTH_MAX: usize = 64;

    const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The kind called `name`.
    ///
    /// # Errors
    /// [`KindError`] when `name` is empty, too long or has other characters than `a-z`, `0-9` and `_`.
    pub fn new(name: &str) -> Result<Self, KindError> {
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let fits = (1..=Self::LENGTH_MAX).contains(&name.len());
        (plain && fits)
            .then(|| Self(Cow::Owned(name.to_owned())))
            .ok_or(KindError)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, KindError};

    #[test]
    fn names_are_lower_case_words() {
        assert_eq!(Kind::new("user_id"), Ok(Kind::USER_ID));
        assert_eq!(Kind::new(&"k".repeat(64)).map(|kind| kind.as_str().len()), Ok(64));
        for name in ["", "User", "user-id", "user id", "کاربر", &"k".repeat(65)] {
            assert_eq!(Kind::new(name), Err(KindError), "{name}");
        }
    }
}
