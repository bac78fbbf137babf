//! `yekta serve`: the service on a persistent folder.

use std::{io::Write, pin::pin, time::Duration};

use crate::{
    app::{Service, Supervisor},
    cli::{
        command::settings::SettingsArgs,
        exit::{Failure, signalled},
    },
    config::Settings,
    telemetry::init_tracing,
};

/// How long threads that work for nobody any more may take to end.
const THREADS_GRACE: Duration = Duration::from_secs(1);

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
        let runtime = runtime()?;
        let served = runtime.block_on(serve(&settings, out));
        // What still waits for somebody in a thread, such as a start that was given up, leaves nothing half done.
        runtime.shutdown_timeout(THREADS_GRACE);
        served
    }
}

async fn serve(settings: &Settings, out: &mut impl Write) -> Result<(), Failure> {
    let mut stop = pin!(signalled()?);
    let service = tokio::select! {
        started = Service::start(settings) => started?,
        () = &mut stop => {
            tracing::info!("told to stop while starting");
            return Ok(());
        }
    };
    let scheme = settings.http.scheme();
    writeln!(out, "listening on {scheme}://{}", service.address())?;
    out.flush()?;
    // What supervisors say is not for settings: systemd sets it for the process that it starts.
    let supervisor = Supervisor::of(|name| std::env::var_os(name));
    service.watched_by(supervisor).run(stop).await?;
    Ok(())
}

/// The runtime of the edges; the writer has a thread of its own.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
