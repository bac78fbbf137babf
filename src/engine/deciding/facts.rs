//! What a condition is shown of a customer.

use std::{cmp::Reverse, collections::BTreeSet, ops::ControlFlow};

use crate::{
    decide::rule::{Facts, Flow, History, facts::Standing},
    domain::{
        event::{Event, token},
        profile::{Profile, matters::Moment},
        time::Timestamp,
    },
    engine::{batch::Batch, query::Portrait},
    store::{AtomId, Error, MembershipRecord, Order, ProfileId, ProfileRecord, Read, View, keys},
};

/// What is known of a customer while their rules are asked.
pub(super) struct Known<'a> {
    pub(super) profile: &'a Profile,
    pub(super) segments: BTreeSet<String>,
    pub(super) value: Option<Standing>,
    moments: Vec<Moment>,
    since: Timestamp,
    now: Timestamp,
}

impl<'a> Known<'a> {
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
    /// What is known of a customer, with as much of their history as `window_us` asks for.
    pub(super) fn known<'p>(
        &self,
        id: ProfileId,
        profile: &'p Profile,
        window_us: u64,
        now: Timestamp,
    ) -> Result<Known<'p>, Error> {
        let membership: Option<MembershipRecord> = self.overlay.record(&keys::membership(id))?;
        let segments = membership.iter().flat_map(MembershipRecord::inside);
        let (moments, since) = self.moments(id, profile, now.saturating_sub(window_us))?;
        Ok(Known {
            profile,
            segments: segments.map(|(name, _)| name.to_owned()).collect(),
            value: self.standing(id)?.map(Standing::from),
            moments,
            since,
            now,
        })
    }

    /// The same of a profile that is told.
    pub(super) fn known_of<'p>(
        &self,
        portrait: &'p Portrait,
        window_us: u64,
        now: Timestamp,
    ) -> Result<Known<'p>, Error> {
        self.known(portrait.id, &portrait.profile, window_us, now)
    }

    /// What a customer did from an instant on, and from when on that is all of it. Most did no more than their profile
    /// remembers.
    fn moments(
        &self,
        id: ProfileId,
        profile: &Profile,
        from: Timestamp,
    ) -> Result<(Vec<Moment>, Timestamp), Error> {
        let recent = &profile.whole.recent;
        let remembered = || recent.iter().cloned().collect();
        if recent.len() < self.rules.fold.recent_max {
            return Ok((remembered(), Timestamp::MIN));
        }
        if let Some(first) = recent.first().filter(|first| first.stamp.time < from) {
            // What is as early as the first may be missing.
            return Ok((remembered(), first.stamp.time.saturating_add(1)));
        }
        let Some(record) = self.overlay.profile(id)? else {
            return Ok((remembered(), Timestamp::MIN));
        };
        let (events, since) = self.latest(&record, from, |event| !event.is_internal())?;
        let moment = |event: Event| Moment {
            stamp: event.stamp(),
            channel: event.channel,
            name: event.name,
            about: None,
        };
        Ok((events.into_iter().map(moment).collect(), since))
    }

    /// What happened to a customer since an event set a flow going that may mean something to it, the earliest first.
    pub(super) fn heard_since(
        &self,
        record: &ProfileRecord,
        flow: &Flow,
        event: &Event,
    ) -> Result<Vec<Event>, Error> {
        let stamp = event.stamp();
        let means = |one: &Event| flow.listens_to(&token(&one.name)) && one.stamp() > stamp;
        Ok(self.latest(record, event.time, means)?.0)
    }

    /// The latest events of a profile from an instant on that are meant, the earliest first, and from when on that is all.
    fn latest(
        &self,
        record: &ProfileRecord,
        from: Timestamp,
        is_meant: impl Fn(&Event) -> bool,
    ) -> Result<(Vec<Event>, Timestamp), Error> {
        let (mut events, mut since) = (Vec::new(), Timestamp::MIN);
        let most = self.rules.decide.flow.history_max.max(1);
        for atom in record.members.iter().chain(&record.attributed) {
            let mut of_atom = 0_usize;
            self.backwards(*atom, from, &mut |event| {
                if is_meant(&event) {
                    events.push(event);
                    of_atom = of_atom.saturating_add(1);
                }
                of_atom <= most
            })?;
        }
        events.sort_by_cached_key(|event| Reverse(event.stamp()));
        if events.len() > most {
            events.truncate(most);
            let last = events.last().map(|event| event.time.saturating_add(1));
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
        wants: &mut dyn FnMut(Event) -> bool,
    ) -> Result<(), Error> {
        let (from, to) = (keys::events_from(atom, from), keys::events_end(atom));
        self.overlay.scan(&from, &to, Order::Descending, &mut |_, value| {
            let event: Event = self.overlay.decoded(value)?;
            Ok(match wants(event) {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })
    }
}
