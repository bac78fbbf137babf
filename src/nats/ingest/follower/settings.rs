//! What a follower goes by.

use std::time::Duration;

use crate::nats::{
    assets::{Assets, Names},
    settings::Partition,
};

/// How often a quiet tenant moves on while the stream keeps one message.
const MOVES_PER_AGE: u32 = 24;
/// How often a quiet partition says how far it is: the resolver's journal keeps what one of them may lack.
const ROUTED_MOVE_EVERY: Duration = Duration::from_secs(15);

/// What the follower goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowSettings {
    /// The input stream.
    pub stream: String,
    /// Which subjects of it are read: the tenant's events.
    pub filter: String,
    /// Messages that are fed at once, at most.
    pub feed_messages_max: usize,
    /// Bytes of their bodies after which no more are taken into one feed.
    pub feed_bytes_max: usize,
    /// How often the stream is looked at while nothing comes: one that was made anew gives no message to tell by.
    pub look_every: Duration,
    /// How often a tenant that is quiet while others write commits how far the stream has come.
    pub move_every: Duration,
    /// When the stream was made, in nanoseconds since the Unix epoch, where it is a copy of the one that was read.
    pub restored_ns: Option<i64>,
}

impl FollowSettings {
    /// The defaults for the input of a tenant with these streams: its events, moving on often enough for what their stream keeps;
    /// of a partition, what its resolver writes for it.
    pub fn of(assets: &Assets, partition: Option<&Partition>) -> Self {
        if let (Some(routed), Some(partition)) = (&assets.routed, partition) {
            let filter = Names::of(&partition.resolver).routed(partition.index);
            return Self {
                move_every: ROUTED_MOVE_EVERY,
                ..Self::new(routed.stream.clone(), filter)
            };
        }
        let settings = Self::new(assets.events.stream.clone(), assets.names.events());
        let often = assets.events.age_max.map(|age| age / MOVES_PER_AGE);
        let move_every = often.map_or(settings.move_every, |often| often.min(settings.move_every));
        Self {
            move_every,
            ..settings
        }
    }

    /// The defaults for `filter` of `stream`.
    pub fn new(stream: impl Into<String>, filter: impl Into<String>) -> Self {
        Self {
            stream: stream.into(),
            filter: filter.into(),
            feed_messages_max: 256,
            feed_bytes_max: 4 << 20,
            look_every: Duration::from_secs(3),
            move_every: Duration::from_secs(60 * 60),
            restored_ns: None,
        }
    }
}
