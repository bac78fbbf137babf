//! The cells of the last days, sorted by what is to be found in them.

use std::collections::BTreeMap;

use crate::{
    decide::experience::{
        cell::{Cell, Data, Measure, Sums},
        effect::Effect,
        score::Levels,
    },
    domain::profile::experience::Style,
};

/// Which of the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Window {
    /// Those before.
    Before,
    /// The last ones.
    Recent,
}

/// What is known of a touchpoint.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// How often it was met.
    pub(super) touches: i64,
    /// How often somebody said how it was.
    pub(super) said: i64,
}

/// The cells, sorted.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Answers, by where: everywhere (empty), on a channel, at a touchpoint.
    pub(super) scores: BTreeMap<String, BTreeMap<(Window, Style), Levels>>,
    /// Effects by journey and touchpoint.
    pub(super) effects: BTreeMap<(Window, String, String), Effect>,
    /// Touchpoints, over all days.
    pub(super) known: BTreeMap<(String, String), Known>,
    /// Who came into a silent segment, before and lately.
    pub(super) silent: BTreeMap<String, [i64; 2]>,
}

impl Counted {
    pub(super) fn add(&mut self, window: Window, cell: &Cell, sums: Sums) {
        if cell.measure == Measure::Silent {
            let [before, recent] = self.silent.entry(cell.segment.clone()).or_default();
            match window {
                Window::Before => *before = before.saturating_add(sums.count),
                Window::Recent => *recent = recent.saturating_add(sums.count),
            }
            return;
        }
        if let Measure::Score(style, score) = cell.measure {
            let at = match cell.spot.is_empty() {
                true => vec![String::new(), format!("on {}", cell.channel)],
                false => vec![format!("at {}/{}", cell.spot.journey, cell.spot.touchpoint)],
            };
            for at in at {
                let levels = self.scores.entry(at).or_default();
                let levels = levels
                    .entry((window, style))
                    .or_insert_with(|| Levels::new(style));
                levels.add(score, sums.count);
            }
        }
        if !cell.spot.is_empty() {
            self.add_at_spot(window, cell, sums);
        }
    }

    fn add_at_spot(&mut self, window: Window, cell: &Cell, sums: Sums) {
        let at = (cell.spot.journey.clone(), cell.spot.touchpoint.clone());
        let known = self.known.entry(at.clone()).or_default();
        match &cell.measure {
            Measure::Data(Data::Behaviour | Data::Transaction | Data::Service) => {
                known.touches = known.touches.saturating_add(sums.count);
            }
            Measure::Data(Data::Attitude | Data::Emotion) => {
                known.said = known.said.saturating_add(sums.count);
            }
            measure => {
                let effect = self.effects.entry((window, at.0, at.1)).or_default();
                effect.add(measure, sums);
            }
        }
    }
}
