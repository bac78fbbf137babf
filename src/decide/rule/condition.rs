//! A condition, in CEL.

use std::sync::Arc;

use crate::{
    decide::rule::facts::Facts,
    domain::{time::Timestamp, value::Value},
};

/// An expression that was read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Condition {
    text: Arc<str>,
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

impl Condition {
    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads an expression.
    ///
    /// # Errors
    /// [`Failed`]: it is no CEL, or names something that there is not.
    pub fn parse(text: &str) -> Result<Self, Failed> {
        Ok(Self { text: text.into() })
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// [`Failed`]: it asks for something that is not there, or says neither.
    pub fn holds(&self, facts: &Facts<'_>) -> Result<Holding, Failed> {
        let _ = facts;
        Ok(Holding {
            holds: false,
            until: None,
        })
    }

    /// What it comes to.
    ///
    /// # Errors
    /// As [`Condition::holds`].
    pub fn value(&self, facts: &Facts<'_>) -> Result<Value, Failed> {
        let _ = facts;
        Ok(Value::Null)
    }

    /// The time that it comes to; `None` where it comes to nothing.
    ///
    /// # Errors
    /// As [`Condition::holds`], and where that is no time.
    pub fn time(&self, facts: &Facts<'_>) -> Result<Option<Timestamp>, Failed> {
        let _ = facts;
        Ok(None)
    }

    /// How far back it looks, in microseconds.
    pub fn window_us(&self) -> u64 {
        0
    }
}
