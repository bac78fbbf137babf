//! What the tenant's rules cost: engines with rules and one without get the same events in turns, so that what disturbs the
//! machine disturbs all, three times over; the median counts.
//!
//! The clock runs with the events, so that what is due by then is carried out among them.
//! `cargo bench --bench end_to_end -- --parts rules --events 200000 --people 3000`

mod sheet;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use yekta::config::RuleFiles;
use yekta::decide::rule::Rulebook;
use yekta::domain::event::Event;
use yekta::domain::time::Timestamp;
use yekta::engine::api::Submission;

use crate::engine::{bodies, drain};
use crate::figures::{per_second, row, writer_time};
use crate::town::{Town, submissions};
use crate::traffic::{START, Traffic};

/// Events that one engine takes before it is the next one's turn.
const TURN: usize = 4_096;
/// How often it is measured.
const ROUNDS: usize = 3;
/// The curve: how many rules an event is asked about.
const CANDIDATES: [usize; 6] = [0, 1, 2, 5, 10, 20];
/// The curve is measured by this part of the events, since there are many engines.
const CURVE_PART: usize = 4;

/// The time it is for the engines.
static NOW: AtomicI64 = AtomicI64::new(START);

fn now() -> Timestamp {
    Timestamp::from_micros(NOW.load(Ordering::Relaxed))
}

/// Measures rules as shops have them, then the curve.
pub fn measure(traffic: &Traffic) {
    let (warm, measured) = traffic.halves();
    let shop = [("50 segments, 100 flows of a shop", sheet::of_shop())];
    compare(&shop, warm, measured);
    let curve = CANDIDATES.map(|count| {
        let name: &str = match count {
            0 => "none of 150 asked per event",
            1 => "1 of 150",
            2 => "2 of 150",
            5 => "5 of 150",
            10 => "10 of 150",
            _ => "20 of 150",
        };
        (name, sheet::of_curve(count))
    });
    let few = |events: &[Value]| events[..events.len() / CURVE_PART].to_vec();
    compare(&curve, &few(warm), &few(measured));
}

/// What an engine needed.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    time: Duration,
    writer: Duration,
}

/// Compares engines with these rules, by their names, and one without.
fn compare(rules: &[(&str, String)], warm: &[Value], measured: &[Value]) {
    let mut rates = vec![Vec::new(); rules.len() + 1];
    let mut writers = rates.clone();
    for round in 0..ROUNDS {
        let folders: Vec<TempDir> = rules.iter().map(|(_, text)| folder(text)).collect();
        let ruled = folders.iter().map(|folder| town(Some(folder.path())));
        let towns: Vec<Town> = std::iter::once(town(None)).chain(ruled).collect();
        NOW.store(0, Ordering::Relaxed);
        taken(&towns, warm);
        let spent = taken(&towns, measured);
        for ((spent, rates), writers) in spent.iter().zip(&mut rates).zip(&mut writers) {
            rates.push(per_second(measured.len(), spent.time));
            writers.push(1e6 / per_second(measured.len(), spent.writer));
        }
        if round == 0 {
            for ((name, _), (town, folder)) in rules.iter().zip(towns[1..].iter().zip(&folders)) {
                tell_asked(name, town, folder.path(), measured);
            }
        }
        for town in towns {
            town.stop();
        }
    }
    let names = std::iter::once("no rules").chain(rules.iter().map(|(name, _)| *name));
    let (bare, bare_writer) = (median(&rates[0]), median(&writers[0]));
    for ((name, rates), writers) in names.zip(&rates).zip(&writers) {
        let (rate, writer) = (median(rates), median(writers));
        let (rate_part, writer_part) = (100.0 * rate / bare, 100.0 * bare_writer / writer);
        row(
            &format!("events, engine: {name}"),
            &format!(
                "{rate:.0}/s, {rate_part:.0} %; writer {writer:.0} us per event, {writer_part:.0} % of the speed"
            ),
        );
    }
}

/// Gives all of them the events in turns; what each needed, with all that was due by then.
fn taken(towns: &[Town], events: &[Value]) -> Vec<Spent> {
    let mut spent = vec![Spent::default(); towns.len()];
    for (turn, events) in events.chunks(TURN).enumerate() {
        let made: Vec<Vec<Submission>> = bodies(events)
            .map(|body| submissions(&body, &towns[0].decode))
            .collect();
        let latest = events_of(&made).map(|event| event.time.as_micros()).max();
        NOW.fetch_max(latest.unwrap_or_default(), Ordering::Relaxed);
        for place in 0..towns.len() {
            // Nobody always comes behind the same.
            let who = (place + turn) % towns.len();
            let (town, before) = (&towns[who], writer_time());
            let begun = std::time::Instant::now();
            drain(town, made.clone(), Vec::clone);
            town.rest();
            spent[who].time += begun.elapsed();
            spent[who].writer += writer_time().saturating_sub(before);
        }
    }
    spent
}

fn events_of(made: &[Vec<Submission>]) -> impl Iterator<Item = &Event> {
    made.iter().flatten().filter_map(|item| match item {
        Submission::Event(event) => Some(&**event),
        _ => None,
    })
}

/// Of how many rules events are candidates, and what became of them.
fn tell_asked(name: &str, town: &Town, folder: &Path, events: &[Value]) {
    let book = RuleFiles::read(folder).unwrap().book().unwrap();
    let made: Vec<Vec<Submission>> = bodies(events)
        .map(|body| submissions(&body, &town.decode))
        .collect();
    let asked: Vec<usize> = events_of(&made).map(|event| candidates(&book, event)).collect();
    let mean = asked.iter().sum::<usize>() as f64 / asked.len() as f64;
    let told = town.engine.handle.query().rules_told().unwrap();
    let members: u64 = told.segments.iter().map(|segment| segment.members).sum();
    let failed = told.segments.iter().filter_map(|one| one.failed.as_ref());
    let failed = failed.chain(told.flows.iter().filter_map(|one| one.failed.as_ref()));
    let failures: u64 = failed.map(|failed| failed.times).sum();
    row(
        name,
        &format!(
            "{mean:.1} asked per event, {} at most; {members} memberships, {} timers, {failures} failures",
            asked.iter().max().copied().unwrap_or_default(),
            told.timers.waiting
        ),
    );
}

fn candidates(book: &Rulebook, event: &Event) -> usize {
    book.flows_on(event).count() + book.segments_after(&[event]).len()
}

fn folder(rules: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.toml"), rules).unwrap();
    folder
}

fn town(rules: Option<&Path>) -> Town {
    let folder = rules.map(|folder| folder.display().to_string());
    let settings = [
        ("decide.rules", folder.unwrap_or_default()),
        // Event time begins again each month.
        ("decide.event_age_max_hours", "8784".to_owned()),
    ];
    Town::by(tempfile::tempdir().unwrap(), &settings, now)
}

fn median(rates: &[f64]) -> f64 {
    let mut rates = rates.to_vec();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
