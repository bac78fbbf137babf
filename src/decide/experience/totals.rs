//! What is counted of some cells together, whatever their days and names: how often what happened, and what that comes to.

use std::collections::BTreeMap;

use crate::{
    decide::experience::{
        cell::{Measure, Sums},
        coverage::Kinds,
        effect::Effect,
        mean::{self, Mean},
        score::{Levels, Score},
    },
    domain::profile::experience::{Friction, Style},
};

/// The sums of some cells by what is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<Measure, Sums>);

impl Totals {
    /// Adds what was counted.
    pub fn add(&mut self, measure: &Measure, sums: Sums) {
        match self.0.get_mut(measure) {
            Some(there) => *there = there.plus(sums),
            None => drop(self.0.insert(measure.clone(), sums)),
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        other
            .0
            .iter()
            .for_each(|(measure, sums)| self.add(measure, *sums));
    }

    /// All of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Measure, Sums)> {
        self.0.iter().map(|(measure, sums)| (measure, *sums))
    }

    /// What was counted of one measure.
    pub fn of(&self, measure: &Measure) -> Sums {
        self.0.get(measure).copied().unwrap_or_default()
    }

    /// How often one was counted.
    pub fn count(&self, measure: &Measure) -> u64 {
        counted(self.of(measure))
    }

    /// How often anything was counted.
    pub fn size(&self) -> u64 {
        self.0
            .values()
            .map(|sums| counted(*sums))
            .fold(0, u64::saturating_add)
    }

    /// The scores of the surveys that were answered, in the order of their styles.
    pub fn scores(&self) -> Vec<Score> {
        let mut styles = Style::ALL.map(Levels::new);
        for (measure, sums) in self.iter() {
            if let Measure::Score(style, answer) = measure {
                let levels = styles.iter_mut().find(|levels| levels.style() == *style);
                levels
                    .into_iter()
                    .for_each(|levels| levels.add(*answer, sums.count));
            }
        }
        styles.iter().filter_map(Levels::score).collect()
    }

    /// How content customers said and felt they were, 0 to 100.
    pub fn content(&self) -> Option<Mean> {
        let each = self.iter().map(|(measure, sums)| match measure {
            Measure::Score(style, answer) => mean::answers(*style, *answer, sums.count),
            Measure::Feeling => mean::feelings(sums),
            _ => Sums::default(),
        });
        Mean::content(each.fold(Sums::default(), Sums::plus))
    }

    /// What it did to customers.
    pub fn effect(&self) -> Effect {
        let mut effect = Effect::default();
        self.iter().for_each(|(measure, sums)| effect.add(measure, sums));
        effect
    }

    /// What stood in the way, the most frequent first.
    pub fn frictions(&self) -> Vec<(Friction, u64)> {
        let each = Friction::ALL.map(|kind| (kind, self.count(&Measure::Friction(kind))));
        let mut found: Vec<(Friction, u64)> = each.into_iter().filter(|(_, count)| *count > 0).collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        found
    }

    /// Which kinds of data there are.
    pub fn kinds(&self) -> Kinds {
        Kinds::of(|kind| self.count(&Measure::Data(kind)))
    }
}

/// How many; what was taken back before it was given is none.
pub fn counted(sums: Sums) -> u64 {
    u64::try_from(sums.count).unwrap_or_default()
}

/// The mean of what was measured; `None` of nothing.
pub fn mean_of(sums: Sums) -> Option<f64> {
    (sums.count > 0).then(|| sums.sum as f64 / sums.count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::experience::cell::Data;

    fn times(count: i64) -> Sums {
        mean::many(0, count)
    }

    fn totals() -> Totals {
        let mut totals = Totals::default();
        for (measure, sums) in [
            (Measure::Score(Style::Csat, 5), times(1)),
            (Measure::Score(Style::Nps, 10), times(3)),
            (Measure::Score(Style::Nps, 6), times(1)),
            (Measure::Feeling, Sums::of(-100)),
            (Measure::Emotion("angry".to_owned()), times(1)),
            (Measure::Friction(Friction::Error), times(1)),
            (Measure::Friction(Friction::QueueTime), times(2)),
            (Measure::Data(Data::Service), times(4)),
        ] {
            totals.add(&measure, sums);
        }
        totals
    }

    #[test]
    fn all_that_was_said_is_told() {
        let totals = totals();
        let scores: Vec<(Style, u64, f64)> = totals
            .scores()
            .iter()
            .map(|one| (one.style, one.n, one.value))
            .collect();
        assert_eq!(scores, [(Style::Nps, 4, 50.0), (Style::Csat, 1, 100.0)]);
        // (100 + 3 * 100 + 60 + 0) / 6; what stood in the way is not what they said.
        let content = totals.content().unwrap();
        assert_eq!((content.n, content.mean.round()), (6, 77.0));
        // (1 + 3 + 0.2 - 1 - 3 * 0.5) / 9
        let effect = totals.effect();
        assert!(
            effect.n == 9 && (effect.mean() - 1.7 / 9.0).abs() < 1e-9,
            "{effect:?}"
        );
        assert_eq!(
            totals.frictions(),
            [(Friction::QueueTime, 2), (Friction::Error, 1)]
        );
        assert_eq!(totals.kinds().count(Data::Service), 4);
        assert_eq!(totals.size(), 14);
    }

    #[test]
    fn what_is_merged_is_added_and_what_was_not_counted_is_none() {
        let mut twice = totals();
        twice.merge(&totals());
        assert_eq!(
            (twice.count(&Measure::Feeling), twice.of(&Measure::Feeling).sum),
            (2, -200)
        );
        assert_eq!(twice.count(&Measure::Contact), 0);
        twice.add(&Measure::Contact, Sums::default().minus(Sums::ONE));
        assert_eq!(twice.count(&Measure::Contact), 0);
        assert_eq!(
            (mean_of(twice.of(&Measure::Feeling)), mean_of(Sums::default())),
            (Some(-100.0), None)
        );
        assert_eq!(Totals::default().content(), None);
    }
}
