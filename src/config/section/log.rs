//! `[log]`: what is logged, and how it is written.

use crate::{
    config::reader::Reader,
    telemetry::{LogFilter, LogFormat},
};

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How a line is written.
    pub format: LogFormat,
    /// Which lines are.
    pub filter: LogFilter,
}

impl Log {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        let formats = LogFormat::ALL.map(|format| (format.as_str(), format));
        let expected = "expected levels by module such as info,yekta=debug";
        Self {
            format: table.word("format", &formats, LogFormat::Text),
            filter: table.text("filter", expected, LogFilter::default(), |text| text.parse().ok()),
        }
    }
}
