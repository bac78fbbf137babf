//! `yekta profile`: a profile, its latest events, or why it is one person.

use std::io::Write;

use serde_json::Value;

use crate::cli::{
    client::{
        address::{Who, with_query},
        answer,
        connection::{Client, document},
        error::ClientError,
        flags::Unechoed,
        server::ServerArgs,
    },
    output::{Format, json_line, plain},
};

const ATTEMPT: &str = "show a profile";
/// What is read first in an answer.
const LEAD: [&str; 8] = [
    "id",
    "requested",
    "profile",
    "version",
    "identifiers",
    "traits",
    "members",
    "attributed",
];
/// Events asked for at once.
const PAGE: u64 = 100;

/// Whose profile, and what of it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta profile phone:+989123456789
  yekta profile 0b54a3c1f2d84e6c9a7b1d2e3f405162 --timeline 20
  yekta profile loyalty_id:L-102 --identity --json")]
pub struct Args {
    /// The profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Who,
    /// Show its N latest events instead
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub timeline: Option<u64>,
    /// Show what it is made of instead, and why that is one person
    #[arg(long, conflicts_with = "timeline")]
    pub identity: bool,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks and prints. Events come one per line, the latest first.
///
/// # Errors
/// When the service refuses (nobody is there, or several are meant) or cannot be reached, or `out` takes no more.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let path = format!("/v1/profiles/{}", args.who.segment());
    if let Some(most) = args.timeline {
        return timeline(&format!("{path}/timeline"), most, args.format, client, out);
    }
    let part = if args.identity { "/identity" } else { "" };
    let answer = client.get(ATTEMPT, &format!("{path}{part}"))?;
    answer::print(ATTEMPT, &answer, &LEAD, args.format, out)
}

fn timeline(
    path: &str,
    most: u64,
    format: Format,
    client: &Client,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    let (mut left, mut cursor) = (most, None::<String>);
    while left > 0 {
        let limit = left.min(PAGE).to_string();
        let query = [("limit", Some(limit.as_str())), ("cursor", cursor.as_deref())];
        let page = document(ATTEMPT, &client.get(ATTEMPT, &with_query(path, &query))?)?;
        let events = page.get("events").and_then(Value::as_array);
        let events = events.ok_or(ClientError::Answer {
            attempt: ATTEMPT,
            expected: "a timeline with events",
        })?;
        for event in events {
            if left == 0 {
                break;
            }
            let printed = if format.is_json() {
                json_line(out, &event.to_string())
            } else {
                writeln!(out, "{}", told(event))
            };
            printed.map_err(ClientError::Output)?;
            left = left.saturating_sub(1);
        }
        cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() || events.is_empty() {
            break;
        }
    }
    Ok(())
}

/// When, where and what.
fn told(event: &Value) -> String {
    let text = |name: &str| plain(event.get(name).and_then(Value::as_str).unwrap_or("-"));
    format!(
        "{}  {}  {}  {}",
        text("time"),
        text("channel"),
        text("type"),
        text("id")
    )
}
