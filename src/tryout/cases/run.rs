//! A case is run: what is given comes in the order of its time, then time goes on.

use crate::{
    config::ConfigError,
    domain::{identity::Key, time::Timestamp},
    engine::{
        EngineConfig, Rules,
        api::Outcome,
        trial::{Failure, Trial},
    },
    tryout::{
        cases::{
            compare::differences,
            file::{Case, CaseFile},
            given::{Given, given},
            people::{People, keys},
        },
        error::TryError,
        seen::Seen,
        simulation::Simulation,
    },
    wire::DecodeRules,
};

/// Where a case is run.
#[derive(Clone, Debug)]
pub struct Place {
    /// A folder that is new.
    pub config: EngineConfig,
    /// The rules that are tried, among all that the engine goes by.
    pub rules: Rules,
    /// What events are read by.
    pub decode: DecodeRules,
}

/// Runs a case: what is other than expected, a line each; nothing where all is.
///
/// # Errors
/// [`TryError::Cases`] where the case says what cannot be, else any other.
pub fn run(
    file: &CaseFile,
    (case, start): (&Case, Timestamp),
    place: Place,
) -> Result<Vec<String>, TryError> {
    let (comes, people) = given_of(file, (case, start), &place.decode)?;
    keep_secrets(&place.config)?;
    let mut simulation = Simulation::start(&place.config, place.rules)?;
    let mut all: Vec<Seen> = Vec::new();
    let mut note = |_: &Trial, seen: Seen| {
        all.push(seen);
        Ok(())
    };
    let mut last = start;
    for (number, at, given) in comes {
        let wrong = |expected: &str| TryError::Cases(file.wrong(case, &format!("given {number}"), expected));
        last = last.max(at);
        let told = match given {
            Given::Event(event) => simulation.take(vec![*event], at, &mut note)?,
            Given::Command(command) => {
                let id = format!("given-{number}");
                let does = |trial: &mut Trial, now| Ok(trial.command(*command, &id, now)?);
                simulation.at(at, does, &mut note)?
            }
        };
        if let Some(refused) = told.refused {
            return Err(wrong(&format!("expected what can be started, but: {refused}")));
        }
        match told.outcomes.first() {
            Some(Outcome::Conflicting | Outcome::Duplicate) => {
                return Err(wrong("expected an id that no other event has"));
            }
            Some(Outcome::Refused) => return Err(wrong("expected an event that is not too large")),
            Some(Outcome::Accepted(_) | Outcome::Erased | Outcome::Noted | Outcome::Routed) | None => {}
        }
    }
    let until = case.run_for.map_or(last, |span| span.from(last));
    simulation.run_until(until, &mut note)?;
    let trial = simulation.trial();
    let people = People::of(trial, people)?;
    let mut lines = differences(&case.expect, &all, start, (&people, &place.decode.identifiers))?;
    lines.extend(trial.failures().iter().map(failed));
    Ok(lines)
}

/// A rule that cannot be evaluated is none, whatever is expected.
fn failed(failure: &Failure) -> String {
    format!("{} cannot be evaluated: {}", failure.rule, failure.problem)
}

/// What is given, in the order in which it comes, and the identifiers of people in it.
#[expect(clippy::type_complexity, reason = "it is taken apart where it is called")]
fn given_of(
    file: &CaseFile,
    (case, start): (&Case, Timestamp),
    rules: &DecodeRules,
) -> Result<(Vec<(usize, Timestamp, Given)>, Vec<Key>), ConfigError> {
    let mut comes = Vec::with_capacity(case.given.len());
    for (item, number) in case.given.iter().zip(1..) {
        let read = given(item, number, start, rules);
        let (at, read) = read.map_err(|expected| file.wrong(case, &format!("given {number}"), expected))?;
        comes.push((number, at, read));
    }
    // Of what comes at one time the order is that of the file.
    comes.sort_by_key(|(_, at, _)| *at);
    let events = comes.iter().filter_map(|(_, _, given)| match given {
        Given::Event(event) => Some(event),
        Given::Command(_) => None,
    });
    let people = events.flat_map(|event| keys(event)).collect();
    Ok((comes, people))
}

/// What is due at one time is done in an order that the folder's secrets decide: here they are always the same.
fn keep_secrets(config: &EngineConfig) -> Result<(), TryError> {
    let path = config.dir.join("secrets");
    let written = std::fs::create_dir_all(&config.dir)
        .and_then(|()| std::fs::write(&path, format!("{:064x}\n{:064x}\n", 1, 2)));
    written.map_err(|source| TryError::Write { path, source })
}
