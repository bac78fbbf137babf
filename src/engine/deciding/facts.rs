//! What a condition is shown of a customer.

use std::{cmp::Reverse, collections::BTreeSet, ops::ControlFlow};

use crate::{
    decide::rule::{Condition, Facts, Flow, History, facts::Standing},
    domain::{
        event::{Event, Stamp, is_internal, token},
        profile::{Profile, matters::Moment},
        time::Timestamp,
    },
    engine::{queries::query::Portrait, state::batch::Batch},
    store::{AtomId, Error, MembershipRecord, Order, ProfileId, ProfileRecord, Read, View, keys},
};

/// How events are read: what is made of one as it is stored, whether that is meant, and its place in the canonical order.
type Reader<'a, T> = (
    &'a dyn Fn(&[u8]) -> Result<T, Error>,
    &'a dyn Fn(&T) -> bool,
    &'a dyn Fn(&T) -> Stamp,
);

/// What is known of a customer while their rules are asked.
pub(super) struct Known<'a> {
    pub(super) profile: &'a Profile,
    pub(super) segments: BTreeSet<String>,
    pub(super) value: Option<Standing>,
    moments: Vec<Moment>,
    since: Timestamp,
    /// How far back it was read.
    window_us: u64,
    now: Timestamp,
}

impl<'a> Known<'a> {
    /// Whether it is as much of the history as these ask for.
    pub(super) fn tells(&self, asks: &[&Condition]) -> bool {
        let facts = self.facts();
        asks.iter()
            .all(|one| (1..=self.window_us).contains(&one.window_us()) || one.is_told_by(&facts))
    }

    /// The facts, about nothing that happened.
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            profile: self.profile,
            history: History {
                moments: &self.moments,
                since: self.since,
            },
            segments: &self.segments,
            value: self.value.as_ref(),
            event: None,
            then: None,
            matter: "",
            now: self.now,
        }
    }
}

impl Batch<'_> {
    /// What is known of a customer, with as much of their history as is asked for.
    pub(super) fn known<'p>(
        &self,
        id: ProfileId,
        profile: &'p Profile,
        asks: &[&Condition],
        now: Timestamp,
    ) -> Result<Known<'p>, Error> {
        let membership: Option<MembershipRecord> = self.overlay.record(&keys::membership(id))?;
        let segments = membership.iter().flat_map(MembershipRecord::inside);
        let known = Known {
            profile,
            segments: segments.map(|(name, _)| name.to_owned()).collect(),
            value: self.standing(id)?.map(Standing::from),
            moments: Vec::new(),
            since: now,
            window_us: 0,
            now,
        };
        self.with_history(known, id, asks)
    }

    /// The same of a profile that is told.
    pub(super) fn known_of<'p>(
        &self,
        portrait: &'p Portrait,
        asks: &[&Condition],
        now: Timestamp,
    ) -> Result<Known<'p>, Error> {
        let known = Known {
            profile: &portrait.profile,
            segments: portrait.segments.keys().cloned().collect(),
            value: portrait.value.clone().map(Standing::from),
            moments: Vec::new(),
            since: now,
            window_us: 0,
            now,
        };
        self.with_history(known, portrait.id, asks)
    }

    /// With as much of the history as is asked for. Most did no more than their profile remembers, and most of what is asked
    /// of the others is told by that as well.
    fn with_history<'p>(
        &self,
        mut known: Known<'p>,
        id: ProfileId,
        asks: &[&Condition],
    ) -> Result<Known<'p>, Error> {
        if !asks.iter().any(|one| one.looks_back()) {
            return Ok(known);
        }
        let recent = &known.profile.whole.recent;
        known.moments = recent.iter().cloned().collect();
        known.since = match recent.first() {
            // What is as early as the first may be missing.
            Some(first) if recent.len() >= self.rules.fold.recent_max => first.stamp.time.saturating_add(1),
            _ => Timestamp::MIN,
        };
        let untold = asks.iter().filter(|one| !one.is_told_by(&known.facts()));
        let Some(window) = untold.map(|one| one.window_us()).max() else {
            return Ok(known);
        };
        let Some(record) = self.overlay.profile(id)? else {
            return Ok(known);
        };
        let moment = |value: &[u8]| self.overlay.decoded_moment(value);
        let is_meant = |one: &Moment| !is_internal(&one.stamp.source, &one.name);
        let stamp = |one: &Moment| one.stamp.clone();
        let from = known.now.saturating_sub(window);
        known.window_us = window;
        (known.moments, known.since) = self.latest(&record, from, (&moment, &is_meant, &stamp))?;
        Ok(known)
    }

    /// The same of a customer by their id.
    pub(super) fn heard(&self, id: ProfileId, flow: &Flow, event: &Event) -> Result<Vec<Event>, Error> {
        match self.overlay.profile(id)? {
            Some(record) => self.heard_since(&record, flow, event),
            None => Ok(Vec::new()),
        }
    }

    /// What happened to a customer since an event set a flow going that may mean something to it, the earliest first.
    pub(super) fn heard_since(
        &self,
        record: &ProfileRecord,
        flow: &Flow,
        event: &Event,
    ) -> Result<Vec<Event>, Error> {
        if !flow.listens() {
            return Ok(Vec::new());
        }
        let stamp = event.stamp();
        let decoded = |value: &[u8]| self.overlay.decoded::<Event>(value);
        let means = |one: &Event| flow.listens_to(&token(&one.name)) && one.stamp() > stamp;
        Ok(self
            .latest(record, event.time, (&decoded, &means, &Event::stamp))?
            .0)
    }

    /// The latest events of a profile from an instant on, as they are `decoded`, that are meant: the earliest first, and from
    /// when on that is all.
    fn latest<T>(
        &self,
        record: &ProfileRecord,
        from: Timestamp,
        (decoded, is_meant, stamp): Reader<'_, T>,
    ) -> Result<(Vec<T>, Timestamp), Error> {
        let (mut events, mut since) = (Vec::new(), Timestamp::MIN);
        let most = self.rules.decide.flow.history_max.max(1);
        for atom in record.members.iter().chain(&record.attributed) {
            let mut of_atom = 0_usize;
            self.backwards(*atom, from, &mut |value| {
                let event = decoded(value)?;
                if is_meant(&event) {
                    events.push(event);
                    of_atom = of_atom.saturating_add(1);
                }
                Ok(of_atom <= most)
            })?;
        }
        events.sort_by_cached_key(|event| Reverse(stamp(event)));
        if events.len() > most {
            events.truncate(most);
            let last = events.last().map(|event| stamp(event).time.saturating_add(1));
            since = last.unwrap_or(since);
        }
        since = since.max(from);
        events.reverse();
        Ok((events, since))
    }

    /// The events of an atom from an instant on, the latest first, as long as more are wanted.
    fn backwards(
        &self,
        atom: AtomId,
        from: Timestamp,
        wants: &mut dyn FnMut(&[u8]) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let (from, to) = (keys::events_from(atom, from), keys::events_end(atom));
        self.overlay.scan(&from, &to, Order::Descending, &mut |_, value| {
            Ok(match wants(value)? {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })
    }
}
