//! What is told of the cells.

use std::ops::ControlFlow;

use crate::{
    decide::experience::{Cell, Measure, Named, Spot, Sums},
    engine::{
        experience::cells::sums,
        queries::answer::{Query, QueryError},
    },
    store::{CellRecord, Order, Read as _, View as _, keys::experience as keys},
};

impl Query {
    /// Visits what is counted on the days from `first` to `last`, by their numbers since 1970.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn cells(&self, first: u32, last: u32, mut visit: impl FnMut(Cell, Sums)) -> Result<(), QueryError> {
        for part in self.parts() {
            part.cells_here(first, last, &mut visit)?;
        }
        Ok(())
    }

    fn cells_here(
        &self,
        first: u32,
        last: u32,
        visit: &mut impl FnMut(Cell, Sums),
    ) -> Result<(), QueryError> {
        let (from, to) = (keys::day(first), keys::day(last.saturating_add(1)));
        self.store()
            .scan(&from, &to, Order::Ascending, &mut |key, value| {
                if let Some(day) = keys::day_of(key) {
                    let record: CellRecord = self.store().decoded(value)?;
                    // What a later build counts is its to tell.
                    if let Some((cell, sums)) = read(day, record) {
                        visit(cell, sums);
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(())
    }
}

fn read(day: u32, record: CellRecord) -> Option<(Cell, Sums)> {
    let CellRecord {
        name,
        of,
        also,
        number,
        spot: [journey, stage, touchpoint],
        segment,
        channel,
        team,
        sums: kept,
    } = record;
    let measure = Measure::read(Named {
        name,
        of,
        also,
        number,
    })?;
    let spot = Spot {
        journey,
        stage,
        touchpoint,
    };
    let cell = Cell {
        day,
        measure,
        spot,
        segment,
        channel,
        team,
    };
    Some((cell, sums(kept)))
}
