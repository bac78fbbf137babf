//! `yekta serve`: the service on a persistent folder.

use std::{io::Write, net::SocketAddr, pin::pin, time::Duration};

use futures_util::FutureExt;

use crate::{
    app::{Hosting, Service, Supervisor},
    cli::{
        command::settings::SettingsArgs,
        exit::{Failure, signalled},
    },
    config::{Settings, Tenants},
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
        if self.settings.tenant.is_some() {
            let why = "serve: expected no --tenant, as a process serves all of those that tenants.dir names";
            return Err(Failure::Usage(why.to_owned()));
        }
        let tenants = self.settings.tenants()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let runtime = runtime()?;
        let served = runtime.block_on(serve(&settings, tenants, out));
        // What still waits for somebody in a thread, such as a start that was given up, leaves nothing half done.
        runtime.shutdown_timeout(THREADS_GRACE);
        served
    }
}

async fn serve(settings: &Settings, tenants: Option<Tenants>, out: &mut impl Write) -> Result<(), Failure> {
    let stop = signalled()?;
    match tenants {
        Some(tenants) => Box::pin(serve_tenants(settings, tenants, stop, out)).await,
        None => serve_one(settings, stop, out).await,
    }
}

/// Serves the tenants that files name.
async fn serve_tenants(
    settings: &Settings,
    tenants: Tenants,
    stop: impl Future<Output = ()>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let stop = stop.shared();
    let mut hosting = Hosting::start(settings, tenants, supervisor()).await?;
    tokio::select! {
        () = hosting.started() => listening(settings, hosting.address(), out)?,
        () = stop.clone() => tracing::info!("told to stop while starting"),
    }
    hosting.run(stop).await?;
    Ok(())
}

/// Serves the one tenant that the settings name.
async fn serve_one(
    settings: &Settings,
    stop: impl Future<Output = ()>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut stop = pin!(stop);
    let service = tokio::select! {
        started = Service::start(settings) => started?,
        () = &mut stop => {
            tracing::info!("told to stop while starting");
            return Ok(());
        }
    };
    listening(settings, service.address(), out)?;
    service.watched_by(supervisor()).run(stop).await?;
    Ok(())
}

fn listening(settings: &Settings, address: SocketAddr, out: &mut impl Write) -> Result<(), Failure> {
    let scheme = settings.http.scheme();
    writeln!(out, "listening on {scheme}://{address}")?;
    out.flush()?;
    Ok(())
}

/// What supervisors say is not for settings: systemd sets it for the process that it starts.
fn supervisor() -> Supervisor {
    Supervisor::of(|name| std::env::var_os(name))
}

/// The runtime of the edges; the writer has a thread of its own.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
