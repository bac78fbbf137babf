//! `[data]`: where the service keeps what it knows, and whose it is.

use std::path::PathBuf;

use crate::config::{
    reader::Reader,
    section::{NAME_EXPECTED, is_name},
};

/// Where data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// The folder of journal and store.
    pub dir: PathBuf,
    /// The tenant of events that name none.
    pub tenant: String,
}

impl Data {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        let name = |text: &str| is_name(text).then(|| text.to_owned());
        let folder = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
        Self {
            dir: table.text("dir", "expected a folder", PathBuf::new(), folder),
            tenant: table.text("tenant", NAME_EXPECTED, String::new(), name),
        }
    }
}
