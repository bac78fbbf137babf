//! The experience of a day: a customer from the first scan to a recommendation, through an anger and its recovery, on all
//! channels, beside two hundred others; and every number that is reported of it, worked out by hand.
//!
//! What happens is said in `crowd` (by closed formulas, no chance) and `sara`; what is expected is derived in words beside each
//! number and never taken from the service.

mod asking;
mod assigned;
mod bounds;
mod coverage;
mod crowd;
mod dice;
mod exact;
mod feelings;
mod gap;
mod history;
pub mod insights;
mod journeys;
mod later;
mod matter;
mod moved;
mod operations;
mod reports;
mod rules;
mod sara;
mod scores;
mod told;
mod trial;
mod week;

use serde_json::Value;
use yekta::domain::time::Timestamp;

use crate::{
    asked::HOUR,
    flows::{going_by, rest},
    town::{NOW, Town},
};

/// 15:30 of the 22nd.
fn half_past_three() -> Timestamp {
    NOW.saturating_add(7 * HOUR / 2)
}

/// 18:00 of the 22nd.
fn six() -> Timestamp {
    NOW.saturating_add(6 * HOUR)
}

/// Tells all of it, a hundred at a time, and waits until what comes of it is done.
fn tell(town: &Town, events: &[Value]) {
    events.chunks(100).for_each(|some| town.tell(some));
    rest(town);
}

/// The town at noon: everybody has looked around, nobody has bought anything yet.
fn noon() -> Town {
    let town = going_by(&rules::all(), "");
    tell(&town, &crowd::morning());
    tell(&town, &sara::morning());
    town
}

/// It becomes half past three: what was bought came, or came late.
fn afternoon(town: &mut Town) {
    town.reopen_at(half_past_three);
    rest(town);
    tell(town, &crowd::afternoon());
    tell(town, &sara::afternoon());
}

/// It becomes six: Sara is content again.
fn evening(town: &mut Town) {
    town.reopen_at(six);
    rest(town);
    let (ticket, _) = sara::assigned(town);
    tell(town, &sara::evening(&ticket));
}

/// The town after all of the day.
fn day() -> Town {
    let mut town = noon();
    afternoon(&mut town);
    evening(&mut town);
    town
}
