//! A condition, in CEL: owns what may be asked and how it is answered. Never asks for a value of an identifier, never
//! reads a clock, and says nothing of a customer's where it fails.
//!
//! Variables: `event` and `then` (`name`, `type`, `channel`, `time`, `expires`, `properties`, `context`, `traits`,
//! `source`), `matter`, `traits`, `cart` and `wishlist` (`product_id`, `name`, `quantity`, `price`, `currency`), `orders`
//! (open ones: `id`, `state`), `tickets` (open ones: `id`, `subject`, `complaint`), `offers` (`id`, `name`, `expires`,
//! `ended`, `end`), `bought` (ids of products), `totals` (`orders`, `revenue` by currency), `segments`, `value` (`recency`,
//! `frequency`, `monetary`, `name`, `tier`), `consent` (by `"channel/purpose"`), `counters` (`events`, `by_type`,
//! `by_channel`) and `kinds` (of identifiers). Times are whole seconds since 1970 (UTC).
//!
//! Functions, each with a window such as `"7d"` and a type such as `"Order Completed"`, both as they stand:
//!
//! | function | says |
//! |---|---|
//! | `count(type, window)` | how often it happened |
//! | `happened(type, window)` | whether it did |
//! | `quiet(type, window)` | whether it did not |
//! | `days(type, window)` | on how many days (UTC) |
//! | `visits(window)` | how often the customer was there: what is more than 30 minutes apart is two visits |
//! | `since(type)` | seconds since it happened last; 10^12 where it never did |
//! | `age(time)` | seconds since a time: seconds since 1970, or a text as RFC 3339 has it |
//! | `seconds(window)` | the seconds of a window |
//! | `get(map, name, otherwise)` | the member, or something else where it is not there |
//!
//! What `since` and `age` say changes every second. Where they are compared with a number that is written down
//! (`since("Order Completed") > seconds("90d")`), [`Holding::until`] is exact; elsewhere it is an hour later, and what they
//! say may be other for up to so long.

mod call;
mod given;
mod look;
mod map;
mod part;
mod read;
mod seen;
#[cfg(test)]
mod tests;
mod walk;

use std::sync::{Arc, LazyLock};

use cel::{
    Context, Env, ExecutionError, IdedExpr, Value as CelValue,
    common::{types::CelBool, value::CowVal},
};

use crate::{
    decide::rule::{
        condition::{
            call::{Call, Until},
            look::Look,
        },
        facts::Facts,
        reads::Reads,
    },
    domain::{time::Timestamp, value::Value},
};

/// What every evaluation has in common: the functions of the language.
static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// An expression that was read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Condition(Arc<Expression>);

/// What an expression was read as. `Debug` shows the text alone.
struct Expression {
    text: String,
    tree: IdedExpr,
    /// What the tree asks of the history, by number.
    calls: Vec<Call>,
    reads: Reads,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(out)
    }
}

/// What a condition says, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Whether it holds.
    pub holds: bool,
    /// From when on it may say something else although nothing happens; `None`: never.
    pub until: Option<Timestamp>,
}

/// Why an expression cannot be read or evaluated. Holds nothing that a customer said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Failed {
    /// What is wrong.
    pub problem: String,
}

impl Failed {
    fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
        }
    }
}

impl Condition {
    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// [`Failed`]: it is no CEL, or names something that there is not.
    pub fn parse(text: &str) -> Result<Self, Failed> {
        read::expression(text).map(|expression| Self(Arc::new(expression)))
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// [`Failed`]: it asks for something that is not there, or says neither.
    pub fn holds(&self, facts: &Facts<'_>) -> Result<Holding, Failed> {
        let holds = |val: CowVal<'_, '_>| val.downcast_ref::<CelBool>().map(|truth| *truth.inner());
        let (holds, until) = self
            .evaluate(facts, holds)
            .map_err(|error| given::failed(&error))?;
        let holds = holds.ok_or_else(|| Failed::new("expected something that holds or does not"))?;
        Ok(Holding { holds, until })
    }

    /// What it comes to.
    ///
    /// # Errors
    /// As [`Condition::holds`].
    pub fn value(&self, facts: &Facts<'_>) -> Result<Value, Failed> {
        let (value, _) = self
            .evaluate(facts, |val| given::value(&*val))
            .map_err(|error| given::failed(&error))?;
        value
    }

    /// The time that it comes to: whole seconds since 1970, or a text as RFC 3339 has it. `None` where it asks for
    /// something that is not there, or comes to nothing.
    ///
    /// # Errors
    /// [`Failed`]: it comes to something else.
    pub fn time(&self, facts: &Facts<'_>) -> Result<Option<Timestamp>, Failed> {
        let value = match self.evaluate(facts, |val| given::value(&*val)) {
            Ok((value, _)) => value?,
            Err(ExecutionError::NoSuchKey(_)) => return Ok(None),
            Err(error) => return Err(given::failed(&error)),
        };
        let time = given::time_of(&value);
        match value {
            Value::Null => Ok(None),
            _ => time.map(Some).ok_or_else(|| {
                Failed::new("expected a time: seconds since 1970, or a text as 2026-05-01T12:00:00Z")
            }),
        }
    }

    /// What it comes to, as `take` takes it, and until when.
    fn evaluate<T>(
        &self,
        facts: &Facts<'_>,
        take: impl FnOnce(CowVal<'_, '_>) -> T,
    ) -> Result<(T, Option<Timestamp>), ExecutionError> {
        let look = Look {
            facts,
            calls: &self.0.calls,
            until: Until::never(),
        };
        let mut context = Context::with_env(Arc::clone(&LANGUAGE));
        context.set_variable_resolver(&look);
        let taken = take(CelValue::resolve_val(&self.0.tree, &context)?);
        drop(context);
        Ok((taken, look.until.earliest()))
    }

    /// How far back it looks, in microseconds; `u64::MAX` where it asks when something happened last.
    pub fn window_us(&self) -> u64 {
        self.0.calls.iter().map(Call::window_us).max().unwrap_or_default()
    }

    /// Whether it asks what happened.
    pub fn looks_back(&self) -> bool {
        self.0.calls.iter().any(Call::looks_back)
    }

    /// Whether it says of these facts what it would say of more of the history.
    pub fn is_told_by(&self, facts: &Facts<'_>) -> bool {
        self.0.calls.iter().all(|call| call.is_told_by(facts))
    }

    /// What it looks at.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }
}
