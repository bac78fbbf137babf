//! How many questions who an identifier is are answered in process, with nothing else to do.

use std::time::{Duration, Instant};

use yekta::domain::identity::Key;
use yekta::engine::Query;
use yekta::engine::queries::query::{Address, Found};

use crate::engine::{bodies, drain};
use crate::figures::{per_second, row};
use crate::town::{Town, submissions};
use crate::traffic::Traffic;

/// Threads that ask.
const ASKING: usize = 2;
/// How long they do.
const TIME: Duration = Duration::from_secs(3);

/// Measures who it is alone, then with the whole profile.
pub fn measure(traffic: &Traffic) {
    let town = Town::new();
    let (warm, _) = traffic.halves();
    drain(&town, bodies(warm).collect(), |body| {
        submissions(body, &town.decode)
    });
    let who = |query: &Query, key: &Key| {
        query.find(&Address::Identifier(key.clone())).unwrap();
    };
    let whole = |query: &Query, key: &Key| {
        if let Found::One(id) = query.find(&Address::Identifier(key.clone())).unwrap() {
            assert!(query.portrait(id).unwrap().is_some());
        }
    };
    row("lookups by identifier: who it is", &rate(&town, traffic, who));
    row(
        "lookups by identifier: the whole profile",
        &rate(&town, traffic, whole),
    );
    town.stop();
}

fn rate(town: &Town, traffic: &Traffic, ask: impl Fn(&Query, &Key) + Sync) -> String {
    let answered: usize = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKING)
            .map(|_| {
                scope.spawn(|| {
                    let (query, begun) = (town.engine.handle.query(), Instant::now());
                    let keys = traffic.keys.iter().cycle();
                    let until = |_: &&Key| begun.elapsed() < TIME;
                    keys.take_while(until).map(|key| ask(&query, key)).count()
                })
            })
            .collect();
        asking.into_iter().map(|one| one.join().unwrap()).sum()
    });
    format!("{:.0}/s with {ASKING} threads", per_second(answered, TIME))
}
