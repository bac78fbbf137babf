//! The data keys of a folder: one that is used, and former ones for as long as something is encrypted under them.

use std::{collections::BTreeMap, fmt, io};

use crate::cipher::seal::{Key, Secret};

/// The number of a data key; a newer key has a larger one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyNumber(pub u32);

/// The data keys as they are kept. `Debug` shows their numbers alone.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKeys {
    newest: (KeyNumber, Secret),
    former: BTreeMap<KeyNumber, Secret>,
    /// Whether there may be something that is not encrypted.
    plain: bool,
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let former: Vec<_> = self.former.keys().collect();
        write!(out, "DataKeys({:?}, former {former:?})", self.newest.0)
    }
}

impl DataKeys {
    /// A first key, for a folder in which something may lie that is not encrypted.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(plain: bool) -> io::Result<Self> {
        Ok(Self {
            newest: (KeyNumber(1), drawn()?),
            former: BTreeMap::new(),
            plain,
        })
    }

    /// The keys as they were kept; `None` where there is none.
    pub fn kept(mut keys: BTreeMap<KeyNumber, Secret>, plain: bool) -> Option<Self> {
        let newest = keys.pop_last()?;
        Some(Self {
            newest,
            former: keys,
            plain,
        })
    }

    /// The keys by their numbers.
    pub fn all(&self) -> impl Iterator<Item = (KeyNumber, &Secret)> {
        let newest = (self.newest.0, &self.newest.1);
        self.former
            .iter()
            .map(|(number, secret)| (*number, secret))
            .chain([newest])
    }

    /// The number of the key that is used.
    pub const fn newest(&self) -> KeyNumber {
        self.newest.0
    }

    /// Whether there may be something that is not encrypted.
    pub const fn takes_plain(&self) -> bool {
        self.plain
    }

    /// Whether all is encrypted under the newest key.
    pub fn is_one(&self) -> bool {
        self.former.is_empty() && !self.plain
    }

    /// The same with a new key to be used.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn with_another(&self) -> io::Result<Self> {
        self.with_another_beside(self)
    }

    /// The same with a new key of a number that `others` do not have either.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn with_another_beside(&self, others: &Self) -> io::Result<Self> {
        let mut former = self.former.clone();
        former.insert(self.newest.0, self.newest.1);
        let KeyNumber(last) = self.newest.0.max(others.newest.0);
        Ok(Self {
            newest: (KeyNumber(last.saturating_add(1)), drawn()?),
            former,
            plain: self.plain,
        })
    }

    /// The same with those of `others`; `None` where one number has two keys.
    #[must_use]
    pub fn with(&self, others: &Self) -> Option<Self> {
        let mut all: BTreeMap<_, _> = self.all().map(|(number, key)| (number, *key)).collect();
        for (number, key) in others.all() {
            if all.insert(number, *key).is_some_and(|own| own != *key) {
                return None;
            }
        }
        Self::kept(all, self.plain || others.plain)
    }

    /// The same where there may be something that is not encrypted, if it is so.
    #[must_use]
    pub fn beside_plain(self, plain: bool) -> Self {
        Self {
            plain: self.plain || plain,
            ..self
        }
    }

    /// The same without the keys before `number`, under which nothing is encrypted any more; neither is there anything that
    /// is not encrypted.
    #[must_use]
    pub fn from(&self, number: KeyNumber) -> Self {
        let mut former = self.former.clone();
        former.retain(|one, _| *one >= number);
        Self {
            former,
            plain: false,
            ..self.clone()
        }
    }
}

fn drawn() -> io::Result<Secret> {
    let mut secret = Secret::default();
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    Ok(secret)
}

/// The data keys as they are used.
#[derive(Debug)]
pub(crate) struct Ring {
    newest: (KeyNumber, Key),
    former: BTreeMap<KeyNumber, Key>,
    plain: bool,
}

impl Ring {
    pub(crate) fn of(keys: &DataKeys) -> Self {
        let former = keys.former.iter();
        Self {
            newest: (keys.newest.0, Key::of(&keys.newest.1)),
            former: former
                .map(|(number, secret)| (*number, Key::of(secret)))
                .collect(),
            plain: keys.plain,
        }
    }

    pub(crate) const fn newest(&self) -> (KeyNumber, &Key) {
        (self.newest.0, &self.newest.1)
    }

    pub(crate) fn of_number(&self, number: KeyNumber) -> Option<&Key> {
        match number == self.newest.0 {
            true => Some(&self.newest.1),
            false => self.former.get(&number),
        }
    }

    pub(crate) const fn takes_plain(&self) -> bool {
        self.plain
    }
}
