//! `yekta tail`: what the service publishes, as it happens.
//!
//! A connection that breaks is opened again behind the last message, so that none is missed or told twice while the
//! service keeps its position.

mod sse;
mod told;

use std::io::{self, Read, Write};

use ureq::BodyReader;

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
    #[arg(
        long,
        value_name = "STREAMS",
        default_value = "updates",
        default_value_if("channel", clap::builder::ArgPredicate::IsPresent, "context")
    )]
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
    let mut stream = client.patience().through(|| connect(client, &path, &parser))?;
    loop {
        match listen(&mut stream, &mut parser, &mut printer)? {
            Listened::Enough => return Ok(()),
            Listened::Broken => stream = reconnect(client, &path, &mut parser)?,
        }
    }
}

/// Why a stream is no longer listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listened {
    /// All that was wanted is printed.
    Enough,
    /// It ended, or its connection broke.
    Broken,
}

fn listen(
    stream: &mut impl Read,
    parser: &mut Parser,
    printer: &mut Printer<'_, impl Write>,
) -> Result<Listened, ClientError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut messages = Vec::new();
    loop {
        let read = match stream.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => return Ok(Listened::Broken),
            Ok(read) => read,
        };
        let fed = parser.feed(chunk.get(..read).unwrap_or_default(), &mut messages);
        for message in messages.drain(..) {
            if printer.print(&message).map_err(ClientError::Output)? == Some(0) {
                return Ok(Listened::Enough);
            }
        }
        fed.map_err(|_| ClientError::Message {
            bytes_max: Parser::BYTES_MAX,
        })?;
    }
}

/// Where messages go.
#[derive(Debug)]
struct Printer<'a, W> {
    format: Format,
    left: Option<u64>,
    out: &'a mut W,
}

impl<W: Write> Printer<'_, W> {
    /// Prints one at once, since the next may be long in coming; gives how many are still wanted.
    fn print(&mut self, message: &Message) -> io::Result<Option<u64>> {
        if self.format.is_json() {
            json_line(self.out, &message.data)?;
        } else {
            writeln!(self.out, "{}", told::told(message))?;
        }
        self.out.flush()?;
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(self.left)
    }
}

fn connect(client: &Client, path: &str, parser: &Parser) -> Result<BodyReader<'static>, ClientError> {
    let last_id = Some(parser.last_id()).filter(|id| !id.is_empty());
    client.follow(ATTEMPT, path, last_id)
}

/// Opens the stream again: at once would be a storm while the service restarts, so each try waits.
fn reconnect(client: &Client, path: &str, parser: &mut Parser) -> Result<BodyReader<'static>, ClientError> {
    parser.reconnected();
    let patience = client.patience();
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
