//! The file of secrets: two lines of 64 hexadecimal digits, the keys of the index and of the ids; or, wrapped by a master
//! key, one line of which everything behind a name is hexadecimal digits.
//!
//! What is wrapped is a text: `index KEY`, `ids KEY`, `data NUMBER KEY` for each data key, and `plain` where there may be
//! something that is not encrypted.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use data_encoding::HEXLOWER;

use crate::{
    cipher::{DataKeys, KeyNumber, MasterKeys, WRAPPED},
    store::Secret,
};

/// What a file holds.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) index: Secret,
    pub(super) ids: Secret,
    /// Where what lies in the folder is encrypted.
    pub(super) data: Option<DataKeys>,
}

/// What was found where the file should be.
pub(super) enum Found {
    /// No file.
    Nothing,
    /// The secrets as they are.
    Plain(Held),
    /// Wrapped ones.
    Wrapped(Vec<u8>),
    /// A file that holds none.
    Unknown,
}

impl Found {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Nothing),
            text => text?,
        };
        Ok(Self::of(&text))
    }

    /// What a file of this text holds.
    pub(super) fn of(text: &str) -> Self {
        if let Some(wrapped) = text.strip_prefix(WRAPPED) {
            let wrapped = HEXLOWER.decode(wrapped.trim().as_bytes());
            return wrapped.map_or(Self::Unknown, Self::Wrapped);
        }
        let mut lines = text.lines().map(secret);
        match (lines.next().flatten(), lines.next().flatten()) {
            (Some(index), Some(ids)) => Self::Plain(Held {
                index,
                ids,
                data: None,
            }),
            _ => Self::Unknown,
        }
    }
}

impl Held {
    /// New secrets, without a data key.
    pub(super) fn drawn() -> io::Result<Self> {
        let [mut index, mut ids] = [Secret::default(); 2];
        for secret in [&mut index, &mut ids] {
            getrandom::fill(secret).map_err(io::Error::other)?;
        }
        Ok(Self {
            index,
            ids,
            data: None,
        })
    }

    /// What was wrapped.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let (mut index, mut ids, mut data, mut plain) = (None, None, BTreeMap::new(), false);
        for line in std::str::from_utf8(text).ok()?.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["index", key] => index = Some(secret(key)?),
                ["ids", key] => ids = Some(secret(key)?),
                ["data", number, key] => {
                    data.insert(KeyNumber(number.parse().ok()?), secret(key)?);
                }
                ["plain"] => plain = true,
                _ => return None,
            }
        }
        Some(Self {
            index: index?,
            ids: ids?,
            data: DataKeys::kept(data, plain),
        })
    }

    /// What is wrapped.
    fn text(&self) -> String {
        let hex = |secret: &Secret| HEXLOWER.encode(secret);
        let mut text = format!("index {}\nids {}\n", hex(&self.index), hex(&self.ids));
        if let Some(keys) = &self.data {
            for (KeyNumber(number), key) in keys.all() {
                // A String takes whatever is written.
                writeln!(text, "data {number} {}", hex(key)).ok();
            }
            if keys.takes_plain() {
                text.push_str("plain\n");
            }
        }
        text
    }

    /// What a file is that holds them wrapped.
    pub(super) fn wrapped(&self, master: &MasterKeys) -> io::Result<String> {
        let wrapped = master.wrap(self.text().as_bytes())?;
        Ok(format!("{WRAPPED} {}\n", HEXLOWER.encode(&wrapped)))
    }

    /// Writes the file, wrapped where there is a master key; it is durable when this returns.
    ///
    /// ORDER: written whole under another name, synced and then renamed: a file that is there is complete.
    pub(super) fn write(&self, path: &Path, master: Option<&MasterKeys>) -> io::Result<()> {
        let text = match master {
            Some(master) => self.wrapped(master)?,
            None => format!(
                "{}\n{}\n",
                HEXLOWER.encode(&self.index),
                HEXLOWER.encode(&self.ids)
            ),
        };
        let draft = path.with_extension("draft");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        path.parent()
            .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }
}

fn secret(digits: &str) -> Option<Secret> {
    HEXLOWER.decode(digits.trim().as_bytes()).ok()?.try_into().ok()
}
