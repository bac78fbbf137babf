//! The visit that is going on: whether the customer is in the shop's pages or in its app at this moment, and at what.
//!
//! Read off the recent history. That is bounded, so a long visit began *at the latest* when it is said to have begun.

use crate::domain::{
    event::token,
    profile::{Profile, matters::Moment},
    time::Timestamp,
};

/// Channels on which customers are by themselves: elsewhere somebody serves them.
const CHANNELS: [&str; 2] = ["web", "mobile"];

/// A visit ends with so long a silence, in microseconds: the half hour that web analytics count by.
pub const IDLE_MICROS: u64 = 30 * 60 * 1_000_000;

/// A visit that is going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where.
    pub channel: String,
    /// Since when, at the latest.
    pub since: Timestamp,
    /// When something last happened in it.
    pub last_seen: Timestamp,
    /// How much happened in it, of what is remembered.
    pub events: usize,
    /// What was looked at, the latest first, each once.
    pub viewed: Vec<String>,
}

impl Session {
    /// The visit of `profile` that is going on at `now`; of two the one in which something happened last. It tells at most
    /// `most` of what was looked at.
    pub fn of(profile: &Profile, now: Timestamp, most: usize) -> Option<Self> {
        let running = CHANNELS
            .iter()
            .filter_map(|channel| Self::on(channel, profile, now, most));
        running.max_by_key(|session| session.last_seen)
    }

    fn on(channel: &str, profile: &Profile, now: Timestamp, most: usize) -> Option<Self> {
        let mut since = now;
        let recent = profile.whole.recent.iter().rev();
        let visit = recent
            .filter(|moment| moment.channel == channel)
            .take_while(|moment| {
                let is_near = moment.stamp.time >= since.saturating_sub(IDLE_MICROS);
                since = moment.stamp.time;
                is_near && token(&moment.name) != "signed_out"
            });
        let visit: Vec<&Moment> = visit.collect();
        let (latest, first) = (visit.first()?, visit.last()?);
        Some(Self {
            channel: channel.to_owned(),
            since: first.stamp.time,
            last_seen: latest.stamp.time,
            events: visit.len(),
            viewed: viewed(&visit, most),
        })
    }
}

/// What was looked at: pages, screens and products.
fn viewed(moments: &[&Moment], most: usize) -> Vec<String> {
    let mut viewed: Vec<String> = Vec::new();
    let looked = moments
        .iter()
        .filter(|moment| token(&moment.name).ends_with("_viewed"));
    for about in looked.filter_map(|moment| moment.about.as_ref()) {
        if viewed.len() < most && !viewed.contains(about) {
            viewed.push(about.clone());
        }
    }
    viewed
}
