//! `yekta demo`: the service on a temporary folder, and a story played to it through the ordinary HTTP interface.

use std::{io::Write, path::Path, time::Duration};

use crate::{
    app::{Service, clock},
    cli::{
        client::{connection::Client, server::ServerUrl},
        command::{
            play::{Player, Tempo},
            serve::runtime,
            settings::SettingsArgs,
            temporary::TemporaryFolder,
        },
        exit::{Failure, signalled},
    },
    config::Settings,
    telemetry::init_tracing,
};

/// The channels that the story uses.
const CHANNELS: [&str; 4] = ["web", "mobile", "store", "callcenter"];

/// Runs the service on a temporary folder, on loopback, and plays a story of three customers to it, with two hundred
/// others around them.
///
/// Open the printed address: the page shows events and profiles as they come. Stop it with Ctrl-C; the folder goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen; port 0 chooses a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: String,
    /// Play the story without pauses.
    #[arg(long)]
    fast: bool,
    /// Stop when the story is told.
    #[arg(long)]
    once: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let folder = TemporaryFolder::new("demo")?;
        let args = SettingsArgs {
            config: None,
            data_dir: Some(folder.path().to_owned()),
            listen: Some(self.listen.clone()),
            // Whatever the environment says: the demo plays on this machine alone.
            nats_url: Some(String::new()),
            ..SettingsArgs::default()
        };
        // The people of the story write their numbers as their country does.
        let regions = CHANNELS.map(|channel| (format!("channels.{channel}.region"), "IR".to_owned()));
        let settings = args.load_with(regions.to_vec())?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        runtime()?.block_on(self.play(&settings, folder.path(), out))
    }

    async fn play(&self, settings: &Settings, folder: &Path, out: &mut impl Write) -> Result<(), Failure> {
        let stop = signalled()?;
        let service = Service::start(settings).await?;
        let url = format!("http://{}", service.address());
        writeln!(out, "listening on {url}")?;
        writeln!(out, "  console   {url}/")?;
        writeln!(
            out,
            "  events    POST {url}/v1/events   (any write key: nothing but loopback is listened on)"
        )?;
        writeln!(out, "  updates   {url}/v1/updates")?;
        writeln!(out, "  metrics   {url}/metrics")?;
        writeln!(out, "  data      {} (removed at the end)", folder.display())?;
        out.flush()?;
        let tempo = if self.fast { Tempo::Fast } else { Tempo::Live };
        let server: ServerUrl = url.parse().map_err(anyhow::Error::new)?;
        let (lines, mut told) = tokio::sync::mpsc::channel::<String>(64);
        let player = Player {
            client: Client::new(&server, None, None),
            tempo,
            lines,
        };
        let story = tokio::task::spawn_blocking(move || player.tell(clock::now().as_micros()));
        let once = self.once;
        let ended = async {
            tokio::pin!(stop);
            loop {
                tokio::select! {
                    () = &mut stop => return Ok(()),
                    line = told.recv() => match line {
                        Some(line) => {
                            writeln!(out, "{line}")?;
                            out.flush()?;
                        }
                        // The story is told: the service goes on until it is stopped.
                        None if once => return Ok(()),
                        None => {
                            stop.await;
                            return Ok(());
                        }
                    },
                }
            }
        };
        let (written, told_by) = tokio::sync::oneshot::channel::<Result<(), std::io::Error>>();
        let until = async move {
            written.send(ended.await).ok();
        };
        service.run(until).await?;
        // Whoever tells the story notices by itself that the service is gone.
        if once && let Ok(result) = tokio::time::timeout(Duration::from_secs(1), story).await {
            result??;
        }
        told_by.await.unwrap_or(Ok(()))?;
        Ok(())
    }
}
