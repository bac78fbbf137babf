//! How it was for the people around the story, over the last four weeks: what they answered, how they were served, what stood
//! in their way, so that the reports have something to tell.
//!
//! A stream of its own, by a seed: the traffic of [`crate::cli::generate`] stays what it is for its seed. The people are
//! the same, by their user ids. Whoever waited long or got something late is less content, as people are.

mod visit;

use serde_json::Value;

use crate::cli::{generate::dice::Dice, story::around::visit::Visit};

/// So many times somebody was served, got something or met a hindrance.
const VISITS: u32 = 480;
const SECOND: i64 = 1_000_000;
/// Over so many seconds.
const SPAN_S: u32 = 28 * 86_400;
/// The last two hours are the story's: what follows from a visit (a survey) lies before it, too.
const REST_S: u32 = 2 * 3_600;
/// So often those who serve are asked, a week apart.
const ROUNDS: u32 = 4;
const WEEK_S: u32 = 7 * 86_400;
/// Who is asked, and how content the teams are: from which score on.
const TEAMS: [(&str, u32); 3] = [("care", 4), ("sales", 7), ("tehran-12", 6)];

/// What people around the story went through before `now_micros`, the earliest first: native events of `people` people of
/// the generator of this seed.
#[must_use]
pub fn around(seed: u64, people: u32, now_micros: i64) -> Vec<Value> {
    let mut dice = Dice::new(seed);
    let mut told: Vec<(i64, Value)> = Vec::new();
    for number in 0..VISITS {
        let ago_s = REST_S.saturating_add(dice.below(SPAN_S));
        let visit = Visit {
            user: format!("u{seed}-{}", dice.below(people.max(1))),
            number: format!("{seed}-{number}"),
            now: before(now_micros, ago_s),
            dice: &mut dice,
            told: Vec::new(),
        };
        told.extend(visit.play());
    }
    for round in 0..ROUNDS {
        let at = before(now_micros, REST_S.saturating_add(round.saturating_mul(WEEK_S)));
        for (team, least) in TEAMS {
            for place in 0..dice.within(2, 4) {
                let id = format!("staff{seed}-{round}-{team}-{place}");
                told.push((
                    at,
                    visit::employee(&id, at, team, dice.within(least, least.saturating_add(3))),
                ));
            }
        }
    }
    // Stable: what happened at once stays in the order in which it was told.
    told.sort_by_key(|(at, _)| *at);
    told.into_iter().map(|(_, event)| event).collect()
}

fn before(now_micros: i64, seconds: u32) -> i64 {
    now_micros.saturating_sub(i64::from(seconds).saturating_mul(SECOND))
}

#[cfg(test)]
mod tests;
