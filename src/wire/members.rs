//! The members of an object, taken out one by one: an absent, null or blank one is none, another type is a fault.

use std::collections::BTreeMap;

use crate::domain::value::Value;
use crate::wire::{
    json,
    rejection::{Fault, Reason},
};

/// What an object of JSON holds, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Members(pub(crate) BTreeMap<String, Value>);

impl Members {
    /// The members of the object written in `text`.
    ///
    /// # Errors
    /// [`Reason::NotJson`] or [`Reason::NotAnObject`].
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        // The reader's own message may quote what was sent.
        let json = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        match json::to_value(&json) {
            Value::Map(members) => Ok(Self(members)),
            _ => Err(Fault::new(
                Reason::NotAnObject,
                "read an event: expected a JSON object",
            )),
        }
    }

    /// The object again.
    pub(crate) fn into_value(self) -> Value {
        Value::Map(self.0)
    }

    /// The member called `name`, unless it is null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| *value != Value::Null)
    }

    /// The trimmed text or number called `name`, unless it is blank.
    pub(crate) fn take_text(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let Some(value) = self.take(name) else {
            return Ok(None);
        };
        let text = value
            .text_or_number()
            .ok_or_else(|| Fault::wrong_type(name, "a text or a number"))?;
        let trimmed = text.trim();
        Ok((!trimmed.is_empty()).then(|| trimmed.to_owned()))
    }

    /// The object called `name`; empty where there is none.
    pub(crate) fn take_map(&mut self, name: &str) -> Result<BTreeMap<String, Value>, Fault> {
        match self.take(name) {
            None => Ok(BTreeMap::new()),
            Some(Value::Map(members)) => Ok(members),
            Some(_) => Err(Fault::wrong_type(name, "an object")),
        }
    }

    /// The list called `name`; empty where there is none.
    pub(crate) fn take_list(&mut self, name: &str) -> Result<Vec<Value>, Fault> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::List(items)) => Ok(items),
            Some(_) => Err(Fault::wrong_type(name, "a list")),
        }
    }
}

/// Where the JSON reader stopped, without what it read there.
pub(crate) fn not_json(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    Fault::new(
        Reason::NotJson,
        format!("read the body: expected JSON at line {line} column {column}"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Members, Reason};

    #[test]
    fn absent_null_and_blank_are_none_and_numbers_are_texts() {
        let mut members =
            Members::parse(r#"{"a":null,"b":" \t","c":42,"d":" x ","e":{"f":1},"g":[1]}"#).unwrap();
        assert_eq!(members.take_text("a"), Ok(None));
        assert_eq!(members.take_text("b"), Ok(None));
        assert_eq!(members.take_text("c"), Ok(Some("42".into())));
        assert_eq!(members.take_text("d"), Ok(Some("x".into())));
        assert_eq!(
            members.clone().take_text("e").map_err(|fault| fault.reason),
            Err(Reason::WrongType)
        );
        assert_eq!(members.take_map("e").map(|map| map.len()), Ok(1));
        assert_eq!(
            members.clone().take_map("g").map_err(|fault| fault.reason),
            Err(Reason::WrongType)
        );
        assert_eq!(members.take_list("g").map(|list| list.len()), Ok(1));
        assert_eq!(members.take_list("h").map(|list| list.len()), Ok(0));
    }

    #[test]
    fn what_is_no_object_says_so_without_quoting() {
        for (text, reason) in [
            ("[1]", Reason::NotAnObject),
            ("{\"a\":secret}", Reason::NotJson),
            ("", Reason::NotJson),
        ] {
            let fault = Members::parse(text).unwrap_err();
            assert_eq!(fault.reason, reason, "{text}");
            assert!(!fault.message.contains("secret"));
        }
    }
}
