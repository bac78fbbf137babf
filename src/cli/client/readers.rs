//! `yekta readers`: who was told of a person, out of the service's audit log.

use std::io::Write;

use serde_json::Value;

use crate::cli::{
    client::{
        address::{Who, with_query},
        connection::{Client, document},
        error::ClientError,
        flags::Unechoed,
        server::ServerArgs,
    },
    output::{Format, json_line, plain},
};

const ATTEMPT: &str = "show who was told of a person";
/// Readings asked for at once.
const PAGE: u64 = 500;

/// Of whom, and how many.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
One line is one reading, the latest first: when, who, in which role, what they asked for, and how much they were
shown; by which view and what for, where that was said. This asking is the first.

Examples:
  yekta readers user_id:u-77
  yekta readers 0b54a3c1f2d84e6c9a7b1d2e3f405162 --latest 1000 --json")]
pub struct Args {
    /// The profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Who,
    /// Show the N latest readings
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    pub latest: u64,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks page by page and prints: a page may be empty and not be the last.
///
/// # Errors
/// When the service refuses, keeps no audit log or cannot be reached, or `out` takes no more.
pub fn run(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let path = format!("/v1/profiles/{}/readers", args.who.segment());
    let (mut left, mut cursor) = (args.latest, None::<String>);
    while left > 0 {
        let limit = left.min(PAGE).to_string();
        let query = [("limit", Some(limit.as_str())), ("cursor", cursor.as_deref())];
        let page = document(ATTEMPT, &client.get(ATTEMPT, &with_query(&path, &query))?)?;
        if page.get("kept").and_then(Value::as_bool) == Some(false) {
            return Err(ClientError::NobodyNoted { attempt: ATTEMPT });
        }
        let readers = page.get("readers").and_then(Value::as_array);
        let readers = readers.ok_or(ClientError::Answer {
            attempt: ATTEMPT,
            expected: "a page with readers",
        })?;
        for reader in readers {
            if left == 0 {
                break;
            }
            let printed = match args.format.is_json() {
                true => json_line(out, &reader.to_string()),
                false => writeln!(out, "{}", told(reader)),
            };
            printed.map_err(ClientError::Output)?;
            left = left.saturating_sub(1);
        }
        cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

/// When, who, in which role, what and how much; by which view and what for.
fn told(reader: &Value) -> String {
    let text = |name: &str| reader.get(name).and_then(Value::as_str).map(plain);
    let said =
        ["at", "who", "role", "action", "shown"].map(|name| text(name).unwrap_or_else(|| "-".to_owned()));
    let mut line = said.join("  ");
    for (name, label) in [("view", "view"), ("purpose", "for")] {
        if let Some(text) = text(name) {
            line.push_str(&format!("  {label}: {text}"));
        }
    }
    line
}
