//! `yekta erase`: erases a person, and tells when no file holds a byte of them any more.

use std::{
    io::Write,
    thread::sleep,
    time::{Duration, Instant},
};

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
    output::Format,
};

const ATTEMPT: &str = "erase a person";
/// What is read first in a receipt.
const LEAD: [&str; 7] = [
    "erasure",
    "profile",
    "erased_at",
    "gone_by",
    "clearing_at",
    "gone_at",
    "removed",
];
/// Between two looks at whether they are gone.
const LOOK: Duration = Duration::from_millis(500);

/// Who is erased, and how.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta erase user_id:u-77
  yekta erase 0b54a3c1f2d84e6c9a7b1d2e3f405162 --now --wait 600")]
pub struct Args {
    /// The profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Who,
    /// Write the service's files anew at once, and not within the horizon with others
    #[arg(long)]
    pub now: bool,
    /// Wait so many seconds until no file holds a byte of them; it is an error if one does then
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Erases and prints the receipt.
///
/// # Errors
/// When the service refuses (nobody is there, or several are meant) or cannot be reached, they are not gone in time, or
/// `out` takes no more.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let path = format!("/v1/profiles/{}", args.who.segment());
    let now = args.now.then_some("true");
    let mut receipt = client.delete(ATTEMPT, &with_query(&path, &[("now", now)]))?;
    if let Some(seconds) = args.wait {
        receipt = gone(client, receipt, Duration::from_secs(seconds))?;
    }
    answer::print(ATTEMPT, &receipt, &LEAD, args.format, out)
}

/// The receipt once it says that they are gone.
fn gone(client: &Client, receipt: String, patience: Duration) -> Result<String, ClientError> {
    let begun = Instant::now();
    let first = document(ATTEMPT, &receipt)?;
    let id = first.get("erasure").and_then(Value::as_str);
    let id = id.ok_or(ClientError::Answer {
        attempt: ATTEMPT,
        expected: "a receipt with the id of the erasure",
    })?;
    let path = format!("/v1/erasures/{id}");
    let mut receipt = receipt;
    loop {
        let now = document(ATTEMPT, &receipt)?;
        if now.get("gone_at").is_some_and(Value::is_string) {
            return Ok(receipt);
        }
        if begun.elapsed() >= patience {
            return Err(ClientError::Answer {
                attempt: ATTEMPT,
                expected: "that no file holds a byte of them by now; they cannot be read any more, ask again",
            });
        }
        sleep(LOOK);
        receipt = client.get(ATTEMPT, &path)?;
    }
}
