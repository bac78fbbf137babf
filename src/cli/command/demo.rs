//! `yekta demo`: the service on a temporary folder, and a story played to it through the ordinary HTTP interface.

mod banner;
mod browser;
mod shipped;

use std::{io::Write, path::Path, time::Duration};

use crate::{
    app::Service,
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

/// Seconds from one look for insights to the next: whoever watches is not to wait a minute for them.
const INSIGHT_EVERY_S: &str = "5";
/// The same twice: at any time somebody may be disturbed, so that the story is the same by day and by night.
const NEVER_QUIET: &str = "00:00";

/// Runs the service on a temporary folder, on loopback, and plays the story of a customer to it in some 50 seconds, with two
/// hundred others around her.
///
/// Open the printed address: the page shows events and profiles as they come. When the story is told it says what to try
/// next, and the service goes on. Stop it with Ctrl-C; the folder goes.
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
    /// Open the page in the browser.
    #[arg(long)]
    open: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let folder = TemporaryFolder::new("demo")?;
        let rules = shipped::write(folder.path())?;
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data)?;
        let args = SettingsArgs {
            config: None,
            data_dir: Some(data),
            listen: Some(self.listen.clone()),
            // Whatever the environment says: the demo plays on this machine alone.
            nats_url: Some(String::new()),
            ..SettingsArgs::default()
        };
        let settings = args.load_with(overrides(&rules))?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        runtime()?.block_on(self.play(&settings, folder.path(), out))
    }

    async fn play(&self, settings: &Settings, folder: &Path, out: &mut impl Write) -> Result<(), Failure> {
        let stop = signalled()?;
        let service = Service::start(settings).await?;
        let url = format!("http://{}", service.address());
        banner::print(out, &url, folder)?;
        if self.open {
            browser::open(format!("{url}/"));
        }
        let tempo = if self.fast { Tempo::Fast } else { Tempo::Live };
        let server: ServerUrl = url.parse().map_err(anyhow::Error::new)?;
        let (lines, mut told) = tokio::sync::mpsc::channel::<String>(64);
        let player = Player {
            client: Client::new(&server, None, None),
            url,
            tempo,
            lines,
        };
        let story = tokio::task::spawn_blocking(move || player.tell());
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

/// The settings that the story needs, whatever the environment says.
fn overrides(rules: &Path) -> Vec<(String, String)> {
    // The people of the story write their numbers as their country does.
    let regions = CHANNELS.map(|channel| (format!("channels.{channel}.region"), "IR".to_owned()));
    let named = [
        ("decide.rules", rules.display().to_string()),
        ("decide.insight_every_s", INSIGHT_EVERY_S.to_owned()),
        ("contact.quiet_from", NEVER_QUIET.to_owned()),
        ("contact.quiet_until", NEVER_QUIET.to_owned()),
    ];
    let named = named.map(|(name, value)| (name.to_owned(), value));
    regions.into_iter().chain(named).collect()
}
