//! How a document that the service answered with is printed.

use std::io::Write;

use crate::cli::{
    client::{connection::document, error::ClientError},
    output::{Format, json_line, outline},
};

/// Prints `answer` as its JSON or as an outline, in which the members named in `lead` come first.
///
/// # Errors
/// When `answer` is no JSON, or `out` takes no more.
pub(crate) fn print(
    attempt: &'static str,
    answer: &str,
    lead: &[&str],
    format: Format,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    let printed = if format.is_json() {
        json_line(out, answer)
    } else {
        outline(out, &document(attempt, answer)?, lead)
    };
    printed.map_err(ClientError::Output)
}
