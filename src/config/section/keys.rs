//! `[keys.NAME]`: an open table; whoever sends events or asks, and the key they show. `[tokens]`: who signs tokens for them.
//! `[roles.ROLE]`: how much whoever has the role may ask for.

use std::{collections::BTreeMap, fs, num::NonZeroU32, path::PathBuf, time::Duration};

use ::config::{Map, Value};

use crate::{
    api::guard::{Quotas, TokenIssuer},
    config::{
        reader::{Reader, blank},
        section::{NAME_EXPECTED, is_name, key_files::key_in},
    },
    domain::{event::Name, role::Role},
    wire::digest::Digest,
};

/// Whoever shows a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The SHA-256 of the key.
    pub digest: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// The file that holds it, if one does.
    pub file: Option<PathBuf>,
}

/// Whose tokens are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Who signs them, and by which keys they are checked.
    pub issuer: TokenIssuer,
    /// The file that holds the keys.
    pub file: PathBuf,
}

/// What a key is for: one of the two, since browsers show to everybody what they send with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sending events of one channel.
    Send(Name),
    /// Asking and commanding, as the role may.
    Ask(Role),
}

fn unsaid() -> Map<String, Value> {
    blank([
        ("sha256", "".into()),
        ("file", "".into()),
        ("role", "".into()),
        ("channel", "".into()),
    ])
}

/// Keys by the name of whoever shows them.
pub(crate) fn read(root: &mut Reader<'_>) -> BTreeMap<String, Key> {
    let read = root.entries("keys", &unsaid(), |_, table| key(table));
    for name in read.keys().filter(|name| !is_name(name)) {
        root.refuse_inside(&["keys", name], None, NAME_EXPECTED);
    }
    read.into_iter()
        .filter_map(|(name, key)| Some((name, key?)))
        .collect()
}

fn key(table: &mut Reader<'_>) -> Option<Key> {
    let hexadecimal = "expected the SHA-256 of the key in 64 hexadecimal digits, or nothing";
    let stated = table.secret("sha256", hexadecimal, |text| Digest::parse(text).is_some());
    let stated = stated.and_then(|text| Digest::parse(text.expose()));
    let file = table.file("file");
    let in_file = file.as_ref().map(|path| {
        let key = key_in(path).ok();
        if key.is_none() {
            let expected = "expected a readable file with a key of 16 to 256 visible ASCII characters";
            table.refuse("file", Some(format!("{path:?}")), expected);
        }
        key
    });
    let role = table.optional(
        "role",
        "expected agent, pos, service, analyst, admin, or nothing",
        |text| text.parse().ok(),
    );
    let channel = table.optional("channel", "expected a channel, or nothing", |text| {
        Some(text.to_owned())
    });
    let purposes = [
        ("role", role.map(Purpose::Ask)),
        ("channel", channel.map(Purpose::Send)),
    ];
    let (digest, purpose) = (
        table.one_way([("sha256", stated.map(Some)), ("file", in_file)]),
        table.one_way(purposes),
    );
    if digest.is_none() {
        table.refuse("sha256", None, "expected this, or file");
    }
    if purpose.is_none() {
        table.refuse("role", None, "expected this of who asks, or channel of who sends");
    }
    Some(Key {
        digest: digest??,
        purpose: purpose?,
        file,
    })
}

/// How much each role may ask for.
pub(crate) fn quotas(root: &mut Reader<'_>) -> BTreeMap<Role, Quotas> {
    root.section("roles", |table| {
        let read = |role: Role| {
            let quotas = table.section(role.as_str(), |table| Quotas {
                asks_per_minute: NonZeroU32::new(table.number("asks_per_minute", 0..=1_000_000)),
                people_per_hour: NonZeroU32::new(table.number("people_per_hour", 0..=1_000_000)),
            });
            (role, quotas)
        };
        Role::ALL.into_iter().map(read).collect()
    })
}

/// Whose tokens are taken, if anybody's.
pub(crate) fn tokens(table: &mut Reader<'_>) -> Option<Tokens> {
    let text = |text: &str| Some(text.to_owned());
    let issuer = table.optional("issuer", "expected who signs tokens, or nothing", text);
    let audience = table.optional("audience", "expected whom tokens are for, or nothing", text);
    let file = table.file("keys_file");
    let lifetime: u64 = table.number("lifetime_max_s", 60..=86_400);
    let lacks = [
        ("issuer", issuer.is_none()),
        ("audience", audience.is_none()),
        ("keys_file", file.is_none()),
    ];
    if lacks.iter().all(|(_, lacks)| *lacks) {
        return None;
    }
    for (key, _) in lacks.into_iter().filter(|(_, lacks)| *lacks) {
        table.refuse(key, None, "expected this too, since tokens are taken");
    }
    let (issuer, audience, file) = (issuer?, audience?, file?);
    let keys = fs::read_to_string(&file).map_err(|error| format!("expected a readable file: {error}"));
    let lifetime = Duration::from_secs(lifetime);
    let made = keys.and_then(|keys| {
        TokenIssuer::new(issuer, audience, lifetime, &keys).map_err(|error| error.to_string())
    });
    match made {
        Ok(issuer) => Some(Tokens { issuer, file }),
        Err(expected) => {
            table.refuse("keys_file", Some(format!("{file:?}")), expected);
            None
        }
    }
}
