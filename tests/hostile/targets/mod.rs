//! What hostile bytes are handed to, and what has to hold whatever they are: the body of each fuzz target.
//!
//! The fuzzer (`fuzz/`) and the ordinary test beside this folder run the very same functions. Each panics where a
//! property does not hold.

mod config;
mod event;
mod http;
mod identifier;
mod journal;
mod kept;
mod qr;
mod request;
mod snapshot;
mod world;

/// A target: the name of its fuzzer and of its folder of seeds, and what it does with bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    /// How many runs of the fastest target one of this takes, roughly.
    pub costs: u32,
}

/// Every target.
#[rustfmt::skip]
pub const ALL: [Target; 15] = [
    target("event_native",      event::native,              4),
    target("event_segment",     event::segment,             4),
    target("event_cloud",       event::cloud,               4),
    target("event_binary",      event::binary,              4),
    target("event_message",     event::message,             2),
    target("identifier",        identifier::normalised,     1),
    target("qr_token",          qr::scanned,                2),
    target("record",            kept::record,               1),
    target("commit",            journal::body,              1),
    target("journal",           journal::folder,          100),
    target("snapshot",          snapshot::file,            20),
    target("request",           request::read,              1),
    target("http",              http::asked,               50),
    target("settings",          config::settings,         100),
    target("weights",           config::weights,           50),
];

const fn target(name: &'static str, run: fn(&[u8]), costs: u32) -> Target {
    Target { name, run, costs }
}

/// The target called `name`, if it is one.
pub fn named(name: &str) -> Option<Target> {
    ALL.into_iter().find(|target| target.name == name)
}

/// The choice that the first byte makes among `count`, by its digit so that seeds can be written by hand, and the rest.
fn choice(bytes: &[u8], count: usize) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((usize::from(first.wrapping_sub(b'0')) % count, rest))
}
