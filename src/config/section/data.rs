//! `[data]`: where the service keeps what it knows, and whose it is.

use std::path::PathBuf;

use crate::{
    cipher::MasterKeys,
    config::{
        reader::Reader,
        section::{NAME_EXPECTED, is_name, secret_or_file},
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
    /// What the secrets of each tenant's folder are wrapped by, where what is stored is encrypted.
    pub master: Option<MasterKeys>,
    /// The file that holds it, which is looked at again.
    pub key_file: Option<PathBuf>,
}

impl Data {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        let (master, key_file) = master(table);
        let name = |text: &str| is_name(text).then(|| text.to_owned());
        let folder = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
        Self {
            dir: table.text("dir", "expected a folder", PathBuf::new(), folder),
            tenant: table.text("tenant", NAME_EXPECTED, String::new(), name),
            master,
            key_file,
            room: RoomConfig {
                free_min: table.number("free_min_bytes", 0..=1_099_511_627_776),
                ballast: table.number("ballast_bytes", 0..=1_099_511_627_776),
            },
        }
    }
}

/// The master keys, and the file that holds them if they come from one.
fn master(table: &mut Reader<'_>) -> (Option<MasterKeys>, Option<PathBuf>) {
    let what = "one key of 64 hexadecimal digits or several, the current one first";
    let fits = |text: &str| MasterKeys::parse(text).is_ok();
    let (keys, file) = secret_or_file(table, ["key", "key_file"], what, fits);
    let keys = keys.and_then(|keys| MasterKeys::parse(keys.expose()).ok());
    (keys, file)
}
