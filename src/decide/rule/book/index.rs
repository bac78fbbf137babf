//! Which segments something may change, without a look at each: by the types of events, the traits and the parts that they
//! read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    decide::rule::{
        book::Flaw,
        reads::{Names, Part},
        segment::Segment,
        touched::touched,
    },
    domain::event::{Event, token},
};

/// Segments by their places, and what each looks at.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    count: usize,
    /// What looks at events of any type.
    any_type: Vec<usize>,
    by_type: BTreeMap<String, Vec<usize>>,
    /// What looks at all traits.
    any_trait: Vec<usize>,
    by_trait: BTreeMap<String, Vec<usize>>,
    by_part: BTreeMap<Part, Vec<usize>>,
    /// The places of the segments that each asks for: all before its own.
    asks: Vec<Vec<usize>>,
}

impl Index {
    /// The index of segments that stand in order.
    pub(super) fn of(segments: &[Arc<Segment>]) -> Self {
        let places: BTreeMap<&str, usize> = segments
            .iter()
            .enumerate()
            .map(|(place, segment)| (segment.name.as_str(), place))
            .collect();
        let mut index = Self {
            count: segments.len(),
            ..Self::default()
        };
        for (place, segment) in segments.iter().enumerate() {
            let reads = segment.when.reads();
            enter(&reads.types, place, &mut index.by_type, &mut index.any_type);
            enter(&reads.traits, place, &mut index.by_trait, &mut index.any_trait);
            for part in &reads.parts {
                index.by_part.entry(*part).or_default().push(place);
            }
            let asked = reads.segments.these().into_iter().flatten();
            let asked = asked.filter_map(|name| places.get(name.as_str()).copied());
            index.asks.push(asked.collect());
        }
        index
    }

    /// None of them.
    pub(super) fn none(&self) -> Vec<bool> {
        vec![false; self.count]
    }

    /// Which segments these events may change, beside those that are `chosen` already.
    pub(super) fn after(&self, events: &[&Event], mut chosen: Vec<bool>) -> Vec<bool> {
        if events.is_empty() {
            return self.with_askers(chosen);
        }
        mark(&mut chosen, Some(&self.any_type));
        for event in events {
            if !self.by_type.is_empty() {
                mark(&mut chosen, self.by_type.get(&token(&event.name)));
            }
            for name in event.traits.keys() {
                mark(&mut chosen, self.by_trait.get(name));
            }
            if !event.traits.is_empty() {
                mark(&mut chosen, Some(&self.any_trait));
            }
            // What an event adds is made only where somebody asks for it.
            if self.by_part.keys().any(|part| *part != Part::Value) {
                for part in touched(event) {
                    mark(&mut chosen, self.by_part.get(&part));
                }
            }
        }
        self.with_askers(chosen)
    }

    /// Which segments are other where a customer is worth more or less.
    pub(super) fn reading_value(&self) -> Vec<bool> {
        let mut chosen = self.none();
        mark(&mut chosen, self.by_part.get(&Part::Value));
        self.with_askers(chosen)
    }

    /// And those that ask for one of them: each stands behind what it asks for.
    fn with_askers(&self, mut chosen: Vec<bool>) -> Vec<bool> {
        let is_chosen = |chosen: &[bool], place: &usize| chosen.get(*place).copied().unwrap_or_default();
        for (place, asks) in self.asks.iter().enumerate() {
            if asks.iter().any(|asked| is_chosen(&chosen, asked))
                && let Some(asker) = chosen.get_mut(place)
            {
                *asker = true;
            }
        }
        chosen
    }
}

fn enter(names: &Names, place: usize, by_name: &mut BTreeMap<String, Vec<usize>>, any: &mut Vec<usize>) {
    match names {
        Names::These(names) => names
            .iter()
            .for_each(|name| by_name.entry(name.clone()).or_default().push(place)),
        Names::Any => any.push(place),
    }
}

fn mark(chosen: &mut [bool], places: Option<&Vec<usize>>) {
    for place in places.into_iter().flatten() {
        if let Some(is_chosen) = chosen.get_mut(*place) {
            *is_chosen = true;
        }
    }
}

/// The segments, each behind those it asks for, else by their names.
///
/// # Errors
/// They ask for each other in a circle.
pub(super) fn in_order(segments: Vec<Segment>) -> Result<Vec<Arc<Segment>>, Flaw> {
    let mut waiting: BTreeMap<String, Segment> = segments
        .into_iter()
        .map(|segment| (segment.name.clone(), segment))
        .collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let ready: Vec<String> = waiting
            .values()
            .filter(|segment| !asked(segment).any(|name| waiting.contains_key(name)))
            .map(|segment| segment.name.clone())
            .collect();
        if ready.is_empty() {
            return Err(circle(&waiting));
        }
        let placed = ready.iter().filter_map(|name| waiting.remove(name));
        ordered.extend(placed.map(Arc::new));
    }
    Ok(ordered)
}

/// The segments that a segment asks for by name.
fn asked(segment: &Segment) -> impl Iterator<Item = &String> {
    segment.when.reads().segments.these().into_iter().flatten()
}

/// Goes from one to the next that it waits for until one comes again.
fn circle(waiting: &BTreeMap<String, Segment>) -> Flaw {
    let mut way: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut at = waiting.values().next();
    while let Some(segment) = at {
        if !seen.insert(segment.name.as_str()) {
            way = way.into_iter().skip_while(|name| *name != segment.name).collect();
            break;
        }
        way.push(&segment.name);
        at = asked(segment).find_map(|name| waiting.get(name));
    }
    let first = way.first().copied().unwrap_or_default();
    Flaw {
        rule: format!("segments.{first}"),
        member: "when".to_owned(),
        problem: format!(
            "expected segments that do not ask for each other in a circle: {}",
            way.join(", ")
        ),
    }
}
