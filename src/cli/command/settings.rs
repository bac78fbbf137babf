//! The settings flags that commands share, and how they become the topmost layer of the configuration.

use std::path::PathBuf;

use crate::config::{ConfigError, LoadOptions, Problem, Settings, Tenants};

/// Where settings come from.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct SettingsArgs {
    /// The configuration file (TOML); `yekta config print` shows every key.
    #[arg(long, env = "YEKTA_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The folder that data is kept in.
    #[arg(long, env = "YEKTA_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where to listen, such as 127.0.0.1:8080; port 0 chooses a free one.
    #[arg(long, env = "YEKTA_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Speak TLS by a certificate that is made in the data folder: for trying, no browser knows it.
    #[arg(long)]
    pub(crate) dev_certificate: bool,
    /// The NATS server to follow, such as nats://127.0.0.1:4222; several between commas are of one cluster. Without one
    /// the service is standalone.
    #[arg(long, env = "YEKTA_NATS_URL", value_name = "URL")]
    pub(crate) nats_url: Option<String>,
    /// The tenant that is meant, in a process that has several (tenants.dir).
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,
}

impl SettingsArgs {
    /// Defaults, file, environment and these flags.
    pub(crate) fn load(&self) -> Result<Settings, ConfigError> {
        self.load_with(Vec::new())
    }

    /// The same under settings that the command itself needs.
    pub(crate) fn load_with(&self, overrides: Vec<(String, String)>) -> Result<Settings, ConfigError> {
        let process = Settings::load(self.options(overrides.clone()))?;
        match (&self.tenant, &process.tenants) {
            (None, _) => Ok(process),
            (Some(name), Some(folder)) => Tenants::new(folder.clone(), self.options(overrides)).named(name),
            (Some(_), None) => Err(ConfigError {
                problems: vec![Problem {
                    key: "tenants.dir".to_owned(),
                    value: None,
                    origin: None,
                    expected: "expected a folder, since --tenant names one of several".to_owned(),
                }],
            }),
        }
    }

    /// The tenants of the process, where it has several.
    pub(crate) fn tenants(&self) -> Result<Option<Tenants>, ConfigError> {
        let process = Settings::load(self.options(Vec::new()))?;
        let folder = process.tenants;
        Ok(folder.map(|folder| Tenants::new(folder, self.options(Vec::new()))))
    }

    fn options(
        &self,
        mut overrides: Vec<(String, String)>,
    ) -> LoadOptions<impl Iterator<Item = (String, String)>> {
        if let Some(dir) = &self.data_dir {
            overrides.push(("data.dir".to_owned(), dir.display().to_string()));
        }
        if let Some(listen) = &self.listen {
            overrides.push(("http.listen".to_owned(), listen.clone()));
        }
        if self.dev_certificate {
            overrides.push(("http.dev_certificate".to_owned(), "true".to_owned()));
        }
        if let Some(url) = &self.nats_url {
            overrides.push(("nats.url".to_owned(), url.clone()));
        }
        // A variable that is not Unicode is none of ours.
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        LoadOptions {
            file: self.config.clone(),
            env,
            overrides,
        }
    }
}
