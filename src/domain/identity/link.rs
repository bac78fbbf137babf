//! Links: what per-event ids (an order, a QR code) tie an atom to. They are no part of the claim.

use std::collections::BTreeMap;

use crate::domain::{
    event::{Event, Stamp, token},
    identifier::{IdentifierRules, Role},
    identity::claim::Key,
    time::Timestamp,
};

/// The source of the events that Yekta writes itself; edges refuse it from anybody else.
pub const OWN_SOURCE: &str = "yekta";

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
            Role::Handoff => match minted(event) {
                Some(minted) => minted,
                None => LinkRole::Scanned,
            },
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

fn minted(event: &Event) -> Option<LinkRole> {
    if event.id.source != OWN_SOURCE || token(&event.name) != "qr_minted" {
        return None;
    }
    let handoff = event
        .property_text("purpose")
        .is_some_and(|purpose| purpose == "handoff");
    Some(LinkRole::Minted {
        expires: event.expires?,
        handoff,
    })
}

/// Adds `link` to `links`; whether that can change who is joined: a new key, or another first scan.
pub fn add(links: &mut Links, key: Key, link: Link) -> bool {
    let Some(there) = links.get_mut(&key) else {
        links.insert(key, link);
        return true;
    };
    // Minting is the stronger word: whoever mints and scans a code of their own has minted it.
    let stronger = link.role.is_minted() && !there.role.is_minted();
    let earlier = link.role == there.role && link.first < there.first;
    if stronger || earlier {
        *there = link;
    }
    stronger || (earlier && there.role == LinkRole::Scanned)
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
        LinkRole::Minted { .. } | LinkRole::About | LinkRole::Scanned => None,
    });
    let Some((minter, from, until)) = minted else {
        return Vec::new();
    };
    let first_scan = holders
        .iter()
        .filter(|(_, link)| link.role == LinkRole::Scanned && (from..=until).contains(&link.first.time))
        .min_by(|a, b| a.1.first.cmp(&b.1.first));
    std::iter::once(minter)
        .chain(first_scan.map(|(holder, _)| *holder))
        .collect()
}
