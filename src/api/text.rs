//! Short texts of a request that are kept with a customer.

use crate::api::Failure;

/// Letters of each: as many as a profile keeps of one.
const LETTERS_MAX: usize = 120;

/// A text without the blanks around it. Else `code` is told, and what `members` were expected to be.
pub(super) fn short(text: &str, code: &'static str, members: &str) -> Result<String, Failure> {
    let text = text.trim();
    match (1..=LETTERS_MAX).contains(&text.chars().count()) {
        true => Ok(text.to_owned()),
        false => {
            let expected = format!("expected {members} of 1 to {LETTERS_MAX} letters");
            Err(Failure::bad_request(code, expected))
        }
    }
}
