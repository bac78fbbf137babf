//! A report as tables for people: owns [`Shape`], which figures of a report are shown, and in which columns.
//!
//! Shows the most important figures; `--json` and `--csv` have all of them.

use std::io::{self, Write};

use serde_json::Value;

use crate::cli::output::plain;

mod shapes;

pub(super) use self::shapes::{CONTACTS, COVERAGE, CX, GAP, INSIGHTS, JOURNEY, SEGMENTS, Shape};

/// The period, and the tables one below the other; those of each journey below its name.
pub(super) fn print(out: &mut impl Write, shapes: &[Shape], report: &Value) -> io::Result<()> {
    let text = |name: &str| report.get(name).and_then(Value::as_str).map(plain);
    if let (Some(from), Some(until)) = (text("from"), text("until")) {
        writeln!(out, "{from} to {until}")?;
    }
    if let Some(missing) = report.get("first_missing").filter(|missing| missing.is_object()) {
        let [kind, touchpoint, journey] = ["kind", "touchpoint", "journey"].map(|name| cell(missing, name));
        writeln!(out, "missing first: {kind} at {touchpoint} of {journey}")?;
    }
    for journey in items(report, "journeys") {
        writeln!(out, "\njourney {}", cell(journey, "name"))?;
        write_tables(out, shapes, journey)?;
    }
    write_tables(out, shapes, report)
}

fn write_tables(out: &mut impl Write, shapes: &[Shape], of: &Value) -> io::Result<()> {
    for shape in shapes {
        // A table may be named by what its report is grouped by.
        let by = of.get("by").and_then(Value::as_str).map(plain);
        let head = if shape.head == "by" { by } else { None };
        let head = head.unwrap_or_else(|| shape.head.to_owned());
        let rows = items(of, shape.list).map(|item| row(&cell(item, shape.name), item, shape.members));
        let mut table: Vec<Vec<String>> = rows.collect();
        if let Some(total) = shape.total.map(|total| found(of, total)) {
            table.push(row("total", total, shape.members));
        }
        if table.is_empty() {
            continue;
        }
        let names = shape.members.iter().map(|name| name.replace(['_', '.'], " "));
        table.insert(0, std::iter::once(head).chain(names).collect());
        writeln!(out)?;
        aligned(out, &table)?;
    }
    Ok(())
}

fn row(first: &str, item: &Value, members: &[&str]) -> Vec<String> {
    let cells = members.iter().map(|name| cell(item, name));
    std::iter::once(first.to_owned()).chain(cells).collect()
}

/// What lies at a path of members.
fn found<'a>(of: &'a Value, path: &str) -> &'a Value {
    let mut members = path.split('.');
    let at = members.try_fold(of, |value, member| value.get(member));
    at.unwrap_or(&Value::Null)
}

fn items<'a>(of: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    found(of, path).as_array().into_iter().flatten()
}

/// A figure; of a score, its interval and of how many it is.
fn cell(item: &Value, path: &str) -> String {
    let mut scores = items(item, "scores");
    if let Some(score) = scores.find(|score| score.get("style").and_then(Value::as_str) == Some(path)) {
        let [value, low, high, n] = ["value", "low", "high", "n"].map(|name| cell(score, name));
        return format!("{value} ({low} to {high}) n {n}");
    }
    match found(item, path) {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => plain(text),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => {
            let texts = items.iter().filter_map(Value::as_str).map(plain);
            texts.collect::<Vec<_>>().join(" ")
        }
        other => plain(&other.to_string()),
    }
}

/// Each column as wide as its widest cell; the first to the left, the others to the right.
fn aligned(out: &mut impl Write, table: &[Vec<String>]) -> io::Result<()> {
    let columns = table.first().map_or(0, Vec::len);
    let letters = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(letters).collect();
    for row in table {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(shapes: &[Shape], report: &str) -> String {
        let mut out = Vec::new();
        print(&mut out, shapes, &serde_json::from_str(report).unwrap()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_report_of_contacts_is_three_tables() {
        let counts = r#""decided":3,"allow":1,"hold":2,"suppress":0,"sent":1,"failed":0,"unanswered":0,
            "allow_rate":0.3333,"hold_rate":0.6667,"suppress_rate":0.0,"failure_rate":0.0,"unanswered_rate":null"#;
        let report = format!(
            r#"{{"from":"2026-11-21","until":"2026-11-22","by":"team","total":{{{counts}}},
            "reasons":[{{"decision":"hold","rule":"quiet_hours","reason":"quiet","count":2,"share":0.6667}}],
            "groups":[{{"name":"",{counts}}}],"days":[{{"day":"2026-11-22",{counts}}}]}}"#
        );
        insta::assert_snapshot!(printed(CONTACTS, &report), @r"
        2026-11-21 to 2026-11-22

        day         decided  allow  hold  suppress  sent  failed  unanswered  allow rate  hold rate  suppress rate  failure rate  unanswered rate
        2026-11-22        3      1     2         0     1       0           0      0.3333     0.6667            0.0           0.0                -
        total             3      1     2         0     1       0           0      0.3333     0.6667            0.0           0.0                -

        team  decided  allow  hold  suppress  sent  failed  unanswered  allow rate  hold rate  suppress rate  failure rate  unanswered rate
        -           3      1     2         0     1       0           0      0.3333     0.6667            0.0           0.0                -

        decision         rule  reason  count   share
        hold      quiet_hours   quiet      2  0.6667
        ");
    }

    #[test]
    fn a_score_stands_with_its_interval_and_of_how_many_it_is() {
        let report = r#"{"from":"2026-11-21","until":"2026-11-22","by":"team","groups":[{"name":"care","scores":[
            {"style":"nps","n":40,"value":12.5,"low":-3.0,"high":28.0}]}],"operations":{"total":{"contacts":2},"teams":[]}}"#;
        insta::assert_snapshot!(printed(CX, report), @r"
        2026-11-21 to 2026-11-22

        team                       nps  csat  ces
        care  12.5 (-3.0 to 28.0) n 40     -    -

        team   contacts  queue mean s  handling mean s  abandonment rate  repeat rate  first contact resolution
        total         2             -                -                 -            -                         -
        ");
    }

    #[test]
    fn journeys_are_told_one_by_one() {
        let report = r#"{"from":"2026-11-21","until":"2026-11-22","journeys":[{"name":"a\u001bb","touchpoints":[
            {"stage":"s","touchpoint":"t","behaviour":3,"missing":["attitude","emotion"]}]}],"segments":[],
            "first_missing":{"journey":"a","touchpoint":"t","kind":"attitude"}}"#;
        insta::assert_snapshot!(printed(COVERAGE, report), @r"
        2026-11-21 to 2026-11-22
        missing first: attitude at t of a

        journey a�b

        touchpoint  behaviour  transaction  service  attitude  emotion  situation           missing
        t                   3            -        -         -        -          -  attitude emotion
        ");
    }
}
