//! `yekta rules` and `yekta flows` of a running service: which rules hold and how they fare, and a flow that is started by
//! hand.

use std::io::Write;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::{
    client::{
        address::{Who, encoded},
        answer,
        connection::{Client, document},
        error::ClientError,
        flags::Unechoed,
        server::ServerArgs,
    },
    output::{Format, json_line, plain},
};

const LIST: &str = "list the rules";
const START: &str = "start a flow";
/// What is read first in an answer.
const LEAD: [&str; 4] = ["status", "flow", "members", "position"];

/// What to do with the rules.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// List the segments and flows that hold in a running service, and how they fare
    List(List),
}

/// How the rules are listed.
#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// What to do with flows.
#[derive(Clone, Debug, clap::Args)]
pub struct FlowsArgs {
    /// What to do
    #[command(subcommand)]
    pub action: FlowsCommand,
}

/// One thing to do with flows.
#[derive(Clone, Debug, Subcommand)]
pub enum FlowsCommand {
    /// Start a flow for one customer, or for all who are in a segment
    Start(Start),
}

/// Which flow is started for whom.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "whom", required = true, multiple = false, args = ["who", "segment"])]
#[command(after_help = "\
Examples:
  yekta flows start winback --who user_id:u-77
  yekta flows start winback --segment lapsed --request-id winback-november")]
pub struct Start {
    /// The flow
    #[arg(value_name = "NAME")]
    pub flow: String,
    /// For this customer: a profile's id, or an identifier that it holds
    #[arg(long, value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Option<Who>,
    /// For all who are in this segment
    #[arg(long, value_name = "NAME")]
    pub segment: Option<String>,
    /// A repeat under the same id starts nothing once more
    #[arg(long, value_name = "ID")]
    pub request_id: Option<String>,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

impl RulesCommand {
    /// Which service is asked.
    pub const fn server(&self) -> &ServerArgs {
        let Self::List(list) = self;
        &list.server
    }

    /// Asks and prints.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached, or `out` takes no more.
    pub fn run(&self, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
        let Self::List(list) = self;
        let answer = client.get(LIST, "/v1/rules")?;
        let printed = if list.format.is_json() {
            json_line(out, &answer)
        } else {
            lines(&document(LIST, &answer)?, out)
        };
        printed.map_err(ClientError::Output)
    }
}

impl FlowsArgs {
    /// Which service is asked.
    pub const fn server(&self) -> &ServerArgs {
        let FlowsCommand::Start(start) = &self.action;
        &start.server
    }

    /// Asks and prints.
    ///
    /// # Errors
    /// When the service refuses (there is no such rule; nobody is there, or several are meant) or cannot be reached, or `out`
    /// takes no more.
    pub fn run(&self, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
        let FlowsCommand::Start(start) = &self.action;
        let path = format!("/v1/flows/{}/start", encoded(&start.flow));
        let who = start.who.as_ref().map(Who::text);
        let body = json!({"who": who, "segment": start.segment, "request_id": start.request_id});
        let answer = client.post(START, &path, body.to_string().as_bytes())?;
        answer::print(START, &answer, &LEAD, start.format, out)
    }
}

/// One line for each rule, and one for what waits; what fails is said behind its rule.
fn lines(answer: &Value, out: &mut impl Write) -> std::io::Result<()> {
    let each = |kind: &str| {
        answer
            .get(kind)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for one in each("segments") {
        let members = one.get("members").and_then(Value::as_u64).unwrap_or_default();
        writeln!(
            out,
            "segment  {}  {members} in it  {}",
            text(&one, "name"),
            text(&one, "when")
        )?;
        failed(&one, out)?;
    }
    for one in each("flows") {
        writeln!(out, "flow  {}  on {}", text(&one, "name"), listed(&one, "on"))?;
        for step in one.get("steps").and_then(Value::as_array).into_iter().flatten() {
            writeln!(out, "  {}", plain(step.as_str().unwrap_or("-")))?;
        }
        failed(&one, out)?;
    }
    let timers = answer.get("timers").unwrap_or(&Value::Null);
    let waiting = timers.get("waiting").and_then(Value::as_u64).unwrap_or_default();
    writeln!(out, "timers  {waiting} waiting  next {}", text(timers, "next"))?;
    match answer.get("sweeping").and_then(Value::as_bool) {
        Some(true) => writeln!(out, "all profiles are being looked at by these segments"),
        _ => Ok(()),
    }
}

fn failed(rule: &Value, out: &mut impl Write) -> std::io::Result<()> {
    match rule.get("failures").and_then(Value::as_u64) {
        None | Some(0) => Ok(()),
        Some(times) => {
            let (problem, at) = (text(rule, "problem"), text(rule, "failed_at"));
            writeln!(out, "  skipped {times} times, last {at}: {problem}")
        }
    }
}

fn text(of: &Value, name: &str) -> String {
    plain(of.get(name).and_then(Value::as_str).unwrap_or("-")).to_string()
}

fn listed(of: &Value, name: &str) -> String {
    let all = of.get(name).and_then(Value::as_array).into_iter().flatten();
    let all: Vec<&str> = all.filter_map(Value::as_str).collect();
    match all.is_empty() {
        true => "no event: by hand alone".to_owned(),
        false => plain(&all.join(", ")).to_string(),
    }
}
