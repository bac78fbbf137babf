//! `[channels.NAME]`: an open table; a channel is there because it has a table.

use std::collections::BTreeMap;

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::{NAME_EXPECTED, is_name},
    },
    domain::{channel::Channel, event::Place, identifier::Region},
};

/// What a region looks like.
pub(crate) const REGION_EXPECTED: &str = "expected a two-letter country code such as IR, or nothing";

/// What holds for a channel that says no more than its name.
fn unsaid() -> Map<String, Value> {
    blank([
        ("region", "".into()),
        ("shared_devices", false.into()),
        ("hands_over", false.into()),
        ("view", "web".into()),
        ("public", false.into()),
    ])
}

pub(crate) fn read(root: &mut Reader<'_>) -> BTreeMap<String, Channel> {
    let channels = root.entries("channels", &unsaid(), |_, channel| {
        let region = |code: &str| code.parse::<Region>().ok();
        Channel {
            region: channel.optional("region", REGION_EXPECTED, region),
            place: Place {
                shared_devices: channel.switch("shared_devices"),
                hands_over: channel.switch("hands_over"),
            },
            view: channel.text("view", "expected the name of a view", String::new(), |name| {
                Some(name.to_owned())
            }),
            is_public: channel.switch("public"),
        }
    });
    for name in channels.keys().filter(|name| !is_name(name)) {
        root.refuse_inside(&["channels", name], None, NAME_EXPECTED);
    }
    channels
}
