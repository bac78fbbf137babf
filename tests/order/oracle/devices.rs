//! Who owns a device when: all log-ins and log-outs of all events, looked through from end to end for every question.

use std::collections::{BTreeMap, BTreeSet};

use yekta::domain::{
    event::Event,
    identifier::{IdentifierRules, Role},
    time::Timestamp,
};

use crate::oracle::{Key, joins, role};

/// A log-in or a log-out. At one instant log-outs come after log-ins, then customers in their order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    time: Timestamp,
    signs_out: bool,
    user: Key,
}

/// The marks on every device.
pub(super) struct Devices(BTreeMap<Key, BTreeSet<Mark>>);

impl Devices {
    pub(super) fn of(events: &[Event], rules: &IdentifierRules) -> Self {
        let mut marks: BTreeMap<Key, BTreeSet<Mark>> = BTreeMap::new();
        for event in events {
            if let [user] = users(event, rules).as_slice() {
                let mark = Mark {
                    time: event.time,
                    signs_out: event.signs_out(),
                    user: user.clone(),
                };
                for device in own_devices(event, rules) {
                    marks.entry(device).or_default().insert(mark.clone());
                }
            }
        }
        Self(marks)
    }

    pub(super) fn owner(&self, device: &Key, time: Timestamp) -> Option<&Key> {
        let marks = self.0.get(device)?;
        match marks.iter().rfind(|mark| mark.time <= time) {
            Some(login) if !login.signs_out => Some(&login.user),
            _ => marks.iter().find(|mark| mark.time > time).map(|mark| &mark.user),
        }
    }

    pub(super) fn of_several_customers(&self) -> usize {
        let several =
            |marks: &&BTreeSet<Mark>| marks.iter().map(|mark| &mark.user).collect::<BTreeSet<_>>().len() > 1;
        self.0.values().filter(several).count()
    }
}

/// The customers that an event names with enough trust.
pub(super) fn users(event: &Event, rules: &IdentifierRules) -> Vec<Key> {
    of_role(event, Role::Anchor, rules)
}

/// The devices that an event names, where these are people's own.
pub(super) fn own_devices(event: &Event, rules: &IdentifierRules) -> Vec<Key> {
    if event.place.shared_devices {
        Vec::new()
    } else {
        of_role(event, Role::Device, rules)
    }
}

fn of_role(event: &Event, wanted: Role, rules: &IdentifierRules) -> Vec<Key> {
    let all = event
        .identifiers
        .iter()
        .map(|one| ((one.kind().clone(), one.value().to_owned()), one.trust()));
    all.filter(|(key, trust)| role(key, rules) == wanted && joins(key, *trust, rules))
        .map(|(key, _)| key)
        .collect()
}
