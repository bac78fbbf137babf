//! Which kinds of data there are about a touchpoint or a segment, which are missing, and which of these is to be had first.

use crate::decide::experience::cell::Data;

/// In this order a missing kind is to be had: what customers think and feel tells most about how it was.
const FIRST: [Data; 6] = [
    Data::Attitude,
    Data::Emotion,
    Data::Situation,
    Data::Service,
    Data::Behaviour,
    Data::Transaction,
];

/// How much there is of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds([u64; 6]);

impl Kinds {
    /// So much there is of each kind.
    pub fn of(count: impl Fn(Data) -> u64) -> Self {
        Self(Data::ALL.map(count))
    }

    /// How much there is of a kind.
    pub fn count(&self, kind: Data) -> u64 {
        let mut kinds = Data::ALL.iter().zip(self.0);
        kinds
            .find_map(|(one, count)| (*one == kind).then_some(count))
            .unwrap_or_default()
    }

    /// How often customers met the house.
    pub fn touches(&self) -> u64 {
        let met = [Data::Behaviour, Data::Transaction, Data::Service];
        met.iter()
            .fold(0, |sum: u64, kind| sum.saturating_add(self.count(*kind)))
    }

    /// What there is nothing of, in the order in which reports name it.
    pub fn missing(&self) -> impl Iterator<Item = Data> {
        Data::ALL.into_iter().filter(|kind| self.count(*kind) == 0)
    }
}

/// What is missing first: the place of a touchpoint among `touchpoints`, each with how much it matters to customers, and the
/// kind. Of the touchpoints that are met most by customers to whom they matter most it is the first with something missing; of
/// those that are met as much the first of the journeys.
pub fn first_missing(touchpoints: &[(Kinds, u8)]) -> Option<(usize, Data)> {
    let weight = |(kinds, customer): &(Kinds, u8)| kinds.touches().saturating_mul(u64::from(*customer));
    let lacking = touchpoints.iter().enumerate().filter_map(|(place, touchpoint)| {
        let kind = FIRST.into_iter().find(|kind| touchpoint.0.count(*kind) == 0)?;
        Some((weight(touchpoint), place, kind))
    });
    // From behind, as `max_by_key` takes the last of those that are the same.
    let lacking: Vec<(u64, usize, Data)> = lacking.collect();
    let first = lacking.into_iter().rev().max_by_key(|(weight, ..)| *weight);
    first.map(|(_, place, kind)| (place, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So much behaviour, transaction, service, attitude, emotion, situation.
    fn kinds(counts: [u64; 6]) -> Kinds {
        Kinds(counts)
    }

    #[test]
    fn what_there_is_nothing_of_is_missing() {
        let some = kinds([5, 0, 2, 1, 0, 3]);
        let missing: Vec<Data> = some.missing().collect();
        assert_eq!(missing, [Data::Transaction, Data::Emotion]);
        assert_eq!((some.touches(), some.count(Data::Situation)), (7, 3));
        assert_eq!(
            Kinds::of(|kind| u64::from(kind == Data::Service)),
            kinds([0, 0, 1, 0, 0, 0])
        );
        assert_eq!(Kinds::default().missing().count(), 6);
    }

    #[test]
    fn the_first_is_missing_where_most_is_met_that_matters() {
        let whole = kinds([100, 100, 100, 1, 1, 1]);
        // 50 * 70 is more than 60 * 50; the one before lacks nothing.
        let rare = (kinds([20, 20, 20, 0, 0, 0]), 50);
        let often = (kinds([50, 0, 0, 9, 0, 0]), 70);
        assert_eq!(
            first_missing(&[(whole, 100), rare, often]),
            Some((2, Data::Emotion))
        );
        assert_eq!(first_missing(&[(whole, 100), rare]), Some((1, Data::Attitude)));
        assert_eq!(first_missing(&[(whole, 100)]), None);
        assert_eq!(first_missing(&[]), None);
    }

    #[test]
    fn kinds_are_had_in_one_order_and_touchpoints_in_that_of_the_journeys() {
        let lacks = |lacking: &[Data]| (Kinds::of(|kind| u64::from(!lacking.contains(&kind))), 0);
        for (at, kind) in FIRST.iter().enumerate() {
            let touchpoints = [lacks(&FIRST[at..]), lacks(&FIRST)];
            assert_eq!(first_missing(&touchpoints), Some((0, *kind)));
        }
    }
}
