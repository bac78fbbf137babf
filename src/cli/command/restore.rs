//! `yekta restore`: a folder made of a snapshot.

use std::{io::Write, path::PathBuf};

use serde_json::json;

use crate::{
    app::engine_config,
    cli::{command::settings::SettingsArgs, exit::Failure},
    engine,
    telemetry::init_tracing,
};

/// Makes a standalone data folder of a snapshot, where the folder that it was made in is lost.
///
/// Where that folder is there, nothing has to be restored: a service that starts on it builds a damaged store again by
/// itself, with everything that came behind the snapshot.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The snapshot.
    #[arg(long, value_name = "FILE")]
    snapshot: PathBuf,
    /// The secrets of the folder that it was made in: the file of that name.
    #[arg(long, value_name = "FILE")]
    secrets: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let contents = engine::restore(&engine_config(&settings), &self.snapshot, &self.secrets)?;
        let (position, entries) = (contents.applied.position, contents.entries);
        if self.json {
            writeln!(out, "{}", json!({"position": position, "entries": entries}))?;
        } else {
            writeln!(
                out,
                "restored {entries} entries, everything up to position {position}"
            )?;
        }
        Ok(())
    }
}
