//! `yekta lookup`: who holds these identifiers, as a view tells it.
//!
//! Asks by `POST`, so that no value stands in an address, which servers and proxies write into their logs.

use std::io::Write;

use serde_json::{Map, Value, json};

use crate::cli::{
    client::{
        address::Identifier,
        connection::{Client, document},
        error::ClientError,
        flags::Unechoed,
        server::ServerArgs,
    },
    output::{Format, json_line, outline},
};

const ATTEMPT: &str = "look up";
/// What is read first in an answer.
const LEAD: [&str; 7] = ["match", "view", "profile", "version", "person", "name", "id"];

/// Whom to look up.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta lookup phone:+989123456789
  yekta lookup email:sara@example.com loyalty_id:L-102 --view pos
  yekta lookup phone:09123456789 --flat --json")]
pub struct Args {
    /// Identifiers as kind:value; whoever holds one of them is found
    #[arg(required = true, value_name = "KIND:VALUE", value_parser = Unechoed::<Identifier>::new())]
    pub identifiers: Vec<Identifier>,
    /// The view that tells: callcenter, pos, web, mobile or a configured one
    #[arg(long, default_value = "callcenter")]
    pub view: String,
    /// Ask for a flat map of texts with every key present, as phone menus read it
    #[arg(long)]
    pub flat: bool,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Looks up and prints who was found. Finding nobody is an answer, not an error.
///
/// # Errors
/// When the service refuses or cannot be reached, or `out` takes no more.
pub fn run(args: Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let answer = client.post(ATTEMPT, "/v1/lookup", question(&args).to_string().as_bytes())?;
    let printed = if args.format.is_json() {
        json_line(out, &answer)
    } else {
        match document(ATTEMPT, &answer)? {
            Value::Object(found) if args.flat => flat(out, &found),
            found => outline(out, &found, &LEAD),
        }
    };
    printed.map_err(ClientError::Output)
}

fn question(args: &Args) -> Value {
    let identifiers = args.identifiers.iter();
    let identifiers: Vec<Value> = identifiers
        .map(|one| json!({"kind": one.kind.as_str(), "value": one.value}))
        .collect();
    json!({"identifiers": identifiers, "view": args.view, "flat": args.flat})
}

/// Every key on its own line, the empty ones too: that they are there is the point of the flat form.
fn flat(out: &mut impl Write, found: &Map<String, Value>) -> std::io::Result<()> {
    for (name, value) in found {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writeln!(
            out,
            "{}={}",
            crate::cli::output::plain(name),
            crate::cli::output::plain(&text)
        )?;
    }
    Ok(())
}
