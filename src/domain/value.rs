//! Free-form content of an event: owns [`Value`], a tree of texts, exact numbers, lists and maps.
//!
//! Never prints what it holds (it is customer data) and never reads a number through a float. `wire` builds it
//! from JSON, `domain` folds it, `store` packs it.

use std::collections::BTreeMap;
use std::fmt;

/// One value of an event's properties, traits or context.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing, said explicitly.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number in the decimal text it was sent in.
    Number(Number),
    /// A text.
    Text(String),
    /// Values in the order they were sent.
    List(Vec<Value>),
    /// Named values in the order of their names.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The list, if this is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The member called `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// A text as it is, or a number in its text: ids arrive in either form, and 42 is the id "42".
    #[must_use]
    pub fn text_or_number(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.as_str().to_owned()),
            _ => None,
        }
    }
}

/// The shape alone, never a text, number or key.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Bool(_) => f.write_str("Bool(…)"),
            Self::Number(number) => number.fmt(f),
            Self::Text(_) => f.write_str("Text(…)"),
            Self::List(items) => write!(f, "List[{}]", items.len()),
            Self::Map(members) => write!(f, "Map{{{}}}", members.len()),
        }
    }
}

/// A number as the decimal text it was sent in, in the shape of a JSON number: nothing is rounded.
///
/// It compares as text (`1` and `1.0` differ); a sum or an order by size goes through
/// [`crate::domain::amount::Amount`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

impl Number {
    /// The number written in `text`, or `None` when `text` is not a JSON number.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        is_json_number(text).then(|| Self(text.to_owned()))
    }

    /// The text it was sent in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number(…)")
    }
}

/// RFC 8259, section 6.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let no_leading_zero = whole == "0" || !whole.starts_with('0');
    let exponent = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    is_digits(whole) && no_leading_zero && fraction.is_none_or(is_digits) && exponent.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Number, Value};
    use std::collections::BTreeMap;

    #[test]
    fn a_number_has_the_shape_json_gives_it() {
        for text in [
            "0",
            "-0",
            "42",
            "1.50",
            "1e3",
            "-2.5E-7",
            "1E+2",
            "123456789012345678901234567890",
        ] {
            assert_eq!(
                Number::from_text(text).map(|n| n.as_str().to_owned()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "", "-", "+1", "01", ".5", "1.", "1e", "1e+", "0x1", " 1", "NaN", "1.2.3", "۱",
        ] {
            assert_eq!(Number::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn ids_are_coerced_from_numbers_and_from_nothing_else() {
        let number = Value::Number(Number::from_text("42").unwrap());
        assert_eq!(number.text_or_number().as_deref(), Some("42"));
        assert_eq!(
            Value::Text("42".to_owned()).text_or_number().as_deref(),
            Some("42")
        );
        assert_eq!(Value::Bool(true).text_or_number(), None);
        assert_eq!(Value::Null.text_or_number(), None);
    }

    #[test]
    fn debug_shows_the_shape_and_no_content() {
        let map = Value::Map(BTreeMap::from([(
            "secret".to_owned(),
            Value::Text("sara".to_owned()),
        )]));
        assert_eq!(map.get("secret").and_then(Value::as_text), Some("sara"));
        let list = Value::List(vec![map.clone(), Value::Bool(true)]);
        assert_eq!(format!("{map:?} {list:?}"), "Map{1} List[2]");
        let number = Value::Number(Number::from_text("98912").unwrap());
        assert_eq!(
            format!("{:?} {number:?}", Value::Text("sara".to_owned())),
            "Text(…) Number(…)"
        );
    }
}
