//! `yekta generate`: synthetic traffic, to standard output or to a running service.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    app::clock,
    cli::{
        client::{
            connection::Client,
            patience::Patience,
            server::{Key, ServerUrl, Trusted},
        },
        exit::Failure,
        generate::{Generator, GeneratorConfig},
    },
};

/// Events of one request.
const BATCH: usize = 100;

/// Writes synthetic events of four channels: people who change channels, shared devices, late log-ins.
///
/// The same seed gives the same events; `--live` has them end now instead of at the start of 2026.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What everything is drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many events.
    #[arg(long, default_value_t = 1000)]
    count: usize,
    /// How many people.
    #[arg(long, default_value_t = 100)]
    people: u32,
    /// Events per second at most; 0 is as fast as they are taken.
    #[arg(long, default_value_t = 0)]
    rate: u32,
    /// Send them to the service at this address instead of writing them out.
    #[arg(long, value_name = "URL")]
    to: Option<ServerUrl>,
    /// The write key of that service.
    #[arg(long, env = "YEKTA_KEY", hide_env_values = true)]
    key: Option<Key>,
    /// A file of certificates in PEM that are trusted instead of the well-known authorities.
    #[arg(long, env = "YEKTA_CA_FILE", value_name = "FILE")]
    ca_file: Option<Trusted>,
    /// Let the events end now.
    #[arg(long)]
    live: bool,
}

/// 2026-01-01T00:00:00Z, so that a seed means the same events on every day.
const START_MICROS: i64 = 1_767_225_600_000_000;

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let start = if self.live {
            clock::now().as_micros()
        } else {
            START_MICROS
        };
        let generator = Generator::new(GeneratorConfig {
            seed: self.seed,
            people: self.people,
            start,
        });
        let mut events = generator.take(self.count).peekable();
        let (to, key) = (self.to.as_ref(), self.key.as_ref());
        let client = to.map(|url| Client::new(url, key, self.ca_file.as_ref()));
        let (begun, mut sent) = (Instant::now(), 0_usize);
        while events.peek().is_some() {
            let batch: Vec<Value> = events.by_ref().take(BATCH).collect();
            sent = sent.saturating_add(batch.len());
            match &client {
                Some(client) => {
                    let body = Value::from(batch).to_string();
                    Patience::USUAL.through(|| client.post("send events", "/v1/events", body.as_bytes()))?;
                }
                None => batch.iter().try_for_each(|event| writeln!(out, "{event}"))?,
            }
            self.pace(begun, sent);
        }
        if client.is_some() {
            let seconds = begun.elapsed().as_secs_f64();
            writeln!(out, "sent {sent} events in {seconds:.1} s")?;
        }
        Ok(())
    }

    /// Waits until `sent` events are due.
    fn pace(&self, begun: Instant, sent: usize) {
        if self.rate == 0 {
            return;
        }
        let sent = u32::try_from(sent).unwrap_or(u32::MAX);
        let due = Duration::from_secs_f64(f64::from(sent) / f64::from(self.rate));
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
    }
}
