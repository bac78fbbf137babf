//! The one way from a text that was sent to an [`Identifier`].
//!
//! Owns the order of the steps and the typed [`Refusal`]. Never keeps or shows a refused value; `wire` calls it and
//! turns a refusal into what is counted and kept.

use crate::domain::identifier::blocked::{is_keypad_spelling, is_one_digit, is_withheld};
use crate::domain::identifier::kind::Kind;
use crate::domain::identifier::region::Region;
use crate::domain::identifier::rules::{Format, IdentifierRules};
use crate::domain::identifier::trust::Trust;
use crate::domain::identifier::{Identifier, email, id, phone, text};

/// NFKC makes at most 18 characters of one; white space and wrapping come on top. Beyond this nothing is folded.
const RAW_BYTES_PER_CHARACTER: usize = 4;
const RAW_BYTES_SLACK: usize = 512;

/// Why a value is no identifier. Carries nothing of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The value is one that names nobody.
    #[error("normalise an identifier: expected a value that names somebody")]
    Blocked,
    /// The value has not the shape of its kind.
    #[error("normalise an identifier: {0}")]
    Malformed(Defect),
    /// The value is longer than the bound.
    #[error("normalise an identifier: expected a shorter value")]
    TooLong,
    /// Nothing is left of the value.
    #[error("normalise an identifier: expected a value, found none")]
    Empty,
    /// The caller hides the number.
    #[error("normalise an identifier: expected a number, the caller withheld it")]
    Withheld,
}

/// What is wrong with the shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// A character that the kind does not allow.
    #[error("expected only characters that its kind allows")]
    Characters,
    /// An e-mail address without `@`.
    #[error("expected an e-mail address with an @")]
    NoAt,
    /// The part before `@` is empty or needs quotes.
    #[error("expected a plain local part before the @")]
    LocalPart,
    /// The part behind `@` is no domain with a dot.
    #[error("expected a domain with a dot behind the @")]
    Domain,
    /// A national number, and no region to dial it in.
    #[error("expected a number with its country code, as no default region is set")]
    NoRegion,
    /// A number that no numbering plan hands out.
    #[error("expected a number that its numbering plan hands out")]
    Number,
}

impl Refusal {
    /// The label in answers and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blocked => "identifier_blocked",
            Self::Malformed(_) => "identifier_malformed",
            Self::TooLong => "identifier_too_long",
            Self::Empty => "identifier_empty",
            Self::Withheld => "identifier_withheld",
        }
    }
}

/// The identifier that `raw` writes, under the rules of its kind; `region` is where a national number is dialled.
///
/// Idempotent: the value of the answer normalises to itself.
///
/// # Errors
/// The [`Refusal`]; a refused identifier does not refuse its event.
pub fn normalise(
    rules: &IdentifierRules,
    kind: &Kind,
    raw: &str,
    trust: Trust,
    region: Option<&Region>,
) -> Result<Identifier, Refusal> {
    let raw_max = rules
        .length_max
        .saturating_mul(RAW_BYTES_PER_CHARACTER)
        .saturating_add(RAW_BYTES_SLACK);
    if raw.len() > raw_max {
        return Err(Refusal::TooLong);
    }
    let folded = text::fold(raw);
    let value = match rules.rule(kind).format {
        Format::Phone => {
            refuse_withheld(&folded)?;
            refuse_blocked(rules, kind, &folded)?;
            let number = phone::normalise(&folded, region)?;
            // Again, as what is withheld or one digit may show only behind the country code.
            refuse_withheld(&number)?;
            number
        }
        Format::Email => {
            refuse_blocked(rules, kind, &folded)?;
            email::normalise(&folded)?
        }
        Format::Id => id::normalise(&folded)?,
    };
    // Again, as a blocked value may have come in another spelling.
    refuse_blocked(rules, kind, &value)?;
    if value.chars().count() > rules.length_max {
        return Err(Refusal::TooLong);
    }
    Ok(Identifier::from_normalised(kind.clone(), value, trust))
}

fn refuse_blocked(rules: &IdentifierRules, kind: &Kind, value: &str) -> Result<(), Refusal> {
    if rules.blocked.contains(kind, value) {
        Err(Refusal::Blocked)
    } else {
        Ok(())
    }
}

fn refuse_withheld(folded: &str) -> Result<(), Refusal> {
    let (user, _) = phone::unwrapped(folded);
    if is_withheld(folded) || is_withheld(user) {
        return Err(Refusal::Withheld);
    }
    match phone::dialled(folded) {
        Ok(dialled) if is_keypad_spelling(&dialled) => Err(Refusal::Withheld),
        Ok(dialled) if is_one_digit(&dialled) || is_one_digit(phone::national_part(&dialled)) => {
            Err(Refusal::Blocked)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
