//! Which levels a field has, the more alike first, and what each may weigh.
//!
//! Owns the laws that every table of weights obeys, so that nobody is more alike to another than to oneself and what
//! speaks against never speaks for. The order is that of the built-in table. Called by whoever learns a table and by
//! whoever reads one.

use std::{cmp::Reverse, ops::RangeInclusive};

use crate::domain::similarity::{
    bits::Bits,
    field::{Field, Level},
    standard,
};

/// The most that a level may weigh, for or against.
const MOST: Bits = Bits::whole(64);

/// The fields whose values are told apart by how frequent they are.
pub const BY_FREQUENCY: [Field; 3] = [Field::Given, Field::Family, Field::City];

/// The levels of `field`, the more alike first.
#[must_use]
pub fn levels(field: Field) -> Vec<Level> {
    let rows = standard::LEVELS.iter().filter(|row| row.0 == field);
    let mut levels: Vec<(Reverse<i64>, Level)> = rows.map(|row| (Reverse(row.2), row.1)).collect();
    levels.sort_unstable();
    levels.into_iter().map(|(_, level)| level).collect()
}

/// What `level` of `field` may weigh: what is the same never speaks against, what differs never speaks for.
#[must_use]
pub fn bounds(field: Field, level: Level) -> RangeInclusive<Bits> {
    match level {
        Level::Equal => Bits::ZERO..=MOST,
        Level::Different | Level::Incompatible | Level::Alone => -MOST..=Bits::ZERO,
        // The price of having exchanged the names.
        Level::Swapped if field == Field::Order => -MOST..=Bits::ZERO,
        _ => -MOST..=MOST,
    }
}

#[cfg(test)]
mod tests {
    use super::{bounds, levels};
    use crate::domain::similarity::{Field, Level, Weights};

    #[test]
    fn the_built_in_table_obeys_its_own_order_and_bounds() {
        let standard = Weights::standard();
        let mut rows = 0;
        for field in Field::ALL {
            let levels = levels(*field);
            rows += levels.len();
            let weights: Vec<_> = levels.iter().map(|level| standard.of(*field, *level)).collect();
            assert!(weights.is_sorted_by(|more, less| more >= less), "{field:?}");
            for (level, weight) in levels.iter().zip(&weights) {
                assert!(bounds(*field, *level).contains(weight), "{field:?} {level:?}");
            }
        }
        assert_eq!(rows, standard.levels.len());
        assert_eq!(
            levels(Field::Postcode),
            [Level::Equal, Level::OneEdit, Level::Area, Level::Different]
        );
    }
}
