//! An expression, read and checked before anything is evaluated: what cannot be answered is refused here, with its place.

use cel::{
    common::ast::SourceInfo,
    parser::{ParseErrors, Parser},
};

use crate::decide::rule::condition::{Expression, Failed, walk};

/// The longest expression.
const LETTERS_MAX: usize = 4_096;
/// How deep expressions may stand in each other, for whoever reads them.
const DEPTH_MAX: u16 = 48;

/// Reads an expression.
pub(super) fn expression(text: &str) -> Result<Expression, Failed> {
    if text.chars().count() > LETTERS_MAX {
        let problem = format!("expected an expression of {LETTERS_MAX} letters at most");
        return Err(Failed::new(problem));
    }
    if text.trim().is_empty() {
        return Err(Failed::new("expected an expression"));
    }
    let parser = Parser::new()
        .enable_optional_syntax(true)
        .max_recursion_depth(DEPTH_MAX);
    let (mut tree, places) = parser
        .parse_with_source_info(text)
        .map_err(|errors| first(&errors))?;
    let walked = walk::walk(&mut tree).map_err(|refused| {
        let place = place(text, &places, refused.at);
        Failed::new(format!("{place}{}", refused.problem))
    })?;
    Ok(Expression {
        text: text.to_owned(),
        tree,
        calls: walked.calls,
        reads: walked.reads,
    })
}

/// The first of what is wrong: the others often come of it.
fn first(errors: &ParseErrors) -> Failed {
    let Some(error) = errors.errors.first() else {
        return Failed::new("expected an expression in CEL");
    };
    let (line, column) = error.pos;
    let message = error.msg.trim();
    Failed::new(format!("line {line}, column {}: {message}", column.max(1)))
}

/// Where a part of the expression stands.
fn place(text: &str, places: &SourceInfo, id: u64) -> String {
    let start = places.offset_for(id).map(|(start, _)| start);
    let Some(start) = start.and_then(|start| usize::try_from(start).ok()) else {
        return String::new();
    };
    let before: String = text.chars().take(start).collect();
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count();
    format!("line {line}, column {}: ", column.saturating_add(1))
}
