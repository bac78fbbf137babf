//! `[snapshots]`: when the store is written down as a whole, so that the journal may forget what it holds.

use std::time::Duration;

use crate::{config::reader::Reader, engine::SnapshotConfig};

pub(crate) fn read(table: &mut Reader<'_>) -> SnapshotConfig {
    let interval = table.number("interval_s", 0..=31_536_000);
    SnapshotConfig {
        interval: (interval > 0).then(|| Duration::from_secs(interval)),
        keep: table.number("keep", 2..=1_000),
        forget: table.switch("forget_journal"),
    }
}
