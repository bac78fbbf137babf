//! What an expression comes to, as the house keeps it; and what went wrong, without a word of a customer's.

use std::collections::BTreeMap;

use cel::{
    ExecutionError,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelOptional, CelString, CelUInt, Kind},
        value::Val,
    },
};

use crate::{
    decide::rule::condition::{Failed, call},
    domain::{
        time::Timestamp,
        value::{Number, Value},
    },
};

/// The time that a text tells, in the form of RFC 3339.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Timestamp::from_micros(time.as_microsecond()))
}

/// The time that a value tells: whole seconds since 1970, or a text in the form of RFC 3339.
pub(super) fn time_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Text(text) => time(text),
        Value::Number(seconds) => Some(call::time(seconds.as_str().parse().ok()?)),
        _ => None,
    }
}

/// The value as the house keeps it.
pub(super) fn value(val: &dyn Val) -> Result<Value, Failed> {
    let given = match val.get_type().kind() {
        Kind::NullType => Some(Value::Null),
        Kind::Boolean => val
            .downcast_ref::<CelBool>()
            .map(|truth| Value::Bool(*truth.inner())),
        Kind::Int => val.downcast_ref::<CelInt>().and_then(|one| number(one.inner())),
        Kind::UInt => val.downcast_ref::<CelUInt>().and_then(|one| number(one.inner())),
        Kind::Double => val
            .downcast_ref::<CelDouble>()
            .and_then(|one| number(one.inner())),
        Kind::String => val
            .downcast_ref::<CelString<'_>>()
            .map(|text| Value::Text(text.inner().to_owned())),
        Kind::List => match val.downcast_ref::<CelList<'_>>() {
            Some(list) => {
                let values: Result<_, Failed> = list.inner().iter().map(|one| value(&**one)).collect();
                Some(Value::List(values?))
            }
            None => None,
        },
        Kind::Map => Some(Value::Map(members(val)?)),
        _ => match val.downcast_ref::<CelOptional<'_>>() {
            Some(optional) => return optional.option().map_or(Ok(Value::Null), value),
            None => None,
        },
    };
    given.ok_or_else(|| Failed::new("it comes to something that is no value, as a type"))
}

/// A number in the shortest decimal form that is read back the same.
fn number(number: &impl ToString) -> Option<Value> {
    Number::from_text(&number.to_string()).map(Value::Number)
}

fn members(map: &dyn Val) -> Result<BTreeMap<String, Value>, Failed> {
    let mut members = BTreeMap::new();
    let (Some(names), Some(indexer)) = (map.as_iterable(), map.as_indexer()) else {
        return Ok(members);
    };
    let mut names = names.iter();
    while let Some(name) = names.next() {
        let text = match value(name)? {
            Value::Text(text) => text,
            Value::Number(number) => number.as_str().to_owned(),
            _ => return Err(Failed::new("a member of a map has a name that is no text")),
        };
        let member = indexer.get(name).map_err(|error| failed(&error))?;
        members.insert(text, value(&*member)?);
    }
    Ok(members)
}

/// What went wrong. Nothing of the error's own but types and operators: it may hold values of a customer's.
pub(super) fn failed(error: &ExecutionError) -> Failed {
    let problem = match error {
        ExecutionError::NoSuchKey(_) => "asks for a member that is not there: ask with has() or get() first",
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types().join(", ");
            return Failed::new(format!("{} does not go with ({types})", overload.function()));
        }
        ExecutionError::IndexOutOfBounds(_) => "asks for an entry behind the last of a list",
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "divides by zero",
        ExecutionError::Overflow(..) => "comes to a number that is too large",
        ExecutionError::DuplicateKey(_) => "makes a map with a name twice",
        ExecutionError::FunctionError { function, .. } if function == "age" => {
            "asks for the age of what is no time: expected seconds since 1970, or a text as 2026-05-01T12:00:00Z"
        }
        ExecutionError::FunctionError { .. } => "gives a function what it cannot read",
        ExecutionError::UnexpectedType { .. }
        | ExecutionError::ValuesNotComparable(..)
        | ExecutionError::UnsupportedBinaryOperator(..) => "puts values together that do not go together",
        _ => "cannot be evaluated",
    };
    Failed::new(problem)
}
