//! The customer's own clock: which time zone they are in, and what an instant is there.
//!
//! The database of zones is built into the program, so that two machines never differ. Days and hours change as it says:
//! a day may have 23 or 25 hours, and a minute of it may come twice or not at all.

use jiff::{
    Span,
    civil::{Date, Time},
    tz::TimeZone,
};

use crate::{
    decide::contact::Policy,
    domain::{
        identifier::{Kind, Region},
        profile::Profile,
        time::Timestamp,
    },
};

/// Letters of a zone's name, at most: no longer one is looked for.
const LETTERS_MAX: usize = 64;

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name in the IANA database, as `Asia/Tehran`.
    pub fn named(name: &str) -> Option<Self> {
        let name = Some(name.trim()).filter(|name| (1..=LETTERS_MAX).contains(&name.len()))?;
        TimeZone::get(name).ok().map(Self)
    }

    /// Universal time.
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Its name.
    pub(in crate::decide) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day and the minute of that day at an instant; `None` outside of the years that a calendar has.
    pub(in crate::decide) fn local(&self, at: Timestamp) -> Option<(Date, u16)> {
        let point = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        let here = self.0.to_datetime(point);
        let minute = i16::from(here.hour()) * 60 + i16::from(here.minute());
        Some((here.date(), u16::try_from(minute).ok()?))
    }

    /// The first instant behind `after` at which it is `minute` of `date`; where clocks are put forward over it, the
    /// instant that it would have been.
    pub(in crate::decide) fn instant(&self, date: Date, minute: u16, after: Timestamp) -> Option<Timestamp> {
        let [hour, minute] = [minute / 60, minute % 60].map(i8::try_from);
        let local = date.to_datetime(Time::new(hour.ok()?, minute.ok()?, 0, 0).ok()?);
        let micros = |point: jiff::Timestamp| Timestamp::from_micros(point.as_microsecond());
        let first = self
            .0
            .to_ambiguous_timestamp(local)
            .compatible()
            .ok()
            .map(micros)?;
        if first > after {
            return Some(first);
        }
        // The clocks were put back since: it comes once more.
        let second = self.0.to_ambiguous_timestamp(local).later().ok().map(micros)?;
        (second > after).then_some(second)
    }

    /// The first instant behind `at` at which it is one of these minutes of a day, or at which clocks are put forward or back.
    /// One of them is 0: then there is one within a day.
    pub(super) fn next(&self, at: Timestamp, minutes: &[u16]) -> Option<Timestamp> {
        let (date, _) = self.local(at)?;
        let days = [Some(date), date.tomorrow().ok()].into_iter().flatten();
        let edges = days.flat_map(|date| {
            minutes
                .iter()
                .filter_map(move |minute| self.instant(date, *minute, at))
        });
        let point = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        let change = self.0.following(point).next();
        let change = change.map(|change| Timestamp::from_micros(change.timestamp().as_microsecond()));
        edges.chain(change).min()
    }

    /// When the day begins that is so many days behind the one of `at`, or before it.
    pub(in crate::decide) fn day(&self, at: Timestamp, days: i64) -> Option<Timestamp> {
        let (date, _) = self.local(at)?;
        let date = date.checked_add(Span::new().try_days(days).ok()?).ok()?;
        self.instant(date, 0, Timestamp::MIN)
    }
}

/// The zone of a customer: the one they or their device said, else that of their country, by what they said or by their
/// telephone numbers; else the one of the policy.
pub(in crate::decide) fn of(policy: &Policy, profile: &Profile) -> Zone {
    let said = |name: &str| profile.whole.traits.get(name)?.value.as_text();
    let stated = said("timezone").or_else(|| said("time_zone"));
    let at_home = |country: &str| policy.zones.get(&country.trim().to_ascii_lowercase());
    stated
        .and_then(Zone::named)
        .or_else(|| said("country").and_then(at_home).cloned())
        .or_else(|| of_phones(profile).and_then(|region| at_home(region.as_str()).cloned()))
        .unwrap_or_else(|| policy.zone.clone())
}

/// The country of a customer, by its code in lower case: what they said, where it is a code, else that of their telephone
/// numbers.
pub(super) fn country(profile: &Profile) -> Option<String> {
    let said = profile
        .whole
        .traits
        .get("country")
        .and_then(|said| said.value.as_text());
    let code = said.map(|said| said.trim().to_ascii_lowercase());
    let code = code.filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()));
    code.or_else(|| of_phones(profile).map(|region| region.as_str().to_ascii_lowercase()))
}

/// The country of the customer's telephone numbers, where it is one.
fn of_phones(profile: &Profile) -> Option<Region> {
    let phones = profile.identifiers.keys().filter(|key| key.kind == Kind::PHONE);
    let mut countries = phones.filter_map(|key| Region::of_phone(&key.value));
    let first = countries.next()?;
    countries.all(|other| other == first).then_some(first)
}
