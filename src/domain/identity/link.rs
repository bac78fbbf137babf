//! Links: what per-event ids (an order, a QR code) tie an atom to. They are no part of the claim.

use std::{cmp::Ordering, collections::BTreeMap};

use crate::domain::{
    event::{Event, EventId, Stamp, token},
    identifier::{IdentifierRules, Role},
    identity::claim::Key,
    time::Timestamp,
};

/// The channel of the events that Yekta writes itself: codes minted and redeemed, consent recorded.
pub const OWN_CHANNEL: &str = "yekta";

/// The source of the events that Yekta writes itself; edges refuse it from anybody else.
pub const OWN_SOURCE: &str = "yekta";

/// The id of an event that Yekta writes itself, or of what it does as if by one.
pub fn own_id(id: impl Into<String>) -> EventId {
    EventId {
        source: OWN_SOURCE.to_owned(),
        id: id.into(),
    }
}

/// Links that one atom holds: far more orders than one person places from one device.
const LINKS_MAX: usize = 2_000;

/// Whether an atom may have had more links than are kept.
pub fn is_full(links: &Links) -> bool {
    links.len() >= LINKS_MAX
}

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
    /// It scanned the QR code, first then.
    Scanned {
        /// When it was redeemed or taken back under the same claim, if it was.
        closed: Option<Timestamp>,
    },
    /// The QR code was redeemed or taken back: a later scan joins nobody.
    Closed,
}

impl LinkRole {
    /// Whether the QR code was minted for the atom.
    pub const fn is_minted(&self) -> bool {
        matches!(self, Self::Minted { .. })
    }

    /// Which of two words about one code holds: who mints and scans a code of their own has minted it.
    const fn strength(&self) -> u8 {
        match self {
            Self::About => 0,
            Self::Closed => 1,
            Self::Scanned { .. } => 2,
            Self::Minted { .. } => 3,
        }
    }

    /// The same word about a code that ended at `end`, if it did.
    fn closed_at(self, end: Option<Timestamp>) -> Self {
        let Some(end) = end else { return self };
        match self {
            Self::Minted { expires, handoff } => Self::Minted {
                expires: expires.min(end),
                handoff,
            },
            Self::Scanned { closed } => Self::Scanned {
                closed: Some(closed.map_or(end, |closed| closed.min(end))),
            },
            Self::About | Self::Closed => self,
        }
    }
}

impl Link {
    /// Where its holder stands among the code's: who it was minted for, then what ended it, then who scanned it.
    pub const fn place(&self) -> u8 {
        match (&self.role, self.end()) {
            (LinkRole::Minted { .. }, _) => 0,
            (_, Some(_)) => 1,
            (_, None) => 2,
        }
    }

    /// When the code ended, as far as this atom says.
    const fn end(&self) -> Option<Timestamp> {
        match self.role {
            LinkRole::Closed => Some(self.first.time),
            LinkRole::Scanned { closed } => closed,
            LinkRole::Minted { expires, .. } => Some(expires),
            LinkRole::About => None,
        }
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
        return LinkRole::Scanned { closed: None };
    }
    let handoff = event
        .property_text("purpose")
        .is_some_and(|purpose| purpose == "handoff");
    match (token(&event.name).as_str(), event.expires) {
        ("qr_minted", Some(expires)) => LinkRole::Minted { expires, handoff },
        ("qr_redeemed" | "qr_revoked", _) => LinkRole::Closed,
        _ => LinkRole::About,
    }
}

/// Adds `link` to `links`; whether that can change who is joined: a new key, another first scan, an earlier end.
///
/// Any order of adding gives the same: a claim that did several things with a code keeps the strongest word (it minted,
/// it scanned, it closed), the earliest event that said it, and the earliest end.
pub fn add(links: &mut Links, key: Key, link: Link) -> bool {
    let Some(there) = links.get_mut(&key) else {
        links.insert(key, link);
        return true;
    };
    let before = there.clone();
    let (stronger, weaker) = match link.role.strength().cmp(&there.role.strength()) {
        Ordering::Greater => (link, before.clone()),
        Ordering::Less => (before.clone(), link),
        Ordering::Equal if link.first < there.first => (link, before.clone()),
        Ordering::Equal => (before.clone(), link),
    };
    *there = Link {
        role: stronger.role.closed_at(weaker.end()),
        first: stronger.first,
    };
    *there != before && there.role != LinkRole::About
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
        LinkRole::Minted { .. } | LinkRole::About | LinkRole::Scanned { .. } | LinkRole::Closed => None,
    });
    let Some((minter, from, expires)) = minted else {
        return Vec::new();
    };
    let ends = holders.iter().filter_map(|(_, link)| link.end());
    let until = ends.fold(expires, Timestamp::min);
    let first_scan = holders
        .iter()
        .filter(|(_, link)| {
            matches!(link.role, LinkRole::Scanned { .. }) && (from..=until).contains(&link.first.time)
        })
        .min_by(|a, b| a.1.first.cmp(&b.1.first));
    std::iter::once(minter)
        .chain(first_scan.map(|(holder, _)| *holder))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::identifier::Kind;

    fn key() -> Key {
        Key {
            kind: Kind::QR_TOKEN,
            value: "q".to_owned(),
        }
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute)
    }

    /// What one event does with the code.
    fn said() -> impl Strategy<Value = LinkRole> {
        prop_oneof![
            (3..8_i64).prop_map(|end| LinkRole::Minted {
                expires: at(end),
                handoff: true
            }),
            Just(LinkRole::Scanned { closed: None }),
            Just(LinkRole::Closed),
        ]
    }

    fn link(minute: i64, role: LinkRole) -> Link {
        let first = Stamp {
            time: at(minute),
            id: minute.to_string(),
            source: String::new(),
        };
        Link { first, role }
    }

    proptest! {
        #[test]
        fn what_a_claim_did_with_a_code_does_not_depend_on_the_order(
            roles in prop::collection::vec(said(), 1..5),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 5),
        ) {
            // Nobody mints a code twice.
            let mut minted = false;
            let roles = roles.into_iter().filter(|role| !role.is_minted() || !std::mem::replace(&mut minted, true));
            let mut waiting: Vec<Link> = roles.zip(0..).map(|(role, minute)| link(minute, role)).collect();
            let mut straight = Links::new();
            for link in &waiting {
                add(&mut straight, key(), link.clone());
            }
            let mut shuffled = Links::new();
            for pick in picks {
                if !waiting.is_empty() {
                    let link = waiting.remove(pick.index(waiting.len()));
                    let before = shuffled.clone();
                    let changed = add(&mut shuffled, key(), link);
                    prop_assert_eq!(changed, before != shuffled);
                }
            }
            prop_assert_eq!(straight, shuffled);
        }
    }

    #[test]
    fn an_end_under_the_claim_that_scanned_holds_for_later_scanners() {
        let mut own = Links::new();
        add(&mut own, key(), link(6, LinkRole::Closed));
        add(&mut own, key(), link(5, LinkRole::Scanned { closed: None }));
        let own = own.into_values().next().unwrap();
        let minted = link(
            1,
            LinkRole::Minted {
                expires: at(9),
                handoff: true,
            },
        );
        let stranger = link(7, LinkRole::Scanned { closed: None });
        assert_eq!(
            joined_by_handoff(&[('m', &minted), ('o', &own), ('s', &stranger)]),
            ['m', 'o']
        );
        assert_eq!(joined_by_handoff(&[('m', &minted), ('s', &stranger)]), ['m', 's']);
    }
}
