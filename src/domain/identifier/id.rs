//! Opaque ids: folded and trimmed, nothing else. Never guesses what an id means.

use crate::domain::identifier::normalise::{Defect, Refusal};

/// The trimmed id in `folded`, which went through [`crate::domain::identifier::text::fold`].
///
/// # Errors
/// [`Refusal::Empty`], or [`Refusal::Malformed`] when it holds a control character.
pub fn normalise(folded: &str) -> Result<String, Refusal> {
    let trimmed = folded.trim();
    if trimmed.is_empty() {
        return Err(Refusal::Empty);
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Refusal::Malformed(Defect::Characters));
    }
    Ok(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Defect, Refusal, normalise};

    #[test]
    fn ids_are_trimmed_and_keep_their_case_and_inner_spaces() {
        assert_eq!(normalise("  L-102 b\t").as_deref(), Ok("L-102 b"));
        assert_eq!(normalise(" \n"), Err(Refusal::Empty));
        assert_eq!(normalise("a\0b"), Err(Refusal::Malformed(Defect::Characters)));
    }
}
