//! What a service said: owns [`Said`], a document or a part of one. What is not there, or is something else, is nothing.

use serde_json::Value;

const NOTHING: &Value = &Value::Null;

/// A part of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a>(&'a Value);

impl<'a> Said<'a> {
    /// Of an answer.
    pub(super) const fn of(value: &'a Value) -> Self {
        Self(value)
    }

    /// A member.
    pub(super) fn at(self, member: &str) -> Self {
        Self(self.0.get(member).unwrap_or(NOTHING))
    }

    /// Whether it is nothing.
    pub(super) fn is_nothing(self) -> bool {
        self.0.is_null()
    }

    /// A member that is a text; else an empty one.
    pub(super) fn text(self, member: &str) -> &'a str {
        self.0.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member that is a number.
    pub(super) fn number(self, member: &str) -> Option<f64> {
        self.0.get(member).and_then(Value::as_f64)
    }

    /// A member that counts; else 0.
    pub(super) fn count(self, member: &str) -> u64 {
        self.0.get(member).and_then(Value::as_u64).unwrap_or_default()
    }

    /// Whether a member is said to be so.
    pub(super) fn is(self, member: &str) -> bool {
        self.0.get(member).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The items of a member.
    pub(super) fn list(self, member: &str) -> impl Iterator<Item = Self> + use<'a> {
        let items = self.0.get(member).and_then(Value::as_array);
        items.into_iter().flatten().map(Self)
    }

    /// The items of a member that are texts.
    pub(super) fn texts(self, member: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.list(member).filter_map(|item| item.0.as_str())
    }

    /// The item of a list of which a member is this text.
    pub(super) fn named(self, list: &str, member: &str, text: &str) -> Option<Self> {
        self.list(list).find(|item| item.text(member) == text)
    }
}
