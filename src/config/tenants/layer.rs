//! What the file of a tenant says, on top of what the process is configured by: tables put on top of each other. Owns which
//! settings are not a tenant's to say, and which of the process' hold for no tenant.

use std::path::{Path, PathBuf};

use ::config::{Config, File, FileFormat, Value, ValueKind};

use crate::config::{
    layers::{DEFAULTS, LoadOptions, merge, unreadable_file},
    problem::Problem,
};

/// What the file of a tenant says.
#[derive(Clone, Debug)]
pub(crate) struct TenantLayer<'a> {
    /// The tenant.
    pub(crate) name: &'a str,
    /// The file.
    pub(crate) origin: PathBuf,
    /// What it says.
    pub(crate) text: &'a str,
}

/// What is said once for the whole process, and by no tenant.
const OF_THE_PROCESS: [&str; 16] = [
    "data",
    "log",
    "nats",
    "cluster.standby",
    "cluster.name",
    "cluster.url",
    "cluster.lease_ms",
    "shop.hub",
    "tenants",
    "http.listen",
    "http.tls_cert_file",
    "http.tls_key_file",
    "http.tls_by_proxy",
    "http.dev_certificate",
    "http.connections_max",
    "http.idle_timeout_ms",
];
/// What the process says for itself, and for no tenant: a key that opens several would open all of them.
const OF_NO_TENANT: [&str; 7] = [
    "keys",
    "tokens",
    "http.write_key",
    "http.write_key_file",
    "http.read_key",
    "http.read_key_file",
    "shop.key",
];

/// All layers as one table, and what a tenant's file says on top of them.
pub(crate) fn merge_tenant<E>(
    options: LoadOptions<E>,
    tenant: &TenantLayer<'_>,
) -> Result<Value, Vec<Problem>>
where
    E: Iterator<Item = (String, String)>,
{
    let alone = |problem| vec![problem];
    let mut merged = merge(options).map_err(alone)?;
    let defaults = table_of(DEFAULTS, None).map_err(alone)?;
    let said = table_of(tenant.text, Some(&tenant.origin)).map_err(alone)?;
    let refused: Vec<Problem> = OF_THE_PROCESS
        .into_iter()
        .filter(|key| at(&said, key).is_some())
        .map(|key| Problem {
            key: key.to_owned(),
            value: None,
            origin: Some(tenant.origin.display().to_string()),
            expected: "expected in the configuration of the process, since all tenants share it".to_owned(),
        })
        .collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    for key in OF_NO_TENANT {
        if let (Some(default), Some(there)) = (at(&defaults, key), at_mut(&mut merged, key)) {
            default.clone_into(there);
        }
    }
    let public_url = under_its_path(&merged, &said, tenant.name);
    overlay(&mut merged, said);
    if let Some(url) = public_url {
        overlay(&mut merged, nested("http.public_url", url));
    }
    for (key, text) in [("data.tenant", tenant.name), ("tenants.dir", "")] {
        let value = Value::new(None, ValueKind::String(text.to_owned()));
        overlay(&mut merged, nested(key, value));
    }
    Ok(merged)
}

/// Where a tenant is reached that does not say so itself: below where the process is.
fn under_its_path(process: &Value, said: &Value, name: &str) -> Option<Value> {
    const KEY: &str = "http.public_url";
    let url = at(process, KEY)?;
    let text = url.clone().into_string().ok().filter(|text| !text.is_empty())?;
    let below = format!("{}{}", text.trim_end_matches('/'), path_of(name));
    let origin = url.origin().map(str::to_owned);
    let below = Value::new(origin.as_ref(), ValueKind::String(below));
    at(said, KEY).is_none().then_some(below)
}

/// Where in the URLs of a process a tenant is.
pub(crate) fn path_of(name: &str) -> String {
    format!("/t/{name}")
}

/// A text as a table.
fn table_of(text: &str, origin: Option<&Path>) -> Result<Value, Problem> {
    let source = File::from_str(text, FileFormat::Toml);
    let built = Config::builder().add_source(source).build();
    built
        .map(|built| built.cache)
        .map_err(|error| unreadable_file(origin, &error))
}

/// What stands at `section` or `section.key`.
fn at<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(value, |value, name| match &value.kind {
        ValueKind::Table(table) => table.get(name),
        _ => None,
    })
}

/// The same, to be put something else there.
fn at_mut<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    key.split('.')
        .try_fold(value, |value, name| match &mut value.kind {
            ValueKind::Table(table) => table.get_mut(name),
            _ => None,
        })
}

/// A table that has `value` at `section.key`.
fn nested(key: &str, value: Value) -> Value {
    key.rsplit('.').fold(value, |value, name| {
        let table = std::iter::once((name.to_owned(), value)).collect();
        Value::new(None, ValueKind::Table(table))
    })
}

/// Puts `over` on top of `under`, table by table.
fn overlay(under: &mut Value, over: Value) {
    let origin = over.origin().map(str::to_owned);
    match (&mut under.kind, over.kind) {
        (ValueKind::Table(below), ValueKind::Table(above)) => {
            for (name, value) in above {
                match below.get_mut(&name) {
                    Some(there) => overlay(there, value),
                    None => {
                        below.insert(name, value);
                    }
                }
            }
        }
        (_, kind) => *under = Value::new(origin.as_ref(), kind),
    }
}
