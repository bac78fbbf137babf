//! What a subscriber is told, event by event.

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::Value;

use crate::town::Town;

/// An event of a stream that says something: its name, its id and its data.
pub type Frame = (String, String, Value);

/// The next event that says something.
pub fn next(town: &Town, stream: &mut BodyDataStream) -> Frame {
    loop {
        let frame = town.wait(stream.next()).unwrap().unwrap();
        if let Some(read) = read(&frame) {
            return read;
        }
    }
}

/// What an event says, unless it only says where the subscriber is.
pub fn read(frame: &[u8]) -> Option<Frame> {
    let text = std::str::from_utf8(frame).unwrap();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::to_owned)
    };
    let data = serde_json::from_str(&field("data: ")?).unwrap();
    Some((field("event: ")?, field("id: ")?, data))
}

/// What a stream tells until an event of this name, that one included.
pub fn until(town: &Town, path: &str, last: Option<&str>, end: &str) -> Vec<Frame> {
    let mut stream = town.stream(path, last);
    let mut told: Vec<Frame> = Vec::new();
    while told.last().is_none_or(|(name, ..)| name != end) {
        told.push(next(town, &mut stream));
    }
    told
}
