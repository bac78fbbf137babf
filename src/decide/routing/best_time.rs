//! The best time to call a customer back: when they answer most often, within what the desk can do.
//!
//! Hours of the day are compared by how often contacts in them were answered; of two alike, hours of the week are, so
//! that who answered on a Tuesday is called on a Tuesday; then the earlier is taken. Both are hours of universal time, as they were counted: where clocks are put forward or back, what
//! was learned moves by that hour.

use std::cmp::Reverse;

use crate::{
    decide::{
        clock, contact,
        routing::{
            Case,
            desk::{Booked, Need},
            verdict::CallBack,
        },
    },
    domain::{profile::contacts::Tally, time::Timestamp},
};

/// The way of contact that a call-back is.
const WAY: &str = "call";
const MINUTE_US: u64 = 60 * 1_000_000;
/// What a rate is counted in.
const PARTS: u128 = 1_000_000;

/// The slot in which the customer is called back; `None` where none within the horizon has room.
pub(super) fn call_back(case: &Case<'_>, need: Need<'_>) -> Option<CallBack> {
    let rooms = Rooms::of(case, need)?;
    let zone = contact::zone_of(case.contact, case.profile);
    let slots = rooms.slots(case);
    let best = slots.filter(|slot| {
        let last = slot.until.saturating_sub(MINUTE_US);
        let is_open = [slot.from, last].iter().all(|at| case.policy.hours.are_open(*at));
        let is_quiet = |at| contact::is_quiet(case.contact, case.profile, (WAY, &zone), at);
        let is_quiet = [slot.from, last].into_iter().any(is_quiet);
        is_open && !is_quiet && rooms.has_room(slot.from)
    });
    best.max_by_key(|slot| (rates(case, &zone, slot.from), Reverse(slot.from)))
}

/// What the desk can do in a slot, and what of it is promised.
struct Rooms<'a> {
    skill: &'a str,
    /// Of this skill, and of all.
    most: [u32; 2],
    booked: &'a Booked,
    slot_us: u64,
}

impl<'a> Rooms<'a> {
    fn of(case: &Case<'a>, need: Need<'a>) -> Option<Self> {
        let most = case.desk.call_backs(need, case.policy, case.now);
        let [able, _] = most;
        (able > 0).then_some(Self {
            skill: need.skill,
            most,
            booked: case.booked,
            slot_us: case.policy.defer.slot_us(),
        })
    }

    /// The slots up to the horizon. Who calls now is not called before they have hung up.
    fn slots(&self, case: &Case<'_>) -> impl Iterator<Item = CallBack> + use<> {
        let slot_us = self.slot_us;
        let end = case.now.saturating_add(case.policy.defer.horizon_us);
        let behind = move |from: Timestamp| CallBack {
            from,
            until: from.saturating_add(slot_us),
        };
        let first = rounded_up(case.now.saturating_add(slot_us), slot_us).map(behind);
        std::iter::successors(first, move |slot| Some(behind(slot.until)))
            .take_while(move |slot| slot.until <= end && slot.from < slot.until)
    }

    fn has_room(&self, slot: Timestamp) -> bool {
        let booked = self.booked.at(slot, self.skill);
        booked.iter().zip(self.most).all(|(booked, most)| *booked < most)
    }
}

/// The first instant from `at` on at which a slot begins.
fn rounded_up(at: Timestamp, slot_us: u64) -> Option<Timestamp> {
    let slot = i64::try_from(slot_us).ok().filter(|slot| *slot > 0)?;
    let behind = at.as_micros().rem_euclid(slot);
    let ahead = if behind == 0 {
        0
    } else {
        slot.saturating_sub(behind)
    };
    Some(at.saturating_add(u64::try_from(ahead).ok()?))
}

/// How good a time is: of the hour of the day, and of the hour of the week.
fn rates(case: &Case<'_>, zone: &contact::Zone, at: Timestamp) -> [u128; 2] {
    let learned = &case.profile.whole.contacts.answering;
    if learned.is_empty() {
        let is_usual = zone
            .local(at)
            .is_some_and(|(_, minute)| clock::covers(case.policy.best, minute));
        return [u128::from(is_usual), 0];
    }
    [learned.in_day(at), learned.in_week(at)].map(rate)
}

/// How many of those that were tried were answered, as if one more had been and one more had not: where little is known,
/// little follows.
fn rate(tally: Tally) -> u128 {
    let [answered, missed] = [tally.answered, tally.missed].map(u128::from);
    (answered + 1) * PARTS / (answered + missed + 2)
}
