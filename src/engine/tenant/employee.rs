//! `Employee Feedback Given`: how content those are who serve customers, by their team. Who said it is kept nowhere.

use crate::{
    decide::experience::{Cell, Measure, Spot, Sums},
    domain::event::Event,
    engine::state::batch::Batch,
    store::Error,
};

impl Batch<'_> {
    /// Counts what somebody of a team said.
    pub(super) fn note_employee(&mut self, event: &Event, team: String, score: u8) -> Result<(), Error> {
        let Ok(day) = u32::try_from(event.time.day()) else {
            return Ok(());
        };
        let cell = Cell {
            day,
            measure: Measure::Employee,
            spot: Spot::default(),
            segment: String::new(),
            channel: event.channel.clone(),
            team,
        };
        self.count_cell(cell, Sums::of(i64::from(score)), event.received)
    }
}
