//! `yekta serve`: the service on a persistent folder.

use std::io::Write;

use crate::{
    app::Service,
    cli::{
        command::settings::SettingsArgs,
        exit::{Failure, signalled},
    },
    config::Settings,
    telemetry::init_tracing,
};

/// Runs the service until it is told to stop (SIGTERM or Ctrl-C); then it drains and exits 0.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        runtime()?.block_on(serve(&settings, out))
    }
}

async fn serve(settings: &Settings, out: &mut impl Write) -> Result<(), Failure> {
    let stop = signalled()?;
    let service = Service::start(settings).await?;
    writeln!(out, "listening on http://{}", service.address())?;
    out.flush()?;
    service.run(stop).await?;
    Ok(())
}

/// The runtime of the edges; the writer has a thread of its own.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
