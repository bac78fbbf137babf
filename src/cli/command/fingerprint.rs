//! `yekta fingerprint`: one hash of everything the events of a data folder made.

use std::io::Write;

use serde_json::json;

use crate::{
    app::engine_config,
    cli::{command::settings::SettingsArgs, exit::Failure},
    engine::{Offline, QueryError},
    telemetry::init_tracing,
};

/// Prints the fingerprint of a data folder, computed anew from its atoms.
///
/// Two folders that took in the same events under the same settings have the same one, whatever the order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// One JSON line per profile, then one for the whole.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let folder = Offline::open(&engine_config(&settings))?;
        if !folder.is_settled()? {
            return Err(Failure::Failed(anyhow::anyhow!(
                "compute the fingerprint: some of the folder is still to be looked at again; start the service on it and \
                 wait until yekta identity rules says that it is settled"
            )));
        }
        let mut profiles = Vec::new();
        let whole =
            folder.fingerprints(&settings.fold, |id, fingerprint| profiles.push((id, fingerprint)))?;
        let whole = hex(&whole.to_bytes());
        if !self.json {
            writeln!(out, "{whole}")?;
            return Ok(());
        }
        for (id, fingerprint) in &profiles {
            writeln!(
                out,
                "{}",
                json!({"profile": id.to_string(), "fingerprint": hex(fingerprint)})
            )?;
        }
        writeln!(
            out,
            "{}",
            json!({"fingerprint": whole, "profiles": profiles.len()})
        )?;
        Ok(())
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self::Failed(anyhow::Error::new(error).context("compute the fingerprint"))
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
