//! `yekta migrate`: brings a standalone folder onto NATS.

use std::io::Write;

use serde_json::json;

use crate::{
    app,
    cli::{
        command::{serve::runtime, settings::SettingsArgs},
        exit::Failure,
    },
    telemetry::init_tracing,
};

/// Brings everything in a standalone data folder onto NATS, where the service then goes on with --nats-url.
///
/// What was in the folder is kept under the names journal.migrated and store.migrated. No service may be running on it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The NATS server to move to, such as nats://127.0.0.1:4222; several between commas are of one cluster.
    #[arg(long, value_name = "URL")]
    to_nats: String,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let to = ("nats.url".to_owned(), self.to_nats);
        let settings = self.settings.load_with(vec![to])?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let Some(nats) = &settings.nats else {
            return Err(anyhow::anyhow!("migrate: expected a server in --to-nats").into());
        };
        let moved = runtime()?.block_on(app::migrate(&settings, nats))?;
        let (commits, position) = (moved.commits, moved.position.0);
        let fingerprint = data_encoding::HEXLOWER.encode(&moved.fingerprint);
        if self.json {
            let moved = json!({"commits": commits, "position": position, "fingerprint": fingerprint});
            writeln!(out, "{moved}")?;
        } else {
            writeln!(
                out,
                "moved {commits} commits up to position {position}, fingerprint {fingerprint}"
            )?;
        }
        Ok(())
    }
}
