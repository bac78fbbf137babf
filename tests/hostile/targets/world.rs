//! The configuration that all targets go by: channels with a region, a source that may alias, the standard kinds, and
//! events nested as deep as any configuration may allow.

use std::{iter, path::Path, sync::LazyLock};

use tempfile::TempDir;
use yekta::{
    app::engine_rules,
    config::{LoadOptions, Settings},
    domain::{event::StreamPlace, time::Timestamp},
    engine::Rules,
    wire::{DecodeRules, Origin},
};

/// 2026-11-22T12:00:00Z.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

const FILE: &str = r#"
[channels]
web.region = "IR"
mobile.region = "DE"
store.region = "US"
callcenter.region = "IR"

[decode]
depth_max = 60

[sources.crm]
prefix = "crm"
may_alias = true
"#;

/// What input is read by, and what the engine goes by.
pub struct World {
    pub decode: DecodeRules,
    pub engine: Rules,
}

pub static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = scratch();
    let settings = settings(folder.path());
    let mut decode = settings.decode_rules();
    // One whose name no subject can hold: rules may have it, though no configuration may.
    let shop = decode.channels.channels["store"].clone();
    decode.channels.channels.insert("فروشگاه".to_owned(), shop);
    World {
        decode,
        engine: engine_rules(&settings),
    }
});

/// The settings of a service in `folder`.
pub fn settings(folder: &Path) -> Settings {
    let file = folder.join("yekta.toml");
    std::fs::write(&file, FILE).unwrap();
    let data = folder.join("data").to_str().unwrap().to_owned();
    let settings = Settings::load(LoadOptions {
        file: Some(file),
        env: iter::empty(),
        overrides: vec![("data.dir".to_owned(), data)],
    });
    settings.unwrap()
}

/// A folder that goes with the process's use of it.
pub fn scratch() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// An origin that says a channel at most.
pub fn origin(channel: Option<&str>) -> Origin {
    Origin {
        source: None,
        channel: channel.map(str::to_owned),
        name: None,
        received: NOW,
        is_bound: false,
        trace: None,
        place: None,
    }
}

/// The seventh message of the input stream, under `subject`.
pub fn place(subject: String) -> StreamPlace {
    StreamPlace {
        stream: "YEKTA_EVENTS".into(),
        sequence: 7,
        subject,
    }
}
