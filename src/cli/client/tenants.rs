//! `yekta tenant` where it names a running process: who there is, asked and said over HTTP instead of in the files.

use std::io::Write;

use serde_json::Value;

use crate::cli::{
    client::{
        address::encoded,
        connection::{Client, document},
        error::ClientError,
        server::{Key, ServerUrl, Trusted},
    },
    output::plain,
};

const LIST: &str = "list tenants";
const ADD: &str = "add a tenant";
const REMOVE: &str = "remove a tenant";
const TENANTS: &str = "/v1/tenants";
const FILE: &str = "application/toml";

/// A running process, if one is named: it is asked then, and knows its files itself.
#[derive(Clone, Debug, clap::Args)]
pub struct ProcessArgs {
    /// Where a process listens that is asked instead of the files; it goes by what it is told at once
    #[arg(long, env = "YEKTA_URL", value_name = "URL")]
    url: Option<ServerUrl>,
    /// A key of that process' own configuration with the role admin
    #[arg(long, env = "YEKTA_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<Key>,
    /// A file of certificates in PEM, those of https services that are trusted instead of the well-known authorities
    #[arg(long, env = "YEKTA_CA_FILE", value_name = "FILE")]
    ca_file: Option<Trusted>,
}

impl ProcessArgs {
    /// A client of that process.
    pub fn client(&self) -> Option<Client> {
        let url = self.url.as_ref()?;
        Some(Client::new(url, self.key.as_ref(), self.ca_file.as_ref()))
    }
}

/// Prints the tenants, a line each; answers how many have files that cannot be used.
///
/// # Errors
/// When the process refuses or cannot be reached, or `out` takes no more.
pub fn list(client: &Client, out: &mut impl Write) -> Result<usize, ClientError> {
    let answer = document(LIST, &client.get(LIST, TENANTS)?)?;
    let tenants = answer.get("tenants").and_then(Value::as_array);
    let tenants = tenants.ok_or(ClientError::Answer {
        attempt: LIST,
        expected: "a list of tenants",
    })?;
    let mut unsound = 0_usize;
    for tenant in tenants {
        let problem = tenant.get("problem").and_then(Value::as_str);
        unsound = unsound.saturating_add(usize::from(problem.is_some()));
        let fares = problem.map_or_else(|| said(tenant, "status"), plain);
        told(out, &said(tenant, "name"), &fares)?;
    }
    Ok(unsound)
}

/// Has a tenant of this name, or one whose file says something else.
///
/// # Errors
/// As of [`list`], and all that is wrong with the file.
pub fn add(client: &Client, name: &str, text: &str, out: &mut impl Write) -> Result<(), ClientError> {
    let answer = client.put(ADD, &of(name), (FILE, text.as_bytes()))?;
    let tenant = document(ADD, &answer)?;
    told(out, name, &said(&tenant, "path"))
}

/// Has no tenant of this name any more.
///
/// # Errors
/// As of [`list`], and where there is none.
pub fn remove(client: &Client, name: &str, out: &mut impl Write) -> Result<(), ClientError> {
    client.delete(REMOVE, &of(name))?;
    told(out, name, "removed")
}

/// The path of a tenant's administration.
fn of(name: &str) -> String {
    format!("{TENANTS}/{}", encoded(name))
}

fn said(tenant: &Value, member: &str) -> String {
    plain(tenant.get(member).and_then(Value::as_str).unwrap_or_default())
}

fn told(out: &mut impl Write, name: &str, what: &str) -> Result<(), ClientError> {
    writeln!(out, "{name}\t{what}").map_err(ClientError::Output)
}
