//! `yekta verify`: whether a folder is sound.

use std::io::Write;

use serde_json::json;

use crate::{
    app::engine_config,
    cli::{command::settings::SettingsArgs, exit::Failure},
    engine::Verified,
    telemetry::init_tracing,
};

/// Reads everything in a data folder, on which no service may be running, and checks that it is what was written.
///
/// It repairs nothing, and fails where something is damaged: a service that starts on the folder builds the store again.
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
        let found = Verified::of(&engine_config(&settings))?;
        let Verified {
            commits,
            position,
            keys,
            snapshots,
            damage,
        } = &found;
        if self.json {
            let told = json!({"commits": commits, "position": position.0, "keys": keys, "snapshots": snapshots,
                "damage": damage});
            writeln!(out, "{told}")?;
        } else {
            writeln!(
                out,
                "read {commits} commits up to position {position}, {keys} keys and {snapshots} snapshots"
            )?;
            damage
                .iter()
                .try_for_each(|one| writeln!(out, "damaged: {one}"))?;
        }
        match damage.len() {
            0 => Ok(()),
            count => Err(Failure::Failed(anyhow::anyhow!(
                "verify: {count} things are damaged"
            ))),
        }
    }
}
