//! The numbers of the rules, as the configuration gives them.

use std::collections::BTreeMap;

use crate::decide::contact::{DayOff, Zone};

/// Days for which it is counted what was decided and sent, where nothing else is said.
const REPORT_DAYS: u16 = 400;

/// Whether the customer has to have agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Whoever said nothing did not agree.
    Granted,
    /// Whoever said nothing did not refuse.
    NotDenied,
    /// Nobody is asked, as by law of a warning. No wish of the customer stops it.
    Nothing,
}

/// What holds for messages of one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Whether the customer has to have agreed.
    pub consent: Need,
    /// Whether it sells: the rules that keep a customer from being sold to hold for it, and it is counted.
    pub sells: bool,
    /// Whether it waits for the end of the quiet hours.
    pub waits: bool,
}

impl Purpose {
    /// What holds where nothing else is said: the strictest.
    pub const UNSAID: Self = Self {
        consent: Need::Granted,
        sells: true,
        waits: true,
    };
}

/// When customers are left alone, by their own clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// From this minute of the day on.
    pub from: u16,
    /// Up to this minute of the day, of the next one where it is the smaller. The same as `from`: there are none.
    pub until: u16,
    /// Ways of contact that disturb nobody.
    pub silent: Vec<String>,
}

/// When the customers of some countries are left alone, by some ways of contact: instead of the general [`QuietHours`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietTimes {
    /// The countries, by their ISO 3166 codes in lower case; none is everywhere.
    pub countries: Vec<String>,
    /// The ways of contact; none is all that disturb somebody.
    pub ways: Vec<String>,
    /// From this minute of the day on.
    pub from: u16,
    /// Up to this minute of the day, of the next one where it is the smaller. The same as `from`: there are none.
    pub until: u16,
    /// On these days from their beginning to their end.
    pub days_off: Vec<DayOff>,
}

/// How many messages a customer gets within a time, from all teams and by all ways together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// So many; 0 is without bound.
    pub most: usize,
    /// Within so many days.
    pub days: u16,
    /// Whether these are days of the customer's calendar, today among them, and not times of 24 hours.
    pub calendar: bool,
    /// By these ways of contact; none is all.
    pub ways: Vec<String>,
    /// For these purposes; none is all that sell.
    pub purposes: Vec<String>,
    /// So many of them are kept free for what matters more.
    pub reserved: usize,
    /// What matters so much may take these too, 0 to 9.
    pub reserved_from: u8,
}

/// The rules' numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Purposes by name.
    pub purposes: BTreeMap<String, Purpose>,
    /// Microseconds within which a matter is not said again.
    pub again_us: u64,
    /// Microseconds after a ticket was closed within which nothing is sold.
    pub recovery_us: u64,
    /// Microseconds after an order was called off, or somebody wanted to leave, within which nothing is sold.
    pub leaving_us: u64,
    /// Microseconds after the customer was discontent, or a delivery failed, within which nothing is sold.
    pub low_us: u64,
    /// When customers are left alone.
    pub quiet: QuietHours,
    /// When the customers of some countries are, by name.
    pub quiet_times: BTreeMap<String, QuietTimes>,
    /// The time zone of whoever it is not known of.
    pub zone: Zone,
    /// The time zone of each country that has one, by its ISO 3166 code in lower case.
    pub zones: BTreeMap<String, Zone>,
    /// Caps by name.
    pub caps: BTreeMap<String, Cap>,
    /// Days for which it is counted what was decided and sent.
    pub report_days: u16,
}

impl Policy {
    /// What holds for messages of the purpose called `name`.
    pub(super) fn purpose(&self, name: &str) -> &Purpose {
        self.purposes.get(name).unwrap_or(&Purpose::UNSAID)
    }
}

impl Default for Policy {
    /// No rule but consent.
    fn default() -> Self {
        Self {
            purposes: BTreeMap::new(),
            again_us: 0,
            recovery_us: 0,
            leaving_us: 0,
            low_us: 0,
            quiet: QuietHours {
                from: 0,
                until: 0,
                silent: Vec::new(),
            },
            quiet_times: BTreeMap::new(),
            zone: Zone::utc(),
            zones: BTreeMap::new(),
            caps: BTreeMap::new(),
            report_days: REPORT_DAYS,
        }
    }
}
