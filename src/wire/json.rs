//! Between JSON and [`Value`]: numbers keep the text they were written in, both ways.

use std::collections::BTreeMap;

use crate::domain::value::{Number, Value};

/// The value that `json` holds.
#[must_use]
pub fn to_value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(yes) => Value::Bool(*yes),
        serde_json::Value::Number(number) => {
            let text = number.to_string();
            Number::from_text(&text).map_or(Value::Text(text), Value::Number)
        }
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(to_value).collect()),
        serde_json::Value::Object(members) => Value::Map(
            members
                .iter()
                .map(|(name, member)| (name.clone(), to_value(member)))
                .collect(),
        ),
    }
}

/// The JSON of `value`.
#[must_use]
pub fn from_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => serde_json::Value::Bool(*yes),
        Value::Number(number) => {
            let text = number.as_str();
            let exact = text.parse::<serde_json::Number>();
            exact.map_or_else(
                |_| serde_json::Value::String(text.to_owned()),
                serde_json::Value::Number,
            )
        }
        Value::Text(text) => serde_json::Value::String(text.clone()),
        Value::List(items) => serde_json::Value::Array(items.iter().map(from_value).collect()),
        Value::Map(members) => serde_json::Value::Object(from_map(members)),
    }
}

/// The JSON object of `members`.
#[must_use]
pub fn from_map(members: &BTreeMap<String, Value>) -> serde_json::Map<String, serde_json::Value> {
    members
        .iter()
        .map(|(name, member)| (name.clone(), from_value(member)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{from_value, to_value};
    use proptest::prelude::*;

    fn round(text: &str) -> String {
        from_value(&to_value(&serde_json::from_str(text).unwrap())).to_string()
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in [
            "1.50",
            "123456789012345678901234567890",
            "0.1",
            "-0",
            "1250000",
            "0.30000000000000000001",
        ] {
            assert_eq!(round(text), text);
        }
    }

    #[test]
    fn every_shape_survives() {
        let text = r#"{"a":[null,true,"x",{"b":1}],"ی":""}"#;
        assert_eq!(round(text), text);
    }

    #[test]
    fn of_members_with_one_name_the_last_holds() {
        assert_eq!(round(r#"{"a":1,"a":2}"#), r#"{"a":2}"#);
    }

    proptest! {
        #[test]
        fn any_decimal_is_kept_as_it_was_written(text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?") {
            prop_assert_eq!(round(&text), text);
        }
    }
}
