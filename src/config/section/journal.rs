//! `[journal]`: the limits of the file journal.

use crate::{config::reader::Reader, journal::file::FileJournalConfig};

pub(crate) fn read(table: &mut Reader<'_>) -> FileJournalConfig {
    FileJournalConfig {
        segment_bytes: table.number("segment_bytes", 4_096..=8_589_934_592),
        commit_bytes_max: table.number("commit_bytes_max", 4_096..=1_073_741_824),
    }
}
