//! `[journal]`: the limits of the file journal.

use crate::{config::reader::Reader, journal::file::FileJournalConfig};

pub(crate) fn read(table: &mut Reader<'_>) -> FileJournalConfig {
    FileJournalConfig {
        segment_bytes: table.number("segment_bytes", 4_096..=8_589_934_592),
        // A refused item, kept and published, fits any commit: nothing may stop the writer.
        commit_bytes_max: table.number("commit_bytes_max", 65_536..=1_073_741_824),
    }
}
