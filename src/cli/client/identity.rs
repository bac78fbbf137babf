//! `yekta identity` of a running service: why two are one person or not, who may be, and what a steward says.
//!
//! Asks by `POST` where it names people, so that no value stands in an address, which servers and proxies write into
//! their logs.

use std::io::Write;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::{
    client::{
        address::{Who, with_query},
        answer,
        connection::Client,
        error::ClientError,
        flags::Unechoed,
        server::ServerArgs,
    },
    output::Format,
};

const EXPLAIN: &str = "explain why two are one person";
const MATCHES: &str = "list possible matches";
const RULES: &str = "ask by which rules the store is kept";
const SAY: &str = "say who is one person";
const UNDO: &str = "take something back";
/// What is read first in an answer.
const LEAD: [&str; 7] = [
    "status", "word", "one", "profiles", "evidence", "likeness", "members",
];

/// What is asked or said about who is who.
#[derive(Clone, Debug, Subcommand)]
pub enum IdentityCommand {
    /// Ask a running service why two are one person, or why not
    Explain(Two),
    /// List who may be one person: of one profile, or all by their facts
    Matches(Matches),
    /// Ask by which rules the store is kept, and how far a change of them is carried out
    Rules(Common),
    /// Say that two are one person
    Merge(Say),
    /// Say that two are not one person
    Separate(Say),
    /// Take back a word, a merge or an event
    Undo(Undo),
}

/// Two who are meant.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Example:
  yekta identity explain phone:+989123456789 user_id:ann")]
pub struct Two {
    /// The one: a profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub a: Who,
    /// The other
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub b: Who,
    /// How and whom to ask
    #[command(flatten)]
    pub common: Common,
}

/// Which matches.
#[derive(Clone, Debug, clap::Args)]
pub struct Matches {
    /// Whose: a profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Option<Who>,
    /// How many, at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=500))]
    pub limit: u64,
    /// `next` of the page before
    #[arg(long)]
    pub cursor: Option<String>,
    /// How and whom to ask
    #[command(flatten)]
    pub common: Common,
}

/// What is said of two.
#[derive(Clone, Debug, clap::Args)]
pub struct Say {
    /// The two
    #[command(flatten)]
    pub two: Two,
    /// Who says so, and why
    #[command(flatten)]
    pub statement: Statement,
}

/// What is taken back.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "what", required = true, multiple = false, args = ["word", "absorbed", "event"])]
#[command(after_help = "\
Examples:
  yekta identity undo --word 5f0c…
  yekta identity undo --absorbed 0b54a3c1f2d84e6c9a7b1d2e3f405162
  yekta identity undo --event pos/tehran-12 0199f3b2")]
pub struct Undo {
    /// A word, by what merge or separate answered
    #[arg(long, value_name = "WORD")]
    pub word: Option<String>,
    /// The merge in which this profile was absorbed
    #[arg(long, value_name = "ID")]
    pub absorbed: Option<String>,
    /// An event that a channel sent, by its source and id
    #[arg(long, num_args = 2, value_names = ["SOURCE", "ID"])]
    pub event: Option<Vec<String>>,
    /// Who does, and why
    #[command(flatten)]
    pub statement: Statement,
    /// How and whom to ask
    #[command(flatten)]
    pub common: Common,
}

/// Who says something, and why.
#[derive(Clone, Debug, clap::Args)]
pub struct Statement {
    /// Who says so
    #[arg(long, default_value = "")]
    pub by: String,
    /// Why
    #[arg(long, default_value = "")]
    pub why: String,
}

/// How to print, and whom to ask.
#[derive(Clone, Debug, clap::Args)]
pub struct Common {
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

impl IdentityCommand {
    fn common(&self) -> &Common {
        match self {
            Self::Explain(two) => &two.common,
            Self::Matches(matches) => &matches.common,
            Self::Rules(common) => common,
            Self::Merge(say) | Self::Separate(say) => &say.two.common,
            Self::Undo(undo) => &undo.common,
        }
    }

    /// Which service is asked.
    pub fn server(&self) -> &ServerArgs {
        &self.common().server
    }

    /// Asks and prints.
    ///
    /// # Errors
    /// When the service refuses (nobody is there, or several are meant; two cannot be parted) or cannot be reached, or
    /// `out` takes no more.
    pub fn run(&self, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
        let post = |attempt, path: &str, body: Value| {
            let answer = client.post(attempt, path, body.to_string().as_bytes())?;
            Ok::<_, ClientError>((attempt, answer))
        };
        let (attempt, answer) = match self {
            Self::Explain(two) => post(EXPLAIN, "/v1/identity/explain", two.body())?,
            Self::Matches(matches) => (MATCHES, client.get(MATCHES, &matches.path())?),
            Self::Rules(_) => (RULES, client.get(RULES, "/v1/identity/rules")?),
            Self::Merge(say) => post(SAY, "/v1/identity/merge", say.body())?,
            Self::Separate(say) => post(SAY, "/v1/identity/separate", say.body())?,
            Self::Undo(undo) => post(UNDO, "/v1/identity/undo", undo.body())?,
        };
        answer::print(attempt, &answer, &LEAD, self.common().format, out)
    }
}

impl Two {
    fn body(&self) -> Value {
        json!({"a": self.a.text(), "b": self.b.text()})
    }
}

impl Matches {
    fn path(&self) -> String {
        let path = match &self.who {
            Some(who) => format!("/v1/profiles/{}/matches", who.segment()),
            None => "/v1/identity/matches".to_owned(),
        };
        let limit = self.limit.to_string();
        with_query(
            &path,
            &[("limit", Some(&limit)), ("cursor", self.cursor.as_deref())],
        )
    }
}

impl Say {
    fn body(&self) -> Value {
        let Two { a, b, .. } = &self.two;
        let Statement { by, why } = &self.statement;
        json!({"a": a.text(), "b": b.text(), "by": by, "why": why})
    }
}

impl Undo {
    fn body(&self) -> Value {
        let Statement { by, why } = &self.statement;
        let event = match self.event.as_deref() {
            Some([source, id]) => Some(json!({"source": source, "id": id})),
            _ => None,
        };
        json!({"word": self.word, "absorbed": self.absorbed, "event": event, "by": by, "why": why})
    }
}
