//! `yekta send`: events from a file, from standard input, or one from flags, in batches.
//!
//! Each batch is sent after the answer to the one before; what the service cannot take just now is sent again.

pub mod draft;

mod batches;
mod items;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::{
    client::{
        connection::{Client, document},
        error::ClientError,
        send::{
            batches::{Batch, Batches},
            draft::DraftArgs,
            items::Items,
        },
        server::ServerArgs,
    },
    output::{Format, json_line, plain},
};

const ATTEMPT: &str = "send events";

/// What to send.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
A file holds one event, one per line (NDJSON), or a JSON list: native events or CloudEvents.
With --json each batch's answer is printed, and `first` in it is the number of the batch's first event, from 0.

Examples:
  yekta send events.ndjson
  yekta generate --seed 1 --count 1000 | yekta send -
  yekta send --event 'Order Completed' --channel web --id email:sara@example.com --trust verified \\
    --property order_id=o-77 --property total=1250000 --property currency=IRR --trait first_name=Sara")]
pub struct Args {
    /// A file of events; - is standard input
    #[arg(required_unless_present = "event", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The event
    #[command(flatten, next_help_heading = "One event")]
    pub draft: DraftArgs,
    /// How to print
    #[command(flatten, next_help_heading = "Options")]
    pub format: Format,
    /// Whom to send to
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Sends and prints what became of the events: a line for each that was rejected, and the sums.
///
/// # Errors
/// When events cannot be read, the service refuses or cannot be reached, or at least one event was rejected. What was
/// sent before stays sent.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let format = args.format;
    if let Some(event) = args.draft.event() {
        return send(
            Items::new(event.to_string().as_bytes(), "flags"),
            client,
            format,
            out,
        );
    }
    let file = args.file.unwrap_or_else(|| PathBuf::from("-"));
    if file == Path::new("-") {
        return send(
            Items::new(io::stdin().lock(), "standard input"),
            client,
            format,
            out,
        );
    }
    let name = file.display().to_string();
    match File::open(&file) {
        Ok(opened) => send(Items::new(BufReader::new(opened), name), client, format, out),
        Err(source) => Err(ClientError::Input { name, source }),
    }
}

/// What became of the events so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    sent: u64,
    accepted: u64,
    duplicates: u64,
    rejected: u64,
}

fn send(
    items: Items<impl BufRead>,
    client: &Client,
    format: Format,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    let mut batches = Batches::new(items);
    let mut sums = Sums::default();
    let done = send_all(&mut batches, client, format, &mut sums, out);
    if !format.is_json() {
        let Sums {
            sent,
            accepted,
            duplicates,
            rejected,
        } = sums;
        writeln!(
            out,
            "sent {sent}: accepted {accepted}, duplicates {duplicates}, rejected {rejected}"
        )
        .map_err(ClientError::Output)?;
    }
    done?;
    match sums.rejected {
        0 => Ok(()),
        rejected => Err(ClientError::Rejected {
            rejected,
            sent: sums.sent,
        }),
    }
}

fn send_all(
    batches: &mut Batches<impl BufRead>,
    client: &Client,
    format: Format,
    sums: &mut Sums,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    while let Some(batch) = batches.next_batch()? {
        let post = || client.post(ATTEMPT, "/v1/events", &batch.body);
        let mut answer = document(ATTEMPT, &client.patience().through(post)?)?;
        let rejected = sums.add(&batch, &answer)?;
        let printed = if format.is_json() {
            if let Some(members) = answer.as_object_mut() {
                members.insert("first".to_owned(), batch.first.into());
            }
            json_line(out, &answer.to_string())
        } else {
            rejected
                .iter()
                .try_for_each(|one| writeln!(out, "{}", told(&batch, one)))
        };
        printed.map_err(ClientError::Output)?;
    }
    Ok(())
}

impl Sums {
    /// Adds what became of `batch`, and gives what was rejected of it.
    fn add<'a>(&mut self, batch: &Batch, answer: &'a Value) -> Result<&'a [Value], ClientError> {
        let unclear = || ClientError::Answer {
            attempt: ATTEMPT,
            expected: "an answer with accepted and rejected",
        };
        let accepted = answer
            .get("accepted")
            .and_then(Value::as_u64)
            .ok_or_else(unclear)?;
        let rejected = answer
            .get("rejected")
            .and_then(Value::as_array)
            .ok_or_else(unclear)?;
        // Null where events are queued: it is not known yet.
        let duplicates = answer
            .get("duplicates")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let refused = u64::try_from(rejected.len()).unwrap_or(u64::MAX);
        self.sent = self.sent.saturating_add(batch.count);
        self.accepted = self.accepted.saturating_add(accepted);
        self.duplicates = self.duplicates.saturating_add(duplicates);
        self.rejected = self.rejected.saturating_add(refused);
        Ok(rejected)
    }
}

/// A rejection, by the number its event has among all that were sent, from 1.
fn told(batch: &Batch, rejected: &Value) -> String {
    let text = |name: &str| plain(rejected.get(name).and_then(Value::as_str).unwrap_or_default());
    let index = rejected.get("index").and_then(Value::as_u64).unwrap_or_default();
    let number = batch.first.saturating_add(index).saturating_add(1);
    let id = match text("id") {
        id if id.is_empty() => id,
        id => format!(" ({id})"),
    };
    format!(
        "rejected event {number}{id}: {}: {}",
        text("code"),
        text("message")
    )
}
