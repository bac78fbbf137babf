//! On which channel a Segment message was made: its SDKs do not say so in our words.

use std::collections::BTreeMap;

use crate::domain::{event::Name, value::Value};
use crate::wire::{
    rules::{DecodeRules, Origin},
    segment::Call,
};

const WEB: &str = "web";
const MOBILE: &str = "mobile";
/// Words in the names of the libraries for apps.
const APP_LIBRARIES: [&str; 5] = ["ios", "android", "swift", "kotlin", "flutter"];

/// The channel of the key, if that is for one alone; that which the message names, if it is configured; else what its library and call show, what its origin says,
/// or `web`.
pub(crate) fn guess(
    stated: Option<Name>,
    call: Call,
    context: &BTreeMap<String, Value>,
    origin: &Origin,
    rules: &DecodeRules,
) -> Option<Name> {
    // Whatever the SDK calls it, and wherever it runs: the key is for this channel alone.
    if origin.is_bound {
        return origin.channel.clone();
    }
    // RudderStack says `server` or `web` by where its SDK runs: what nobody configured is not meant for us.
    if let Some(stated) = stated.filter(|name| rules.channel(name).is_some()) {
        return Some(stated);
    }
    let of_origin = origin.channel.clone();
    let at_origin = of_origin
        .as_deref()
        .and_then(|name| rules.channel(name))
        .map(|(_, channel)| channel.place);
    // A till that runs an app stays a till: taken for somebody's phone, it would make one person of its customers.
    let shared = at_origin.is_some_and(|place| place.shared_devices);
    if !shared && rules.channel(MOBILE).is_some() && is_app(call, context) {
        return Some(MOBILE.to_owned());
    }
    of_origin.or_else(|| Some(WEB.to_owned()))
}

fn is_app(call: Call, context: &BTreeMap<String, Value>) -> bool {
    let library = context
        .get("library")
        .and_then(|library| library.get("name")?.as_text());
    let library = library.unwrap_or_default().to_ascii_lowercase();
    // Whole words, as there is an `ios` in `axios`.
    let words: Vec<&str> = library
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .collect();
    let named = library.contains("react-native") || APP_LIBRARIES.iter().any(|word| words.contains(word));
    call == Call::Screen || named || context.get("device").and_then(Value::as_map).is_some()
}
