//! What a journey owes: stages and touchpoints that have names of their own, types of events at each, and numbers out of a
//! hundred.

use std::collections::BTreeSet;

use crate::decide::{
    experience::{Journey, Touchpoint},
    rule::book::check::{NAME_EXPECTED, Rule, is_name},
};

/// So many stages a journey may have, and a stage touchpoints.
const STAGES_MAX: usize = 32;
/// The most of a scale.
const MOST: u8 = 100;

impl Rule<'_> {
    pub(super) fn journey(&mut self, journey: &Journey) {
        if let Some(segment) = &journey.segment
            && !self.segments.contains(segment.as_str())
        {
            self.flaw(
                "segment",
                format!("expected a segment that there is instead of {segment}"),
            );
        }
        if journey.within_us == 0 {
            self.flaw("within", "expected some time");
        }
        if !(1..=STAGES_MAX).contains(&journey.stages.len()) {
            self.flaw("stages", format!("expected 1 to {STAGES_MAX} stages"));
        }
        let (mut stages, mut touchpoints) = (BTreeSet::new(), BTreeSet::new());
        for (number, stage) in journey.stages.iter().enumerate() {
            let member = format!("stages.{}", number.saturating_add(1));
            self.named_once(&format!("{member}.name"), &stage.name, &mut stages);
            if !(1..=STAGES_MAX).contains(&stage.touchpoints.len()) {
                let expected = format!("expected 1 to {STAGES_MAX} touchpoints");
                self.flaw(&format!("{member}.touchpoints"), expected);
            }
            for (number, touchpoint) in stage.touchpoints.iter().enumerate() {
                let member = format!("{member}.touchpoints.{}", number.saturating_add(1));
                self.named_once(&format!("{member}.name"), &touchpoint.name, &mut touchpoints);
                self.touchpoint(&member, touchpoint);
            }
        }
    }

    fn named_once<'n>(&mut self, member: &str, name: &'n str, known: &mut BTreeSet<&'n str>) {
        if !is_name(name) {
            self.flaw(member, NAME_EXPECTED);
        }
        if !known.insert(name) {
            self.flaw(member, "expected another name: one of the journey has it already");
        }
    }

    fn touchpoint(&mut self, member: &str, touchpoint: &Touchpoint) {
        if touchpoint.on.is_empty() {
            self.flaw(
                &format!("{member}.on"),
                "expected a type of events such as \"Product Viewed\"",
            );
        }
        let importance = touchpoint.importance;
        let numbers = [
            ("expected", touchpoint.expected),
            ("acceptable", touchpoint.acceptable),
            ("importance.customer", Some(importance.customer)),
            ("importance.company", Some(importance.company)),
        ];
        let benchmarks = touchpoint
            .benchmarks
            .values()
            .map(|number| ("benchmarks", Some(*number)));
        for (key, number) in numbers.into_iter().chain(benchmarks) {
            if number.is_some_and(|number| number > MOST) {
                self.flaw(
                    &format!("{member}.{key}"),
                    format!("expected a number from 0 to {MOST}"),
                );
            }
        }
        if let (Some(acceptable), Some(expected)) = (touchpoint.acceptable, touchpoint.expected)
            && acceptable > expected
        {
            self.flaw(
                &format!("{member}.acceptable"),
                "expected no more than what is expected of it",
            );
        }
    }
}
