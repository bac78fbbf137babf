//! What is kept of records, and how they are drawn.

use std::collections::BTreeSet;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{Sample, draw};
use crate::{
    config::{LoadOptions, Settings},
    domain::{fact::FactKind, time::Timestamp},
    quality::plan::{Load, Record},
};

fn dice(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn record(place: usize, given: &str, family: &str, mail: &str) -> Record {
    let body = format!(
        r#"{{"id":"{place}","channel":"store","type":"Record Imported","source":"s","time":"2024-01-01T00:00:00Z",
        "identifiers":[{{"kind":"email","value":"{mail}","trust":"staff"}}],
        "traits":{{"first_name":"{given}","last_name":"{family}","birth_date":"1980-02-03"}}}}"#
    );
    Record { place, body }
}

fn sample(records: Vec<Record>) -> Sample {
    let settings = Settings::load(LoadOptions {
        file: None,
        env: std::iter::empty(),
        overrides: Vec::new(),
    });
    let load = Load {
        records,
        ..Load::default()
    };
    let rules = settings.unwrap().decode_rules();
    Sample::draw(
        &[load],
        100,
        &rules,
        Timestamp::from_micros(1_700_000_000_000_000),
        &mut dice(1),
    )
}

#[test]
fn each_sight_is_kept_once_and_no_event_is_counted() {
    let drawn = sample(vec![
        record(0, "Sara", "Karimi", "s@x.ir"),
        record(1, "Sara", "Karimi", "S@X.ir"),
        record(2, "Sara", "Karimi", "sara@x.ir"),
        Record {
            place: 3,
            body: "{".to_owned(),
        },
    ]);
    assert_eq!((drawn.records, drawn.refused, drawn.faces.len()), (4, 1, 2));
    let face = &drawn.faces[0];
    assert_eq!(face.facts.get(FactKind::GivenName), Some("sara"));
    assert_eq!(face.emails, ["s@x.ir"]);
    assert!(!format!("{drawn:?}").contains("sara"));
}

#[test]
fn a_contact_of_many_says_nothing_of_two() {
    let family = ["Karimi", "Smith", "Jones", "Brown", "Lopez"];
    let records = |people: usize| {
        let each = family.iter().take(people).enumerate();
        each.map(|(place, family)| record(place, "Sara", family, "info@x.ir"))
            .collect()
    };
    // Four may share an address, as the standard rules have it.
    assert!(sample(records(4)).faces.iter().all(|face| face.emails.len() == 1));
    assert!(sample(records(5)).faces.iter().all(|face| face.emails.is_empty()));
}

#[test]
fn so_many_are_drawn_each_once_and_any_may_be() {
    let all: Vec<Record> = (0..20).map(|place| record(place, "a", "b", "c@d.ef")).collect();
    let all: Vec<&Record> = all.iter().collect();
    let mut met = BTreeSet::new();
    for seed in 0..60 {
        let places: Vec<usize> = draw(&all, 5, &mut dice(seed))
            .iter()
            .map(|record| record.place)
            .collect();
        assert!(
            places.len() == 5 && places.is_sorted_by(|a, b| a < b),
            "{places:?}"
        );
        met.extend(places);
    }
    assert_eq!(met.len(), 20);
    assert_eq!(draw(&all, 50, &mut dice(1)).len(), 20);
}
