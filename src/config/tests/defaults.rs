//! What holds where nothing is configured, and what a file alone can add.

use super::{load, load_path};
use crate::{
    config::{DEFAULTS, LoadOptions, Settings},
    domain::{
        channel::{Channel, Channels},
        context::View,
        event::Place,
        identifier::{IdentifierRules, Region, Role, Trust},
        profile::FoldLimits,
    },
    journal::file::FileJournalConfig,
    wire::DecodeLimits,
};
use std::{collections::BTreeMap, path::Path};

#[test]
fn the_embedded_file_says_what_the_code_says() {
    let settings = load_path(None, &[], &[]).unwrap();
    assert_eq!(settings.identifiers, IdentifierRules::standard());
    assert_eq!(settings.fold, FoldLimits::STANDARD);
    assert_eq!(settings.decode, DecodeLimits::default());
    assert_eq!(settings.journal, FileJournalConfig::default());
    let views = View::standard().map(|view| (view.name.clone(), view));
    assert_eq!(settings.views, BTreeMap::from(views));
}

#[test]
fn the_standard_channels_are_the_four() {
    let channel = |view: &str, till| Channel {
        place: Place {
            shared_devices: till,
            hands_over: till,
        },
        region: None,
        view: view.to_owned(),
        is_public: matches!(view, "web" | "mobile"),
    };
    let channels = [
        ("web", channel("web", false)),
        ("mobile", channel("mobile", false)),
        ("store", channel("pos", true)),
        ("callcenter", channel("callcenter", false)),
    ];
    let expected = Channels {
        channels: channels.map(|(name, channel)| (name.to_owned(), channel)).into(),
        sources: BTreeMap::new(),
    };
    assert_eq!(load_path(None, &[], &[]).unwrap().channels, expected);
}

/// Every key that is read is listed, so one that the embedded file lacks, or does not explain, is seen here.
#[test]
fn every_key_is_documented() {
    let settings = load_path(None, &[], &[]).unwrap();
    let is_key = |line: &&str| line.contains(" = ") && !line.starts_with('#') && !line.starts_with(' ');
    let keys = |text: &str| text.lines().filter(is_key).map(key_of).collect::<Vec<_>>();
    let (mut listed, mut embedded) = (keys(settings.redacted_toml()), keys(DEFAULTS));
    listed.sort();
    embedded.sort();
    assert_eq!(listed, embedded);

    let mut before = "";
    for line in DEFAULTS.lines() {
        if line.starts_with('[')
            && ["kinds", "channels", "views"]
                .iter()
                .any(|open| line.contains(open))
        {
            break;
        }
        assert!(
            !is_key(&line) || before.starts_with("# "),
            "{line} follows {before}"
        );
        before = line;
    }
}

fn key_of(line: &str) -> String {
    line.split(" = ").next().unwrap().to_owned()
}

#[test]
fn what_is_printed_can_be_loaded_again() {
    let text = "channels.social = { region = \"IR\" }\n[views.\"pos\"]\nlines_max = 3";
    let settings = load(text, &[("YEKTA_HTTP__ITEMS_MAX", "7")], &[]).unwrap();
    let again = load(settings.redacted_toml(), &[], &[]).unwrap();
    assert_eq!(again, settings);
    assert_eq!(again.http.items_max, 7);
}

#[test]
fn a_channel_a_view_a_kind_and_a_source_need_a_file_alone() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/example.toml");
    let settings = Settings::load(LoadOptions {
        file: Some(example),
        env: std::iter::empty(),
        overrides: Vec::new(),
    });
    let rules = settings.unwrap().decode_rules();
    let social = rules.channels.channels.get("social").unwrap();
    assert_eq!(
        (social.region, social.view.as_str()),
        ("IR".parse::<Region>().ok(), "social")
    );
    assert_eq!(social.place, Place::default());
    assert_eq!(rules.channels.channels.len(), 5);
    assert_eq!(rules.channels.source("pos/tehran-12").trust_default, Trust::Staff);
    assert_eq!(rules.channels.source("web").trust_default, Trust::Stated);
    let handle = rules
        .identifiers
        .kinds
        .iter()
        .find(|(kind, _)| kind.as_str() == "social_handle");
    let rule = handle.map(|(_, rule)| rule.clone()).unwrap();
    assert_eq!(
        (rule.role, rule.joins_at, rule.per_profile),
        (Role::Contact, Some(Trust::Verified), Some(3))
    );
}
