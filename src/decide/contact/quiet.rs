//! Quiet hours and days off: nobody is disturbed at night, nor on a day that is theirs, by the clock of where they are.
//!
//! What waits is held until the first minute at which nothing stands against it any more. Hours are found by the local clock
//! at an instant and never by adding to it: a night may be an hour longer or shorter, and a time may come twice or not at all.

use crate::{
    decide::{
        clock,
        contact::{
            Case, DayOff, Policy, QuietTimes,
            verdict::{Evidence, Reason, Verdict},
            zone::{self, Zone},
        },
    },
    domain::{profile::Profile, time::Timestamp},
};

/// Days that are searched for a free minute. What finds none in them is asked about again then.
const SEARCH_DAYS: u64 = 100;
const SEARCH_US: u64 = SEARCH_DAYS * 24 * 3_600 * 1_000_000;

/// Holds what comes within quiet hours, or on a day off, until the first minute that is neither.
pub(super) fn quiet_hours(case: &Case<'_>) -> Option<Verdict> {
    if !case.purpose.waits {
        return None;
    }
    let all = of(case.policy, case.profile, &case.ask.way);
    let against = all.iter().find_map(|quiet| quiet.against(case.zone, case.now))?;
    let until = free_from(&all, case.zone, case.now);
    let zone = Evidence::of("zone", case.zone.name(), None);
    let evidence = [Some(zone), against.table, against.day];
    Some(Verdict::hold(
        against.reason,
        until,
        evidence.into_iter().flatten().collect(),
    ))
}

/// Whether it is quiet where a customer is, for what disturbs them by `way`.
pub(in crate::decide) fn is_quiet(
    policy: &Policy,
    profile: &Profile,
    (way, zone): (&str, &Zone),
    at: Timestamp,
) -> bool {
    let all = of(policy, profile, way);
    all.iter().any(|quiet| quiet.against(zone, at).is_some())
}

/// Times of which each stands against a message by itself.
struct Quiet<'a> {
    /// The name of the table that says so; `None` for what holds in general.
    name: Option<&'a str>,
    from: u16,
    until: u16,
    days_off: &'a [DayOff],
}

/// What stands against a message.
struct Against {
    reason: Reason,
    table: Option<Evidence>,
    day: Option<Evidence>,
}

/// The times that hold for a message: those of the tables that are about its customer's country and its way of contact, all
/// of them together; where there are none, the general ones.
fn of<'a>(policy: &'a Policy, profile: &Profile, way: &str) -> Vec<Quiet<'a>> {
    let general = &policy.quiet;
    let country = zone::country(profile);
    let is_silent = general.silent.iter().any(|silent| silent == way);
    let is_about = |times: &QuietTimes| {
        let is_there = country
            .as_ref()
            .is_some_and(|country| times.countries.contains(country));
        let is_so = match times.ways.is_empty() {
            true => !is_silent,
            false => times.ways.iter().any(|one| one == way),
        };
        (is_there || times.countries.is_empty()) && is_so
    };
    let tables = policy.quiet_times.iter().filter(|(_, times)| is_about(times));
    let particular: Vec<Quiet<'_>> = tables
        .map(|(name, times)| Quiet {
            name: Some(name),
            from: times.from,
            until: times.until,
            days_off: &times.days_off,
        })
        .collect();
    if is_silent || !particular.is_empty() {
        return particular;
    }
    vec![Quiet {
        name: None,
        from: general.from,
        until: general.until,
        days_off: &[],
    }]
}

impl Quiet<'_> {
    /// What stands against a message at an instant.
    fn against(&self, zone: &Zone, at: Timestamp) -> Option<Against> {
        let (date, minute) = zone.local(at)?;
        let day_off = self.days_off.iter().find(|day| day.is(date));
        let is_night = clock::covers((self.from, self.until), minute);
        if day_off.is_none() && !is_night {
            return None;
        }
        let day = |day: &DayOff| Evidence::of("day_off", day.name(), zone.day(at, 0));
        Some(Against {
            reason: if day_off.is_some() {
                Reason::DayOff
            } else {
                Reason::Quiet
            },
            table: self.name.map(|name| Evidence::of("quiet", name, None)),
            day: day_off.map(day),
        })
    }
}

/// The first minute from `now` on against which nothing stands. It can only be one at which a day, or one of the hours,
/// begins or ends, or at which clocks are put forward or back.
fn free_from(all: &[Quiet<'_>], zone: &Zone, now: Timestamp) -> Timestamp {
    let edges = all.iter().flat_map(|quiet| [quiet.from, quiet.until]);
    let edges: Vec<u16> = edges.chain([0]).collect();
    let end = now.saturating_add(SEARCH_US);
    let mut at = now;
    while at < end {
        let Some(next) = zone.next(at, &edges) else { break };
        at = next;
        if all.iter().all(|quiet| quiet.against(zone, at).is_none()) {
            return at;
        }
    }
    end
}
