//! The layers of a configuration, put on top of each other: defaults, file, environment, flags.
//!
//! Owns where settings come from; never says what a setting means. `config` the crate merges, table by table.

use std::path::{Path, PathBuf};

use ::config::{Config, ConfigError as LayerError, File, FileFormat, Value, ValueKind};

use crate::config::problem::Problem;

/// The documented defaults: the lowest layer.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// What every environment variable of this program starts with.
const PREFIX: &str = "YEKTA_";
/// Stands between section and key in an environment variable.
const SEPARATOR: &str = "__";
/// The environment variable that names the file.
const FILE_VARIABLE: &str = "YEKTA_CONFIG";
/// The origin of a flag.
const COMMAND_LINE: &str = "command line";
/// How the origin of an environment variable starts.
const ENVIRONMENT: &str = "environment variable ";

/// What a configuration is made of, beside the defaults.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions<E> {
    /// The file; where there is none, the environment may name one with `YEKTA_CONFIG`.
    pub file: Option<PathBuf>,
    /// The environment. Only `YEKTA_SECTION__KEY` and `YEKTA_CONFIG` are looked at: without the double underscore a
    /// variable is none of ours, such as the `YEKTA_PORT` that container platforms set.
    pub env: E,
    /// Settings from flags as (`section.key`, value), which win over all else.
    pub overrides: Vec<(String, String)>,
}

/// A setting that came as text from outside the files.
struct Text {
    key: String,
    value: String,
    origin: String,
}

impl Text {
    /// A layer of its own, so that layers stay in order.
    fn into_layer(self) -> Result<Config, Problem> {
        let value = Value::new(Some(&self.origin), ValueKind::String(self.value));
        let layer = Config::builder()
            .set_override(&self.key, value)
            .and_then(|layer| layer.build());
        layer.map_err(|_| Problem {
            key: self.key,
            value: None,
            origin: Some(self.origin),
            expected: "expected a setting such as section.key".to_owned(),
        })
    }
}

/// All layers as one table.
pub(crate) fn merge<E>(options: LoadOptions<E>) -> Result<Value, Problem>
where
    E: Iterator<Item = (String, String)>,
{
    let (named, mut texts) = from_environment(options.env);
    texts.extend(options.overrides.into_iter().map(|(key, value)| Text {
        key,
        value,
        origin: COMMAND_LINE.to_owned(),
    }));
    let mut layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    let file = options.file.or(named);
    if let Some(path) = &file {
        layers = layers.add_source(File::from(path.as_path()).format(FileFormat::Toml));
    }
    for text in texts {
        layers = layers.add_source(text.into_layer()?);
    }
    let merged = layers
        .build()
        .map_err(|error| unreadable_file(file.as_deref(), &error))?;
    Ok(merged.cache)
}

/// Whether `value` came as text from outside the files, so that a number or a list is written as text too.
pub(crate) fn is_text(value: &Value) -> bool {
    value
        .origin()
        .is_some_and(|origin| origin == COMMAND_LINE || origin.starts_with(ENVIRONMENT))
}

/// The file that the environment names, and the settings it holds.
fn from_environment(env: impl Iterator<Item = (String, String)>) -> (Option<PathBuf>, Vec<Text>) {
    let mut file = None;
    let mut texts = Vec::new();
    for (variable, value) in env {
        if variable == FILE_VARIABLE {
            file = Some(PathBuf::from(value));
        } else if let Some(path) = variable
            .strip_prefix(PREFIX)
            .filter(|path| path.contains(SEPARATOR))
        {
            texts.push(Text {
                key: path.replace(SEPARATOR, ".").to_ascii_lowercase(),
                value,
                origin: format!("{ENVIRONMENT}{variable}"),
            });
        }
    }
    // A section and a key of it cannot both be set; which of them is refused must not depend on the environment's order.
    texts.sort_by(|a, b| a.key.cmp(&b.key));
    (file, texts)
}

/// Why the file could not be read. The parser shows the line it stumbled on, which may hold a secret: only where that
/// is and what was expected there is passed on.
pub(crate) fn unreadable_file(file: Option<&Path>, error: &LayerError) -> Problem {
    let expected = match error {
        LayerError::FileParse { cause, .. } => {
            let text = cause.to_string();
            let mut lines = text.lines();
            let place = lines.next().unwrap_or_default();
            match lines.next_back() {
                Some(reason) => format!("expected TOML, but {place}: {reason}"),
                None => format!("expected TOML, but {place}"),
            }
        }
        other => format!("expected a file that can be read, but {other}"),
    };
    Problem {
        key: file.map_or_else(|| "defaults".to_owned(), |path| path.display().to_string()),
        value: None,
        origin: Some("configuration file".to_owned()),
        expected,
    }
}
