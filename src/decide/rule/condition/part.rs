//! What single parts of an expression are, and how what is wrong with them is said.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};

use crate::decide::rule::condition::look::call_number;

/// The number of the call whose answer a part is.
pub(super) fn asked(part: &IdedExpr) -> Option<usize> {
    match &part.expr {
        Expr::Ident(name) => call_number(name),
        Expr::Call(call) if call.func_name == operators::INDEX => match &call.args.first()?.expr {
            Expr::Ident(name) => call_number(name),
            _ => None,
        },
        _ => None,
    }
}

/// The number that a part always is.
pub(super) fn constant(part: &IdedExpr) -> Option<i64> {
    match &part.expr {
        Expr::Literal(LiteralValue::Int(number)) => Some(*number.inner()),
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::MULTIPLY, [first, second]) => constant(first)?.checked_mul(constant(second)?),
            (operators::ADD, [first, second]) => constant(first)?.checked_add(constant(second)?),
            (operators::SUBSTRACT, [first, second]) => constant(first)?.checked_sub(constant(second)?),
            _ => None,
        },
        _ => None,
    }
}

/// The text that a part is as it stands.
pub(super) fn text(part: &Expr) -> Option<&str> {
    match part {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// How a function is called.
pub(super) fn usage(name: &str) -> &'static str {
    match name {
        "age" => "age(time)",
        "get" => "get(map, name, otherwise)",
        "seconds" => "seconds(\"7d\")",
        "since" => "since(\"Order Completed\")",
        "visits" => "visits(\"7d\")",
        "happened" => "happened(\"Order Completed\", \"7d\")",
        "quiet" => "quiet(\"Order Completed\", \"7d\")",
        "days" => "days(\"Order Completed\", \"7d\")",
        _ => "count(\"Order Completed\", \"7d\")",
    }
}

/// What is said of a name that there is not.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    format!(
        "expected {what} that there is instead of {name}, one of {}",
        known.join(", ")
    )
}
