//! Following a journal that another process writes: knowing when it holds more. Owns the consumer that tells so; must never
//! write. What it holds is read by the same [`JetStreamReader`](crate::nats::journal::reader::JetStreamReader) that
//! readers of an own journal have.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use crate::{
    journal::{Error, FollowedJournal, Journal, Position, ReadJournal, Told},
    nats::{
        assets::{Asset, Assets, Names},
        connect::Connection,
        ingest::input::{Input, Reader},
        journal::{
            Ground, JetStreamJournalConfig,
            layout::COMMIT,
            open::survey,
            shared::Shared,
            stream::{READ, broker},
            unless_stopped,
        },
    },
};

/// After so long without a commit the stream is asked for its last: a consumer may be gone without a word.
const QUIET: Duration = Duration::from_secs(1);

/// Between two attempts to take the journal over.
const PAUSE: Duration = Duration::from_millis(100);

/// A journal in a stream that another process writes. Its calls block, and may not be made from a task of the runtime.
pub struct JetStreamFollower {
    ground: Ground,
    shared: Arc<Shared>,
    markers: Input,
    reader: Option<Opened>,
}

/// What tells of commits.
struct Opened {
    reader: Reader,
    /// How often the connection had been made again by then.
    reconnects: u64,
    /// When it told of something last, or the stream was asked.
    told: Instant,
}

impl fmt::Debug for JetStreamFollower {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "JetStreamFollower({})", self.ground.stream.names.journal())
    }
}

impl JetStreamFollower {
    /// Follows the journal of `assets`. Blocks, also for a broker that answers late.
    ///
    /// # Errors
    /// As [`JetStreamJournal::open`](crate::nats::journal::JetStreamJournal::open).
    pub fn open(
        runtime: Handle,
        connection: &Connection,
        assets: &Assets,
        config: JetStreamJournalConfig,
    ) -> Result<Self, Error> {
        Self::of(runtime, connection, (&assets.names, &assets.journal), config)
    }

    /// The same of the journal `asset`, which may be a mirror. Blocks.
    ///
    /// # Errors
    /// As [`JetStreamFollower::open`].
    pub fn of(
        runtime: Handle,
        connection: &Connection,
        (names, asset): (&Names, &Asset),
        config: JetStreamJournalConfig,
    ) -> Result<Self, Error> {
        let ground = Ground::new(runtime, connection, (names, asset), config);
        let looking = survey(&ground.stream, &ground.layout, 0);
        let found = ground
            .runtime
            .block_on(unless_stopped(&ground.config.stop, READ, looking))?;
        let last = found.last.map_or(0, |last| last.position);
        let (first, last) = (Position(found.first), Position(last));
        Ok(Self {
            shared: Arc::new(Shared::new(first, last, ground.config.latest_bytes_max)),
            markers: Input {
                jetstream: connection.jetstream.clone(),
                stream: names.journal(),
                filter: names.in_journal(COMMIT),
                restored_ns: None,
            },
            reader: None,
            ground,
        })
    }

    async fn next(&mut self, wait: Duration) -> Result<Option<Told>, Error> {
        let reconnects = self.ground.stream.connection.link().reconnects;
        let mut opened = match self.reader.take() {
            Some(opened) if opened.reconnects == reconnects => opened,
            _ => self.opened(reconnects).await?,
        };
        let Ok(first) = tokio::time::timeout(wait, opened.reader.next()).await else {
            if opened.told.elapsed() >= QUIET {
                if self.lags().await? {
                    // What does not tell of it is given up.
                    return Ok(None);
                }
                opened.told = Instant::now();
            }
            self.reader = Some(opened);
            return Ok(None);
        };
        let mut last = first.map_err(|error| broker(READ, error))?;
        // What is here already is one look. What fails is opened anew behind what was told.
        while let Some(Ok(next)) = opened.reader.next_here() {
            last = next;
        }
        opened.told = Instant::now();
        self.reader = Some(opened);
        self.shared.advance(Position(last.sequence));
        Ok(Some(Told {
            position: Position(last.sequence),
            stored_us: last.stored.as_micros(),
        }))
    }

    /// Tells of what is behind the last commit that is known.
    async fn opened(&self, reconnects: u64) -> Result<Opened, Error> {
        // Whether it is the same stream still, and has what it acknowledged.
        let last = self.shared.last().0;
        self.ground.stream.ends_behind(last).await?;
        let reader = self.markers.open(last.saturating_add(1)).await;
        Ok(Opened {
            reader: reader.map_err(|error| broker(READ, error))?,
            reconnects,
            told: Instant::now(),
        })
    }

    /// Whether the stream holds a commit that nobody told of.
    async fn lags(&self) -> Result<bool, Error> {
        let last = self.ground.stream.last_of(COMMIT).await?;
        Ok(last.is_some_and(|marker| marker.sequence > self.shared.last().0))
    }
}

impl FollowedJournal for JetStreamFollower {
    fn identity(&self) -> String {
        self.ground.identity()
    }

    fn last(&self) -> Position {
        self.shared.last()
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        Box::new(self.ground.reader(&self.shared))
    }

    fn look(&mut self, wait: Duration) -> Result<Option<Told>, Error> {
        let (runtime, stop) = (self.ground.runtime.clone(), self.ground.config.stop.clone());
        runtime.block_on(unless_stopped(&stop, READ, self.next(wait)))
    }

    fn look_behind(&mut self, position: Position) -> Result<(), Error> {
        let Ground {
            stream,
            layout,
            runtime,
            config,
            ..
        } = &self.ground;
        let looking = survey(stream, layout, position.0);
        let found = runtime.block_on(unless_stopped(&config.stop, READ, looking))?;
        if let Some(last) = found.last {
            self.shared.advance(Position(last.position));
        }
        Ok(())
    }

    fn take_over(self: Box<Self>) -> Result<Box<dyn Journal>, Error> {
        loop {
            match self.ground.take_over(Some(Arc::clone(&self.shared))) {
                // While a leader is elected nobody answers.
                Err(error) if error.is_passing() && !self.ground.config.stop.is_cancelled() => {
                    tracing::debug!(%error, "take the journal over again");
                    std::thread::sleep(PAUSE);
                }
                taken => return Ok(Box::new(taken?)),
            }
        }
    }
}
