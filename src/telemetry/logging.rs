//! Log lines: which are written, how, and where to. Owns the set-up of `tracing`.

use std::{io, str::FromStr};

use tracing_subscriber::{EnvFilter, util::TryInitError};

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object each, for collectors.
    Json,
}

impl LogFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// The name in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// Which log lines are written: levels by module, such as `info,yekta=debug`. An empty one writes errors alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogFilter {
    type Err = LoggingError;

    fn from_str(text: &str) -> Result<Self, LoggingError> {
        EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|_| LoggingError::Filter)
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter cannot be understood.
    #[error("read a log filter: expected levels by module such as info,yekta=debug")]
    Filter,
    /// The process logs already.
    #[error("set up logging: expected to be the first to do so in this process")]
    Twice(#[from] TryInitError),
}

/// Sends log lines to standard error from now on. Standard output stays with the answers of commands.
///
/// # Errors
/// [`LoggingError::Twice`] when the process logs already.
pub fn init_tracing(format: LogFormat, filter: &LogFilter) -> Result<(), LoggingError> {
    use tracing_subscriber::util::SubscriberInitExt;

    let filter = EnvFilter::try_new(filter.as_str()).map_err(|_| LoggingError::Filter)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match format {
        LogFormat::Text => lines
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .finish()
            .try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

/// Has panics inside sled say where they happened and nothing else: what it says of them are keys and records. What it
/// panics at is told by whoever asked it.
pub fn keep_records_out_of_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match panic.location() {
        Some(place) if place.file().contains("/sled-") => eprintln!("panicked at {place}"),
        _ => tell(panic),
    }));
}

#[cfg(test)]
mod tests {
    use super::{LogFilter, LogFormat, LoggingError, init_tracing};

    #[test]
    fn a_filter_is_checked_before_it_is_used() {
        assert_eq!(
            "info,yekta=debug".parse::<LogFilter>().unwrap().as_str(),
            "info,yekta=debug"
        );
        assert!(matches!(
            "yekta=loud".parse::<LogFilter>(),
            Err(LoggingError::Filter)
        ));
    }

    #[test]
    fn logging_is_set_up_once() {
        let filter: LogFilter = "off".parse().unwrap();
        assert!(matches!(init_tracing(LogFormat::Json, &filter), Ok(())));
        assert!(matches!(
            init_tracing(LogFormat::Text, &filter),
            Err(LoggingError::Twice(_))
        ));
    }
}
