//! `yekta report`: counts by day and by name, as a table.

use std::io::{self, Write};

use clap::{Subcommand, builder::PossibleValuesParser};
use serde_json::Value;

use crate::{
    cli::{
        client::{
            address::with_query,
            connection::{Client, document},
            error::ClientError,
            server::ServerArgs,
        },
        output::{Format, json_line, plain},
    },
    decide::contact::By,
};

const ATTEMPT: &str = "read a report";

/// The counts of a row, in this order.
const COUNTS: [&str; 7] = [
    "decided",
    "allow",
    "hold",
    "suppress",
    "sent",
    "failed",
    "unanswered",
];
/// Their rates.
const RATES: [&str; 5] = [
    "allow_rate",
    "hold_rate",
    "suppress_rate",
    "failure_rate",
    "unanswered_rate",
];

/// What is reported.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta report contacts
  yekta report contacts --from 2026-11-01 --until 2026-11-30 --by rule --json")]
pub struct Args {
    /// Of what
    #[command(subcommand)]
    pub what: What,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// One report.
#[derive(Clone, Debug, Subcommand)]
pub enum What {
    /// What was decided about messages, and what became of them
    Contacts {
        /// The first day, in UTC; 29 days before the last where it is not said
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day; today where it is not said
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
        /// By what groups are made; by channel where it is not said
        #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(By::ALL.map(By::as_str)))]
        by: Option<String>,
    },
}

/// Asks and prints.
///
/// # Errors
/// When the service refuses (a day is none, or there are too many) or cannot be reached, or `out` takes no more.
pub fn run(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let What::Contacts { from, until, by } = &args.what;
    let query = [
        ("from", from.as_deref()),
        ("until", until.as_deref()),
        ("by", by.as_deref()),
    ];
    let answer = client.get(ATTEMPT, &with_query("/v1/reports/contacts", &query))?;
    let printed = match args.format.is_json() {
        true => json_line(out, &answer),
        false => tables(out, &document(ATTEMPT, &answer)?),
    };
    printed.map_err(ClientError::Output)
}

/// The period, its reasons, its groups and its days, one below the other.
fn tables(out: &mut impl Write, report: &Value) -> io::Result<()> {
    let text = |name: &str| plain(report.get(name).and_then(Value::as_str).unwrap_or_default());
    writeln!(out, "{} to {}", text("from"), text("until"))?;
    let counts: Vec<&str> = COUNTS.iter().chain(&RATES).copied().collect();
    let rows =
        |list: &str, name: &str| of_list(report, list, |row| row_of(&cell(row.get(name)), row, &counts));
    let total = row_of("total", report.get("total").unwrap_or(&Value::Null), &counts);
    for (head, list, name) in [("day", "days", "day"), (&text("by"), "groups", "name")] {
        let mut table = vec![head_of(head, &counts)];
        table.extend(rows(list, name));
        if list == "days" {
            table.push(total.clone());
        }
        writeln!(out)?;
        aligned(out, &table)?;
    }
    let members = ["rule", "reason", "count", "share"];
    let mut table = vec![head_of("decision", &members)];
    table.extend(of_list(report, "reasons", |row| {
        row_of(&cell(row.get("decision")), row, &members)
    }));
    writeln!(out)?;
    aligned(out, &table)
}

fn of_list(report: &Value, list: &str, row: impl Fn(&Value) -> Vec<String>) -> Vec<Vec<String>> {
    let items = report.get(list).and_then(Value::as_array);
    items.into_iter().flatten().map(row).collect()
}

fn head_of(first: &str, members: &[&str]) -> Vec<String> {
    let names = members.iter().map(|name| name.replace('_', " "));
    std::iter::once(first.to_owned()).chain(names).collect()
}

fn row_of(first: &str, row: &Value, members: &[&str]) -> Vec<String> {
    let cells = members.iter().map(|name| cell(row.get(*name)));
    std::iter::once(first.to_owned()).chain(cells).collect()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => plain(text),
        Some(other) => other.to_string(),
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

    #[test]
    fn a_report_is_three_tables() {
        let counts = r#""decided":3,"allow":1,"hold":2,"suppress":0,"sent":1,"failed":0,"unanswered":0,
            "allow_rate":0.3333,"hold_rate":0.6667,"suppress_rate":0.0,"failure_rate":0.0,"unanswered_rate":null"#;
        let report = format!(
            r#"{{"from":"2026-11-21","until":"2026-11-22","by":"team","total":{{{counts}}},
            "reasons":[{{"decision":"hold","rule":"quiet_hours","reason":"quiet","count":2,"share":0.6667}}],
            "groups":[{{"name":"",{counts}}}],"days":[{{"day":"2026-11-22",{counts}}}]}}"#
        );
        let mut out = Vec::new();
        tables(&mut out, &serde_json::from_str(&report).unwrap()).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
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
}
