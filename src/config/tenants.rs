//! The tenants of one process: a file each, which says what differs from the configuration of the process. Owns where the
//! files are, what one may say, and what becomes of the process' own keys, which open no tenant and are none's.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    iter,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    vec,
};

use crate::{
    config::{
        layers::LoadOptions,
        partitions::partition_of,
        problem::{ConfigError, Problem},
        section::{NAME_EXPECTED, is_name},
        settings::Settings,
        tenants::layer::TenantLayer,
    },
    domain::event::token,
};

pub(crate) mod layer;

/// How the name of a tenant's file ends.
const EXTENSION: &str = "toml";
/// A file that is written, before it is a tenant's.
const UNFINISHED: &str = "new";

/// Where the files are, and the configuration that they differ from.
#[derive(Clone, Debug)]
pub struct Tenants {
    folder: PathBuf,
    process: LoadOptions<vec::IntoIter<(String, String)>>,
}

/// A folder, as the system tells it from others: what is mounted over it, or comes in its place, is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    device: u64,
    number: u64,
}

/// What a look at the files found.
#[derive(Clone, Debug)]
pub struct Found {
    /// What each file says, by the tenant's name.
    pub texts: BTreeMap<String, String>,
    /// Why others cannot be read, by theirs.
    pub unread: BTreeMap<String, ConfigError>,
    /// In which folder.
    pub place: Place,
}

impl Found {
    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.unread.is_empty()
    }

    /// Whether a tenant of this name has a file.
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name) || self.unread.contains_key(name)
    }
}

/// Why the tenants of a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// The files cannot be read.
    #[error("read the files of the tenants in {}", folder.display())]
    Read {
        /// Where they are.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What one says cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Tenants {
    /// The tenants of a folder, in a process that is configured by `process`.
    pub fn new<E>(folder: PathBuf, process: LoadOptions<E>) -> Self
    where
        E: Iterator<Item = (String, String)>,
    {
        let LoadOptions { file, env, overrides } = process;
        let env: Vec<(String, String)> = env.collect();
        let process = LoadOptions {
            file,
            env: env.into_iter(),
            overrides,
        };
        Self { folder, process }
    }

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the files say now.
    ///
    /// # Errors
    /// When the folder cannot be read, or another one came in its place meanwhile.
    pub fn look(&self) -> io::Result<Found> {
        let place = self.place()?;
        let (mut texts, mut unread) = (BTreeMap::new(), BTreeMap::new());
        for (name, path) in self.files()? {
            match fs::read_to_string(&path) {
                Ok(text) => {
                    texts.insert(name, text);
                }
                Err(error) => {
                    let why = self.unreadable(&name, &error);
                    unread.insert(name, why);
                }
            }
        }
        match self.place()? == place {
            true => Ok(Found { texts, unread, place }),
            false => Err(io::Error::other("another folder came in its place meanwhile")),
        }
    }

    fn place(&self) -> io::Result<Place> {
        let folder = fs::metadata(&self.folder)?;
        Ok(Place {
            device: folder.dev(),
            number: folder.ino(),
        })
    }

    /// The files by the tenants' names. One of another ending is none of theirs.
    fn files(&self) -> io::Result<BTreeMap<String, PathBuf>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_theirs = path.extension().is_some_and(|ending| ending == EXTENSION);
            // Editors keep files of their own there, which begin with a dot.
            let is_shown = |stem: &&str| is_theirs && !stem.starts_with('.');
            if let Some(name) = stem.filter(is_shown).map(str::to_owned) {
                files.insert(name, path);
            }
        }
        Ok(files)
    }

    /// The settings of a tenant whose file says `text`.
    ///
    /// # Errors
    /// All that is wrong with it: its name, what is not its own to say, and whatever [`Settings::load`] refuses.
    pub fn settings(&self, name: &str, text: &str) -> Result<Settings, ConfigError> {
        // What several names are written as in a subject is one tenant there.
        if !is_name(name) || token(name) != name {
            let problem = Problem {
                key: format!("tenants.{name}"),
                value: None,
                origin: Some(self.path(name).display().to_string()),
                expected: format!("{NAME_EXPECTED}, none of _ at its ends or twice"),
            };
            return Err(ConfigError {
                problems: vec![problem],
            });
        }
        let tenant = TenantLayer {
            name,
            origin: self.path(name),
            text,
        };
        let settings = Settings::load_tenant(self.process.clone(), &tenant);
        let settings = settings.and_then(|settings| settings.with_names_for_partitions());
        settings.map_err(|error| self.of_file(name, error))
    }

    /// The same beside those of others.
    ///
    /// # Errors
    /// As [`Tenants::settings`], where a partition of one has the name of another, and where a key is another's: another tenant's,
    /// or the process' own, by which tenants are administered.
    pub fn beside<'a>(
        &self,
        others: impl Iterator<Item = (&'a str, &'a Settings)>,
        (name, text): (&str, &str),
    ) -> Result<Settings, ConfigError> {
        let settings = self.settings(name, text)?;
        let process = Settings::load(self.process.clone())?;
        let others: Vec<_> = others.filter(|(other, _)| *other != name).collect();
        let named = settings.apart_from(others.iter().copied());
        named.map_err(|error| self.of_file(name, error))?;
        let others = others
            .into_iter()
            .map(|(other, settings)| (format!("the tenant {other}"), settings));
        let all = others.chain(iter::once(("the process".to_owned(), &process)));
        settings.unlike(all).map_err(|error| self.of_file(name, error))?;
        Ok(settings)
    }

    /// What is wrong, with the file that says it where nothing else does.
    fn of_file(&self, name: &str, mut error: ConfigError) -> ConfigError {
        for problem in &mut error.problems {
            let file = || self.path(name).display().to_string();
            problem.origin.get_or_insert_with(file);
        }
        error
    }

    /// The settings of a tenant that is there, or of a partition of one.
    ///
    /// # Errors
    /// As [`Tenants::settings`]; where its file cannot be read, what the system said.
    pub fn named(&self, name: &str) -> Result<Settings, ConfigError> {
        let whose = partition_of(name);
        let file = whose.map_or(name, |(tenant, _)| tenant);
        let read = fs::read_to_string(self.path(file));
        let text = read.map_err(|error| self.unreadable(file, &error))?;
        let settings = self.settings(file, &text)?;
        match whose {
            None => Ok(settings),
            Some((_, index)) if index < settings.partitions() => Ok(settings.partition(index)),
            Some(_) => Err(self.of_file(file, settings.no_such_partition())),
        }
    }

    fn unreadable(&self, name: &str, error: &io::Error) -> ConfigError {
        ConfigError {
            problems: vec![Problem {
                key: format!("tenants.{name}"),
                value: None,
                origin: Some(self.path(name).display().to_string()),
                expected: format!("expected a file that can be read, but {error}"),
            }],
        }
    }

    /// The settings of a tenant whose file says `text`, which has to get on with those of the other files that are sound.
    ///
    /// # Errors
    /// As [`Tenants::settings`], and where a key is another's.
    pub fn beside_others(&self, name: &str, text: &str) -> Result<Settings, TenantError> {
        let mut others = BTreeMap::new();
        if self.folder.is_dir() {
            for (other, text) in self.found()?.texts {
                others.extend(
                    self.settings(&other, &text)
                        .ok()
                        .map(|settings| (other, settings)),
                );
            }
        }
        let others = others.iter().map(|(other, settings)| (other.as_str(), settings));
        Ok(self.beside(others, (name, text))?)
    }

    fn found(&self) -> Result<Found, TenantError> {
        self.look().map_err(|source| TenantError::Read {
            folder: self.folder.clone(),
            source,
        })
    }

    /// The settings of all tenants, by their names.
    ///
    /// # Errors
    /// What is wrong with the first file that cannot be used beside those before it; whose that is, where it is one's.
    pub fn all(&self) -> Result<BTreeMap<String, Settings>, TenantError> {
        let found = self.found()?;
        if let Some(error) = found.unread.into_values().next() {
            return Err(error.into());
        }
        let mut all: BTreeMap<String, Settings> = BTreeMap::new();
        for (name, text) in found.texts {
            let others = all.iter().map(|(other, settings)| (other.as_str(), settings));
            let settings = self.beside(others, (&name, &text))?;
            all.insert(name, settings);
        }
        Ok(all)
    }

    /// Has a tenant of this name from now on, or one whose file says something else; answers whether there was none. The name
    /// is one that [`Tenants::settings`] takes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put(&self, name: &str, text: &str) -> io::Result<bool> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(name);
        let is_new = !path.try_exists()?;
        let unfinished = path.with_extension(UNFINISHED);
        // It may hold keys.
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o640)
            .open(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // Whoever looks meanwhile sees the one or the other, and no half of either.
        fs::rename(&unfinished, &path)?;
        self.sync()?;
        Ok(is_new)
    }

    /// Has no tenant of this name any more; answers whether there was one. What it knows stays in its folder.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<bool> {
        // A name is one of those that are there: it may hold whatever a path may.
        let files = match self.files() {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let Some(path) = files.get(name) else {
            return Ok(false);
        };
        match fs::remove_file(path) {
            Ok(()) => self.sync().map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Has which files there are outlast a loss of power.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }
}

#[cfg(test)]
mod tests;
