//! The tenants of one process: a file each, which says what differs from the configuration of the process. Owns where the
//! files are, what one may say, and what becomes of the process' own keys, which open no tenant.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    vec,
};

use crate::{
    config::{
        layers::LoadOptions,
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

    /// What each file says, by the tenant's name. A file of another ending is none of theirs.
    ///
    /// # Errors
    /// When the folder or a file of it cannot be read.
    pub fn texts(&self) -> io::Result<BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_theirs = path.extension().is_some_and(|ending| ending == EXTENSION);
            // Editors keep files of their own there, which begin with a dot.
            let is_shown = |stem: &&str| is_theirs && !stem.starts_with('.');
            if let Some(name) = stem.filter(is_shown) {
                texts.insert(name.to_owned(), fs::read_to_string(&path)?);
            }
        }
        Ok(texts)
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
        Settings::load_tenant(self.process.clone(), &tenant).map_err(|error| self.of_file(name, error))
    }

    /// The same beside those of others.
    ///
    /// # Errors
    /// As [`Tenants::settings`], and where a key is another's.
    pub fn beside<'a>(
        &self,
        others: impl Iterator<Item = (&'a str, &'a Settings)>,
        (name, text): (&str, &str),
    ) -> Result<Settings, ConfigError> {
        let settings = self.settings(name, text)?;
        let others = others.filter(|(other, _)| *other != name);
        settings
            .unlike(others)
            .map_err(|error| self.of_file(name, error))?;
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

    /// The settings of a tenant that is there.
    ///
    /// # Errors
    /// As [`Tenants::settings`]; where its file cannot be read, what the system said.
    pub fn named(&self, name: &str) -> Result<Settings, ConfigError> {
        let read = fs::read_to_string(self.path(name));
        let text = read.map_err(|error| ConfigError {
            problems: vec![Problem {
                key: format!("tenants.{name}"),
                value: None,
                origin: Some(self.path(name).display().to_string()),
                expected: format!("expected a file that can be read, but {error}"),
            }],
        })?;
        self.settings(name, &text)
    }

    /// The settings of a tenant whose file says `text`, which has to get on with those of the other files that are sound.
    ///
    /// # Errors
    /// As [`Tenants::settings`], and where a key is another's.
    pub fn beside_others(&self, name: &str, text: &str) -> Result<Settings, TenantError> {
        let mut others = BTreeMap::new();
        if self.folder.is_dir() {
            for (other, text) in self.texts_read()? {
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

    fn texts_read(&self) -> Result<BTreeMap<String, String>, TenantError> {
        self.texts().map_err(|source| TenantError::Read {
            folder: self.folder.clone(),
            source,
        })
    }

    /// The settings of all tenants, by their names.
    ///
    /// # Errors
    /// What is wrong with the first file that cannot be used beside those before it; whose that is, where it is one's.
    pub fn all(&self) -> Result<BTreeMap<String, Settings>, TenantError> {
        let mut all: BTreeMap<String, Settings> = BTreeMap::new();
        for (name, text) in self.texts_read()? {
            let others = all.iter().map(|(other, settings)| (other.as_str(), settings));
            let settings = self.beside(others, (&name, &text))?;
            all.insert(name, settings);
        }
        Ok(all)
    }

    /// Has a tenant of this name from now on, or one whose file says something else.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put(&self, name: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(name);
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
        fs::rename(&unfinished, &path)
    }

    /// Has no tenant of this name any more; answers whether there was one. What it knows stays in its folder.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<bool> {
        match fs::remove_file(self.path(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{EXTENSION}"))
    }
}

#[cfg(test)]
mod tests;
