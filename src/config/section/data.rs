//! `[data]`: where the service keeps what it knows, and whose it is.

use std::path::PathBuf;

use crate::{
    config::{
        reader::Reader,
        section::{NAME_EXPECTED, is_name},
    },
    engine::RoomConfig,
};

/// Where data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// The folder of journal and store.
    pub dir: PathBuf,
    /// The tenant of events that name none.
    pub tenant: String,
    /// How much of its disk has to be free.
    pub room: RoomConfig,
}

impl Data {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        let name = |text: &str| is_name(text).then(|| text.to_owned());
        let folder = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
        Self {
            dir: table.text("dir", "expected a folder", PathBuf::new(), folder),
            tenant: table.text("tenant", NAME_EXPECTED, String::new(), name),
            room: RoomConfig {
                free_min: table.number("free_min_bytes", 0..=1_099_511_627_776),
                ballast: table.number("ballast_bytes", 0..=1_099_511_627_776),
            },
        }
    }
}
