//! A report as rows, for spreadsheets: one figure a row, whatever the report, so that those of several days or places can be
//! put below each other.
//!
//! Written by RFC 4180. A text with which a spreadsheet would begin to compute gets an apostrophe before it: names of teams,
//! causes and feelings are what senders chose.

use serde::Serialize;
use serde_json::{Map, Value};

const HEAD: &str = "part,journey,stage,touchpoint,name,style,figure,value\r\n";

/// Where a row belongs that is of the report as a whole.
const WHOLE: &str = "report";

/// What a member of a list says of the rows of its element.
#[derive(Clone, Copy)]
enum Column {
    Journey,
    Stage,
    Touchpoint,
    Name,
    Style,
    Figure,
}

/// Where a row belongs.
#[derive(Clone, Default)]
struct Row {
    part: String,
    journey: String,
    stage: String,
    touchpoint: String,
    name: String,
    style: String,
    figure: String,
}

/// The rows of a report, the head before them.
pub fn rows(report: &impl Serialize) -> String {
    let mut out = HEAD.to_owned();
    if let Ok(Value::Object(members)) = serde_json::to_value(report) {
        let (figures, parts): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_plain(value));
        let whole = Row {
            part: WHOLE.to_owned(),
            ..Row::default()
        };
        for (name, value) in figures {
            write(&mut out, &whole.with(Column::Figure, name), value);
        }
        for (name, value) in parts {
            let row = Row {
                part: name.clone(),
                ..Row::default()
            };
            match value {
                Value::Array(items) => list(&mut out, &row, name, items),
                value => each(&mut out, &row, value),
            }
        }
    }
    out
}

/// Which members say what an element of a list is.
fn naming(list: &str) -> &'static [(&'static str, Column)] {
    match list {
        "journeys" => &[("name", Column::Journey)],
        "stages" => &[("name", Column::Stage)],
        "curve" | "touchpoints" => &[("stage", Column::Stage), ("touchpoint", Column::Touchpoint)],
        "next" => &[("stage", Column::Name)],
        "scores" => &[("style", Column::Style)],
        "frictions" => &[("kind", Column::Name)],
        "days" => &[("day", Column::Name)],
        "silent" => &[("segment", Column::Name)],
        "moves" => &[("figure", Column::Name), ("style", Column::Style)],
        "employees" => &[("team", Column::Name)],
        "training" => &[("team", Column::Name), ("cause", Column::Name)],
        "trials" => &[("flow", Column::Name)],
        "reasons" => &[("decision", Column::Name), ("reason", Column::Name)],
        "insights" => &[("kind", Column::Name), ("about", Column::Name)],
        _ => &[("name", Column::Name)],
    }
}

fn list(out: &mut String, row: &Row, name: &str, items: &[Value]) {
    let names = naming(name);
    for item in items {
        let Value::Object(members) = item else {
            write(out, row, item);
            continue;
        };
        let mut row = row.clone();
        for (member, column) in names {
            if let Some(text) = members.get(*member).and_then(Value::as_str) {
                row = row.with(*column, text);
            }
        }
        let is_named = |member: &String| names.iter().any(|(name, _)| name == member);
        let rest: Map<String, Value> = members
            .iter()
            .filter(|(member, _)| !is_named(member))
            .map(|(member, value)| (member.clone(), value.clone()))
            .collect();
        each(out, &row, &Value::Object(rest));
    }
}

/// What is one figure first, then what holds several.
fn each(out: &mut String, row: &Row, value: &Value) {
    let Value::Object(members) = value else {
        return write(out, row, value);
    };
    let (figures, rest): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_plain(value));
    for (name, value) in figures.into_iter().chain(rest) {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let mut row = row.clone();
                // What was answered is told beside what else is known of the same.
                if name != "scores" {
                    row.part = joined(&row.part, '.', name);
                }
                list(out, &row, name, items);
            }
            Value::Array(items) => list(out, &row.with(Column::Figure, name), name, items),
            value => each(out, &row.with(Column::Figure, name), value),
        }
    }
}

const fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

impl Row {
    fn with(&self, column: Column, text: &str) -> Self {
        let mut row = self.clone();
        match column {
            Column::Journey => text.clone_into(&mut row.journey),
            Column::Stage => text.clone_into(&mut row.stage),
            Column::Touchpoint => text.clone_into(&mut row.touchpoint),
            Column::Name => row.name = joined(&row.name, '/', text),
            Column::Style => text.clone_into(&mut row.style),
            Column::Figure => row.figure = joined(&row.figure, '.', text),
        }
        row
    }
}

fn joined(before: &str, between: char, text: &str) -> String {
    match before {
        "" => text.to_owned(),
        before => format!("{before}{between}{text}"),
    }
}

/// One row; none of what is not known.
fn write(out: &mut String, row: &Row, value: &Value) {
    let value = match value {
        Value::Null => return,
        Value::String(text) => cell(text),
        value => value.to_string(),
    };
    let Row {
        part,
        journey,
        stage,
        touchpoint,
        name,
        style,
        figure,
    } = row;
    for text in [part, journey, stage, touchpoint, name, style, figure] {
        out.push_str(&cell(text));
        out.push(',');
    }
    out.push_str(&value);
    out.push_str("\r\n");
}

/// A text as a cell: quoted where it has to be, and never a formula.
fn cell(text: &str) -> String {
    let guard = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => "'",
        false => "",
    };
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{guard}{}\"", text.replace('"', "\"\"")),
        false => format!("{guard}{text}"),
    }
}

#[cfg(test)]
mod tests;
