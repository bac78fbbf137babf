//! `[store]`: what the store may take of the memory.

use crate::{config::reader::Reader, store::StoreConfig};

pub(crate) fn read(table: &mut Reader<'_>) -> StoreConfig {
    StoreConfig {
        behind_bytes_max: table.number("behind_bytes_max", 0..=1_099_511_627_776),
        cache_bytes: table.number("cache_bytes", 1_048_576..=1_099_511_627_776),
    }
}
