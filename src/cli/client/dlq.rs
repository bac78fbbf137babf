//! `yekta dlq`: what was refused, why, and taking it in once more after the cause was mended.

use std::io::Write;

use clap::Subcommand;
use serde_json::Value;

use crate::cli::{
    client::{
        answer,
        connection::{Client, document},
        error::ClientError,
        server::ServerArgs,
    },
    output::{Format, json_line, plain},
};

const ATTEMPT: &str = "read what was refused";
const RETRY: &str = "retry what was refused";
/// What is read first in an answer.
const LEAD: [&str; 7] = ["sequence", "time", "code", "message", "id", "source", "origin"];

/// What to do with refused items.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta dlq list
  yekta dlq show 12
  yekta dlq retry 12 13")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// One thing to do with refused items.
#[derive(Clone, Debug, Subcommand)]
pub enum Action {
    /// List the latest refused items
    List {
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=500))]
        limit: u64,
    },
    /// Show one with what was sent
    Show {
        /// Its number in the list
        #[arg(value_name = "N")]
        sequence: u64,
    },
    /// Put items of the input stream into it once more, after their cause was mended
    Retry {
        /// Their numbers in the list
        #[arg(required = true, value_name = "N")]
        sequences: Vec<u64>,
    },
}

/// Asks and prints.
///
/// # Errors
/// When the service refuses (there is no such item, or it came by no stream) or cannot be reached, or `out` takes no
/// more.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let format = args.format;
    match args.action {
        Action::List { limit } => list(
            &client.get(ATTEMPT, &format!("/v1/rejections?limit={limit}"))?,
            format,
            out,
        ),
        Action::Show { sequence } => {
            let answer = client.get(ATTEMPT, &format!("/v1/rejections/{sequence}"))?;
            answer::print(ATTEMPT, &answer, &LEAD, format, out)
        }
        Action::Retry { sequences } => sequences.into_iter().try_for_each(|sequence| {
            let answer = client.post(RETRY, &format!("/v1/rejections/{sequence}/retry"), b"{}")?;
            answer::print(RETRY, &answer, &LEAD, format, out)
        }),
    }
}

/// One line each, the latest first; what was sent is shown for one alone.
fn list(answer: &str, format: Format, out: &mut impl Write) -> Result<(), ClientError> {
    let answer = document(ATTEMPT, answer)?;
    let rejections = answer.get("rejections").and_then(Value::as_array);
    let rejections = rejections.ok_or(ClientError::Answer {
        attempt: ATTEMPT,
        expected: "a list of rejections",
    })?;
    for one in rejections {
        let printed = if format.is_json() {
            json_line(out, &one.to_string())
        } else {
            writeln!(out, "{}", line(one))
        };
        printed.map_err(ClientError::Output)?;
    }
    Ok(())
}

fn line(one: &Value) -> String {
    let text = |name: &str| plain(one.get(name).and_then(Value::as_str).unwrap_or("-"));
    let sequence = one.get("sequence").and_then(Value::as_u64).unwrap_or_default();
    format!(
        "{sequence}  {}  {}  {}  {}",
        text("time"),
        text("code"),
        text("id"),
        text("message")
    )
}
