//! What contacts add: how long people waited, how long it took, and whether one was enough. Whether it was is told by the
//! other contacts of the same person, so it changes where people become one or part.

use crate::{
    decide::experience::{
        cell::{Measure, Sums},
        share::Share,
    },
    domain::profile::experience::{Experience, Friction, Mark, Service, Tells},
};

/// A contact is one more about the same where another was within so many microseconds before.
pub(super) const REPEATED_US: u64 = 7 * 24 * 3_600 * 1_000_000;

/// Whoever waits longer than that, in seconds, waits long.
pub(super) const LONG_QUEUE_S: u32 = 120;

impl Share<'_> {
    pub(super) fn contacts(&mut self, experience: &Experience) {
        let contacts: Vec<(&Mark, &Service)> = experience
            .marks
            .iter()
            .filter_map(|mark| match &mark.tells {
                Tells::Contact(service) => Some((mark, service)),
                _ => None,
            })
            .collect();
        let near = |a: Option<&(&Mark, &Service)>, b: Option<&(&Mark, &Service)>| match (a, b) {
            (Some((a, _)), Some((b, _))) => a.stamp.time.saturating_add(REPEATED_US) >= b.stamp.time,
            _ => false,
        };
        for (place, (mark, service)) in contacts.iter().enumerate() {
            let this = contacts.get(place);
            let before = place.checked_sub(1).and_then(|before| contacts.get(before));
            let is_repeated = near(before, this);
            let is_followed = near(this, contacts.get(place.saturating_add(1)));
            self.contact((mark, service), is_repeated, is_followed);
        }
    }

    fn contact(&mut self, (mark, service): (&Mark, &Service), is_repeated: bool, is_followed: bool) {
        self.add_marked(mark, &Measure::Contact, Sums::ONE);
        if let Some(seconds) = service.queue_s {
            self.add_marked(mark, &Measure::Queue, Sums::of(i64::from(seconds)));
        }
        if let Some(seconds) = service.handling_s {
            self.add_marked(mark, &Measure::Handling, Sums::of(i64::from(seconds)));
        }
        let waited_long = service.queue_s.is_some_and(|seconds| seconds > LONG_QUEUE_S);
        for (befell, measure, friction) in [
            (service.abandoned, Some(Measure::Abandoned), Friction::Abandoned),
            (is_repeated, Some(Measure::Repeated), Friction::RepeatedContact),
            (waited_long, None, Friction::QueueTime),
        ] {
            if befell {
                measure
                    .iter()
                    .for_each(|measure| self.add_marked(mark, measure, Sums::ONE));
                self.add_marked(mark, &Measure::Friction(friction), Sums::ONE);
            }
        }
        if !(service.abandoned || is_repeated || is_followed || service.resolved == Some(false)) {
            self.add_marked(mark, &Measure::ResolvedFirst, Sums::ONE);
        }
        if let Some(cause) = &service.cause {
            self.add_marked(mark, &Measure::Cause(cause.clone()), Sums::ONE);
            if is_repeated {
                self.add_marked(mark, &Measure::RepeatedCause(cause.clone()), Sums::ONE);
            }
        }
    }
}
