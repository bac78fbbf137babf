//! What is added of matters that somebody sees to, of those who leave without complaint, and of the effect of flows.

use crate::{
    decide::experience::{
        cell::{Cell, Measure, Sums, Trial},
        share::{By, Person, Share},
    },
    domain::{profile::experience::Tells, time::Timestamp},
};

impl Share<'_> {
    pub(super) fn matters(&mut self, person: Person<'_>) {
        self.follow_ups(person);
        for segment in person.silent {
            let by = person.segments.get(segment).map(|since| at(*since));
            let cell = by.and_then(|by| by.cell(Measure::Silent));
            if let Some(cell) = cell {
                let segment = segment.clone();
                self.add(Cell { segment, ..cell }, Sums::ONE);
            }
        }
        self.trials(person);
    }

    fn follow_ups(&mut self, person: Person<'_>) {
        let whole = &person.profile.whole;
        for (ticket, assigned) in &whole.experience.assigned {
            let by = By {
                at: assigned.stamp.time,
                channel: "",
                team: &assigned.value.team,
            };
            self.add_overall(by, &Measure::Opened, Sums::ONE);
            let closed = whole.tickets.get(ticket).filter(|ticket| !ticket.value.open);
            if let Some(closed) = closed.filter(|closed| closed.stamp > assigned.stamp) {
                let seconds = closed.stamp.time.micros_since(by.at) / 1_000_000;
                let by = By {
                    at: closed.stamp.time,
                    ..by
                };
                self.add_overall(by, &Measure::Closed, Sums::lasting(seconds));
            }
        }
    }

    /// What people did since a flow began for them, or was held back: all on the day on which that was, so that a window tells of
    /// the same people throughout.
    fn trials(&mut self, person: Person<'_>) {
        let whole = &person.profile.whole;
        for (flow, arm) in &whole.experience.trials {
            let trial = Trial {
                flow: flow.clone(),
                treated: arm.treated,
            };
            let since = arm.since.time;
            self.add_at(since, Measure::Trial(trial.clone()), Sums::ONE);
            let sales = person.profile.sales().filter(|sale| sale.stamp.time > since);
            let orders = i64::try_from(sales.count()).unwrap_or(i64::MAX);
            if orders > 0 {
                self.add_at(since, Measure::TrialOrder(trial.clone()), Sums::of(orders));
            }
            for mark in &whole.experience.marks {
                if let (Tells::Score { style, score, .. }, true) = (&mark.tells, mark.stamp.time > since) {
                    let measure = Measure::TrialScore(trial.clone(), *style, *score);
                    self.add_at(since, measure, Sums::ONE);
                }
            }
        }
    }

    fn add_at(&mut self, time: Timestamp, measure: Measure, sums: Sums) {
        if let Some(cell) = at(time).cell(measure) {
            self.add(cell, sums);
        }
    }
}

fn at(time: Timestamp) -> By<'static> {
    By {
        at: time,
        channel: "",
        team: "",
    }
}
