//! A value that must not be told: owns [`Secret`].

use std::fmt;

/// A text that `Debug` does not show. There is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one who compares or sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_does_not_show_it() {
        let secret = Some(Secret::new("s3cret"));
        assert_eq!(format!("{secret:?}"), "Some(Secret(***))");
        assert_eq!(secret.as_ref().map(Secret::expose), Some("s3cret"));
    }
}
