//! What many customers show that is worth knowing: found over what is counted of the last days, against those before.
//!
//! A pure function of the cells. Whoever asks again gets the same, and what holds no longer is in it no longer: so it is told
//! once when it begins, and once when it is over.

mod counted;

use std::collections::BTreeMap;

use crate::{
    decide::experience::{
        cell::{Cell, Measure, Sums},
        curve,
        effect::float,
        finding::counted::{Counted, Window},
        journey::Journey,
        score::Score,
    },
    domain::{
        profile::experience::Style,
        value::{Number, Value},
    },
};

/// Days that are looked at before the last one.
pub const DAYS: u32 = 34;
/// The last so many days are held against those before.
const RECENT: u32 = 7;
/// So many answers a score is told of, at least.
const ANSWERS_MIN: u64 = 30;
/// So many effects a low is told of, at least.
const EFFECTS_MIN: u64 = 10;
/// So many came into a silent segment, at least.
const SILENT_MIN: i64 = 5;
/// So many touches a touchpoint has, at least, of which nobody asks how it was.
const TOUCHES_MIN: i64 = 100;

/// Kinds of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// A touchpoint is a low of its journey that was none before.
    NewLow,
    /// A score is less than before, by more than chance says.
    FallingScore,
    /// More customers leave without a complaint than before.
    SilentChurn,
    /// At a touchpoint that many meet nobody asks how it was.
    Unmeasured,
}

impl FindingKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [
        Self::NewLow,
        Self::FallingScore,
        Self::SilentChurn,
        Self::Unmeasured,
    ];

    /// The name, which is the token of its subject.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewLow => "new_low",
            Self::FallingScore => "falling_score",
            Self::SilentChurn => "silent_churn",
            Self::Unmeasured => "unmeasured",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// Something that is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// About what: a score and where, a segment, a journey and its touchpoint.
    pub about: String,
    /// The numbers that show it, by name.
    pub evidence: BTreeMap<String, Value>,
}

/// Whether a cell is of any use here.
pub fn looks_at(cell: &Cell) -> bool {
    let measure = &cell.measure;
    let is_asked = matches!(
        measure,
        Measure::Score(..) | Measure::Feeling | Measure::Friction(_) | Measure::Data(_)
    );
    matches!(measure, Measure::Silent) || (is_asked && cell.segment.is_empty())
}

/// What these cells show, of the days up to `today`, in the order of kinds and what it is about.
pub fn findings<'j>(
    cells: &[(Cell, Sums)],
    journeys: impl Iterator<Item = &'j Journey>,
    today: u32,
) -> Vec<Finding> {
    let since = today.saturating_add(1).saturating_sub(RECENT);
    let mut counted = Counted::default();
    for (cell, sums) in cells {
        let window = match cell.day < since {
            true => Window::Before,
            false => Window::Recent,
        };
        counted.add(window, cell, *sums);
    }
    let mut found = falling(&counted);
    found.extend(silent(&counted));
    for journey in journeys {
        found.extend(lows(&counted, journey));
        found.extend(unmeasured(&counted, journey));
    }
    found.sort_by(|a, b| (a.kind, &a.about).cmp(&(b.kind, &b.about)));
    found
}

/// Scores of which the interval lies below the one before.
fn falling(counted: &Counted) -> Vec<Finding> {
    let mut found = Vec::new();
    for (about, windows) in &counted.scores {
        for style in Style::ALL {
            let score = |window: Window| {
                let levels = windows.get(&(window, style))?;
                levels.score().filter(|score| score.n >= ANSWERS_MIN)
            };
            let (Some(recent), Some(before)) = (score(Window::Recent), score(Window::Before)) else {
                continue;
            };
            if recent.high < before.low {
                let numbers = |score: &Score| [score.value, score.low, score.high];
                found.push(Finding {
                    kind: FindingKind::FallingScore,
                    about: match about.is_empty() {
                        true => style.as_str().to_owned(),
                        false => format!("{} {about}", style.as_str()),
                    },
                    evidence: evidence([
                        ("recent", numbers(&recent), recent.n),
                        ("before", numbers(&before), before.n),
                    ]),
                });
            }
        }
    }
    found
}

fn evidence(windows: [(&str, [f64; 3], u64); 2]) -> BTreeMap<String, Value> {
    let mut evidence = BTreeMap::new();
    for (name, numbers, n) in windows {
        for (what, number) in ["", "_low", "_high"].iter().zip(numbers) {
            evidence.extend(told(&format!("{name}{what}"), &format!("{number:.4}")));
        }
        evidence.extend(told(&format!("{name}_n"), &n.to_string()));
    }
    evidence
}

fn told(name: &str, number: &str) -> Option<(String, Value)> {
    Some((name.to_owned(), Value::Number(Number::from_text(number)?)))
}

/// Silent segments into which more came than in a week before: by more than three times what chance is about.
fn silent(counted: &Counted) -> Vec<Finding> {
    let mut found = Vec::new();
    for (segment, [before, recent]) in &counted.silent {
        let weeks = f64::from(DAYS.saturating_add(1).saturating_sub(RECENT)) / f64::from(RECENT);
        let weekly = float(*before) / weeks;
        if *recent >= SILENT_MIN && float(*recent) > weekly + 3.0 * weekly.max(1.0).sqrt() {
            let numbers = [
                ("recent", recent.to_string()),
                ("weekly_before", format!("{weekly:.4}")),
            ];
            found.push(Finding {
                kind: FindingKind::SilentChurn,
                about: segment.clone(),
                evidence: numbers
                    .iter()
                    .filter_map(|(name, number)| told(name, number))
                    .collect(),
            });
        }
    }
    found
}

/// Touchpoints that are a low of the curve, and were none before.
fn lows(counted: &Counted, journey: &Journey) -> Vec<Finding> {
    let low = |window| {
        let points: Vec<(&str, f64)> = journey
            .touchpoints()
            .filter_map(|(_, one)| {
                let effect = counted
                    .effects
                    .get(&(window, journey.name.clone(), one.name.clone()))?;
                (effect.n >= EFFECTS_MIN).then(|| (one.name.as_str(), effect.mean()))
            })
            .collect();
        curve::lows(&points)
    };
    let before = low(Window::Before);
    let recent = low(Window::Recent).into_iter();
    let new = recent.filter(|(touchpoint, _)| before.iter().all(|(one, _)| one != touchpoint));
    new.map(|(touchpoint, effect)| Finding {
        kind: FindingKind::NewLow,
        about: format!("{}/{touchpoint}", journey.name),
        evidence: told("effect", &format!("{effect:.4}")).into_iter().collect(),
    })
    .collect()
}

/// Touchpoints that many meet, and where nobody says how it was.
fn unmeasured(counted: &Counted, journey: &Journey) -> Vec<Finding> {
    let of = |one: &str| counted.known.get(&(journey.name.clone(), one.to_owned()));
    let touchpoints = journey
        .touchpoints()
        .filter_map(|(_, one)| Some((&one.name, of(&one.name)?)));
    let silent = touchpoints.filter(|(_, known)| known.touches >= TOUCHES_MIN && known.said == 0);
    silent
        .map(|(name, known)| Finding {
            kind: FindingKind::Unmeasured,
            about: format!("{}/{name}", journey.name),
            evidence: told("touches", &known.touches.to_string()).into_iter().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
