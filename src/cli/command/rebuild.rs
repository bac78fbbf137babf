//! `yekta rebuild`: the store of a folder, made again.

use std::{io::Write, time::Instant};

use serde_json::json;

use crate::{
    app::engine_config,
    cli::{command::settings::SettingsArgs, exit::Failure},
    engine,
    telemetry::init_tracing,
};

/// Makes the store of a standalone data folder again, of the newest snapshot and the journal behind it; the one that was
/// there is set aside. No service may be running on it.
///
/// It fails where what comes out has another fingerprint than the journal states.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Of the journal alone, as if there were no snapshot.
    #[arg(long)]
    from_journal: bool,
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
        let begun = Instant::now();
        let applied = engine::rebuild(&engine_config(&settings), self.from_journal)?.applied()?;
        let seconds = begun.elapsed().as_secs_f64();
        let fingerprint = data_encoding::HEXLOWER.encode(&applied.fingerprint);
        if self.json {
            let told = json!({"batch": applied.batch, "position": applied.position, "fingerprint": fingerprint,
                "seconds": seconds});
            writeln!(out, "{told}")?;
        } else {
            writeln!(
                out,
                "built again up to commit {} at position {} in {seconds:.1} s, fingerprint {fingerprint}",
                applied.batch, applied.position
            )?;
        }
        Ok(())
    }
}
