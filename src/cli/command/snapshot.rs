//! `yekta snapshot`: the folder of a stopped service, written down as a whole.

use std::io::Write;

use serde_json::json;

use crate::{
    app::engine_config,
    cli::{command::settings::SettingsArgs, exit::Failure},
    engine::Opened,
    telemetry::init_tracing,
};

/// Makes a snapshot of a standalone data folder, on which no service may be running; a running one makes its own.
///
/// It holds everything but the secrets (the file of that name in the folder): keep both, and apart.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
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
        let folder = Opened::open(&engine_config(&settings))?;
        let position = folder.applied()?.position;
        let path = folder.snapshot()?;
        if self.json {
            writeln!(out, "{}", json!({"path": path, "position": position}))?;
        } else {
            writeln!(
                out,
                "{} holds everything up to position {position}",
                path.display()
            )?;
        }
        Ok(())
    }
}
