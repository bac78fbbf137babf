//! `yekta tail`: what the service publishes, as it happens.
//!
//! A connection that breaks is opened again behind the last message, so that none is missed or told twice while the
//! service keeps its position.

mod sse;
mod told;

use std::io::{self, Read, Write};
use std::time::Duration;

use crate::cli::{
    client::{
        address::with_query,
        connection::Client,
        error::ClientError,
        server::ServerArgs,
        tail::sse::{Message, Parser},
    },
    output::{Format, json_line},
};

const ATTEMPT: &str = "follow updates";
const CHUNK_BYTES: usize = 16 * 1024;

/// What to follow.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta tail
  yekta tail --stream updates,context --profile 0b54a3c1f2d84e6c9a7b1d2e3f405162
  yekta tail --channel store --json
  yekta tail --cursor 0 --count 10")]
pub struct Args {
    /// Streams, with commas between: updates, context, action, insight, dlq
    #[arg(long, value_name = "STREAMS", default_value = "updates", default_value_if("channel", clap::builder::ArgPredicate::IsPresent, "context"))]
    pub stream: String,
    /// Messages about the profile of this id alone
    #[arg(long, value_name = "ID")]
    pub profile: Option<String>,
    /// Messages of this channel alone: those of the stream context, which it chooses unless --stream is given
    #[arg(long)]
    pub channel: Option<String>,
    /// Begin behind this position, 0 for all that is kept; else now
    #[arg(long, value_name = "N")]
    pub cursor: Option<u64>,
    /// End after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to follow
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Follows and prints a line per message, until it has printed `count` of them or `out` takes no more.
///
/// # Errors
/// When the first connection fails, the service refuses, a broken connection cannot be opened again within the
/// client's patience, or `out` takes no more.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let cursor = args.cursor.map(|cursor| cursor.to_string());
    let path = with_query(
        "/v1/updates",
        &[
            ("stream", Some(args.stream.as_str())),
            ("profile", args.profile.as_deref()),
            ("channel", args.channel.as_deref()),
        ],
    );
    // The cursor goes as the last id, as it does after each break: one way to say where the client is.
    let mut parser = Parser::after(cursor.unwrap_or_default());
    let mut printer = Printer {
        format: args.format,
        left: args.count,
        out,
    };
    let mut stream = client.patience.through(|| connect(client, &path, &parser))?;
    loop {
        let broken = match listen(&mut stream, &mut parser, &mut printer)? {
            Listened::Enough => return Ok(()),
            Listened::Broken { .. } => reconnect(client, &path, &mut parser)?,
        };
        stream = broken;
    }
}

fn connect(client: &Client, path: &str, parser: &Parser) -> Result<impl Read + use<>, ClientError> {
    let last_id = Some(parser.last_id()).filter(|id| !id.is_empty());
    client.follow(ATTEMPT, path, last_id)
}

/// Opens the stream again: at once would be a storm while the service restarts, so each try waits.
fn reconnect(client: &Client, path: &str, parser: &mut Parser) -> Result<impl Read + use<>, ClientError> {
    parser.reconnected();
    let patience = client.patience;
    let mut tries: u32 = 0;
    loop {
        tries = tries.saturating_add(1);
        let asked = parser.retry().filter(|_| tries == 1);
        (patience.pause)(patience.wait(tries, asked));
        match connect(client, path, parser) {
            Err(error) if is_passing(&error) && tries >= patience.tries => {
                let source = Box::new(error);
                return Err(ClientError::Lost { tries, source });
            }
            Err(error) if is_passing(&error) => {}
            done => return done,
        }
    }
}

fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::NothingListens { .. } | ClientError::Unreachable { .. } => true,
        ClientError::Refused { refusal, .. } => refusal.is_passing(),
        _ => false,
    }
}
