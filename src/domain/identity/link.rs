//! Links: what per-event ids (an order, a QR code) tie an atom to. They are no part of the claim.

use std::collections::BTreeMap;

use crate::domain::{
    event::{Event, Stamp, token},
    identifier::{IdentifierRules, Role},
    identity::claim::Key,
    time::Timestamp,
};

/// The channel of the events that Yekta writes itself: codes minted and redeemed, consent recorded.
pub const OWN_CHANNEL: &str = "yekta";

/// The source of the events that Yekta writes itself; edges refuse it from anybody else.
pub const OWN_SOURCE: &str = "yekta";

/// Links that one atom holds: far more orders than one person places from one device.
const LINKS_MAX: usize = 2_000;

/// What an atom did with a per-event id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkRole {
    /// It was about it.
    About,
    /// The QR code was minted for it.
    Minted {
        /// Until when a scan counts.
        expires: Timestamp,
        /// Whether the first scan joins.
        handoff: bool,
    },
    /// It scanned the QR code.
    Scanned,
    /// The QR code was redeemed or taken back: a later scan joins nobody.
    Closed,
}

impl LinkRole {
    /// Whether the QR code was minted for the atom.
    pub const fn is_minted(&self) -> bool {
        matches!(self, Self::Minted { .. })
    }
}

/// A link of one atom; of several events the earliest stands for all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The earliest event that made it.
    pub first: Stamp,
    /// What was done.
    pub role: LinkRole,
}

/// The links of one atom.
pub type Links = BTreeMap<Key, Link>;

/// The links that `event` makes.
pub fn links_of(event: &Event, rules: &IdentifierRules) -> Links {
    let mut links = Links::new();
    for identifier in &event.identifiers {
        let rule = rules.rule(identifier.kind());
        if rule.joins_at.is_none_or(|least| identifier.trust() < least) {
            continue;
        }
        let role = match rule.role {
            Role::PerEvent => LinkRole::About,
            Role::Handoff => handoff_role(event),
            Role::Anchor | Role::Contact | Role::Device | Role::Label => continue,
        };
        let key = Key {
            kind: identifier.kind().clone(),
            value: identifier.value().to_owned(),
        };
        links.insert(
            key,
            Link {
                first: event.stamp(),
                role,
            },
        );
    }
    links
}

/// What an event does with a QR code; only Yekta's own events mint or close one.
fn handoff_role(event: &Event) -> LinkRole {
    if event.id.source != OWN_SOURCE {
        return LinkRole::Scanned;
    }
    let handoff = event
        .property_text("purpose")
        .is_some_and(|purpose| purpose == "handoff");
    match (token(&event.name).as_str(), event.expires) {
        ("qr_minted", Some(expires)) => LinkRole::Minted { expires, handoff },
        _ => LinkRole::Closed,
    }
}

/// Adds `link` to `links`; whether that can change who is joined: a new key, another first scan, an earlier end.
pub fn add(links: &mut Links, key: Key, link: Link) -> bool {
    let Some(there) = links.get_mut(&key) else {
        links.insert(key, link);
        return true;
    };
    match (&mut there.role, &link.role) {
        // Who it was minted for also closes it: then it holds no longer than until then.
        (LinkRole::Minted { expires, .. }, LinkRole::Closed) => {
            let earlier = link.first.time < *expires;
            *expires = link.first.time.min(*expires);
            earlier
        }
        (LinkRole::Closed, LinkRole::Minted { expires, handoff }) => {
            let role = LinkRole::Minted {
                expires: there.first.time.min(*expires),
                handoff: *handoff,
            };
            *there = Link {
                role,
                first: link.first,
            };
            true
        }
        // Minting is the stronger word: whoever mints and scans a code of their own has minted it.
        (LinkRole::Scanned, LinkRole::Minted { .. }) => {
            *there = link;
            true
        }
        (here, new) if here == new && link.first < there.first => {
            let scanned = *here == LinkRole::Scanned;
            *there = link;
            scanned
        }
        _ => false,
    }
}

/// Keeps the alphabetically first links of an atom, and answers the keys that it no longer holds.
pub fn bound(links: &mut Links) -> Vec<Key> {
    let mut dropped = Vec::new();
    while links.len() > LINKS_MAX {
        dropped.extend(links.pop_last().map(|(key, _)| key));
    }
    dropped
}

/// Of those who hold a QR code, the ones it joins: who it was minted for and the first to scan it in time.
///
/// `holders` are (whatever the caller knows them by, their link).
pub fn joined_by_handoff<T: Copy>(holders: &[(T, &Link)]) -> Vec<T> {
    let minted = holders.iter().find_map(|(holder, link)| match link.role {
        LinkRole::Minted {
            expires,
            handoff: true,
        } => Some((*holder, link.first.time, expires)),
        LinkRole::Minted { .. } | LinkRole::About | LinkRole::Scanned | LinkRole::Closed => None,
    });
    let Some((minter, from, expires)) = minted else {
        return Vec::new();
    };
    let closed = holders.iter().filter(|(_, link)| link.role == LinkRole::Closed);
    let until = closed
        .map(|(_, link)| link.first.time)
        .fold(expires, Timestamp::min);
    let first_scan = holders
        .iter()
        .filter(|(_, link)| link.role == LinkRole::Scanned && (from..=until).contains(&link.first.time))
        .min_by(|a, b| a.1.first.cmp(&b.1.first));
    std::iter::once(minter)
        .chain(first_scan.map(|(holder, _)| *holder))
        .collect()
}
