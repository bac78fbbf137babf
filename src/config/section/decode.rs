//! `[decode]`: bounds of what is taken in.

use crate::{config::reader::Reader, wire::DecodeLimits};

/// Reads all but `items_max`, which is `[http]`'s to say.
pub(crate) fn read(table: &mut Reader<'_>, items_max: usize) -> DecodeLimits {
    DecodeLimits {
        event_bytes_max: table.number("event_bytes_max", 256..=1_048_576),
        items_max,
        // The store keeps 64 levels, some of them its own; what it could not keep would stop the writer.
        depth_max: table.number("depth_max", 4..=60),
        future_max: table.millis("future_max_ms", 0..=86_400_000),
        skew_tolerance: table.millis("skew_tolerance_ms", 0..=86_400_000),
        name_letters_max: table.number("name_letters_max", 16..=1_024),
        id_letters_max: table.number("id_letters_max", 36..=1_024),
        identifiers_max: table.number("identifiers_max", 1..=1_000),
    }
}
