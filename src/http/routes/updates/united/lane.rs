//! Messages of several journals in one order, which is the resolver's. Pure.
//!
//! A partition does what the resolver wrote for it in that order, and each of its commits says how far that was. So who is told by
//! the resolver's numbers is told of each customer in order, wherever they are when: what was told before somebody left comes before
//! what is told where they came. A message is told once no journal can hold one of a smaller number any more.

use std::collections::VecDeque;

use crate::engine::{Position, Update};

/// No number is larger: what is told has no end.
pub(super) const NO_END: u64 = u64::MAX;

/// One journal's messages, as far as they were read.
#[derive(Debug)]
pub(super) struct Lane {
    /// Up to where its journal was told.
    pub(super) at: Position,
    /// What was read of it and not told, each with its number.
    read: VecDeque<(u64, Update)>,
    /// The number of what was read last.
    last: u64,
    /// Up to which number nothing is missing here.
    through: u64,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A message of this lane.
    Tell(usize),
    /// Whatever this lane has up to this number: there may be something in front of what is here.
    Read(usize, u64),
    /// Nothing is here.
    Nothing,
}

impl Lane {
    /// Behind a position of its journal.
    pub(super) fn behind(at: Position) -> Self {
        let read = VecDeque::new();
        Self {
            at,
            read,
            last: 0,
            through: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.read.is_empty()
    }

    /// Up to which number all is known to be here, or told.
    pub(super) fn through(&self) -> u64 {
        self.through
    }

    /// All up to this number is in the journal by now: what is read from now on lacks nothing of it.
    pub(super) fn reach(&mut self, through: u64) {
        self.through = self.through.max(through);
    }

    /// Adds what was read behind all that is here; of one that is the resolver's by its own numbers. A commit that consumed nothing,
    /// as one that time made, belongs behind the one before it.
    pub(super) fn add(&mut self, page: Vec<Update>, is_resolvers: bool) {
        for update in page {
            let number = match is_resolvers {
                true => update.position.0,
                false => update.consumed.unwrap_or(0),
            };
            self.last = self.last.max(number);
            self.read.push_back((self.last, update));
        }
    }

    /// The next message, which is told.
    pub(super) fn take(&mut self) -> Option<Update> {
        let (_, update) = self.read.pop_front()?;
        self.at = update.position;
        Some(update)
    }

    fn head(&self) -> Option<u64> {
        self.read.front().map(|(number, _)| *number)
    }
}

/// What comes next of these, up to a number; [`Next::Nothing`] once all up to it is told and none can have more.
pub(super) fn next<'a>(lanes: impl Iterator<Item = &'a Lane> + Clone, most: u64) -> Next {
    let numbered = lanes.zip(0_usize..);
    let heads = numbered.clone().filter_map(|(lane, at)| Some((lane.head()?, at)));
    let first = heads.filter(|(number, _)| *number <= most).min();
    // Without an end it is not waited for what may come.
    let end = (most < NO_END).then_some(most);
    let Some(number) = first.map(|(number, _)| number).or(end) else {
        return Next::Nothing;
    };
    let mut lacking = numbered.filter(|(lane, _)| lane.is_empty() && lane.through < number);
    match (lacking.next(), first) {
        (Some((_, at)), _) => Next::Read(at, number),
        (None, Some((_, at))) => Next::Tell(at),
        (None, None) => Next::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn update(position: u64, consumed: Option<u64>) -> Update {
        Update {
            position: Position(position),
            consumed,
            subject: String::new(),
            key: String::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_told_while_something_may_come_before_it() {
        let mut lanes = [Lane::behind(Position(0)), Lane::behind(Position(0))];
        assert_eq!(next(lanes.iter(), NO_END), Next::Nothing);
        lanes[0].add(
            vec![update(3, Some(7)), update(4, None), update(9, Some(12))],
            false,
        );
        assert_eq!(next(lanes.iter(), NO_END), Next::Read(1, 7));
        lanes[1].reach(7);
        assert_eq!(next(lanes.iter(), NO_END), Next::Tell(0));
        assert_eq!(lanes[0].take(), Some(update(3, Some(7))));
        assert_eq!(lanes[0].at, Position(3));
        // What consumed nothing stands behind what came before it.
        assert_eq!(next(lanes.iter(), NO_END), Next::Tell(0));
        lanes[0].take();
        assert_eq!(next(lanes.iter(), NO_END), Next::Read(1, 12));
        lanes[1].add(vec![update(20, Some(10))], false);
        assert_eq!(next(lanes.iter(), NO_END), Next::Tell(1));
    }

    #[test]
    fn what_comes_behind_an_end_is_not_told_and_all_before_it_is_looked_for() {
        let mut lanes = [Lane::behind(Position(0)), Lane::behind(Position(0))];
        assert_eq!(next(lanes.iter(), 5), Next::Read(0, 5), "there may be something");
        lanes[0].add(vec![update(3, Some(5)), update(4, Some(6))], false);
        assert_eq!(next(lanes.iter(), 5), Next::Read(1, 5));
        lanes[1].reach(5);
        assert_eq!(next(lanes.iter(), 5), Next::Tell(0));
        lanes[0].take();
        assert_eq!(next(lanes.iter(), 5), Next::Nothing);
        assert_eq!(next(lanes.iter(), 6), Next::Read(1, 6));
    }

    proptest! {
        /// Each number is written for one lane, and lanes are read in any portions.
        #[test]
        fn all_is_told_once_in_the_order_of_its_numbers(
            whose in prop::collection::vec(0_usize..3, 0..40),
            portions in prop::collection::vec(1_usize..4, 1..20),
        ) {
            let written = |lane: usize| (1_u64..).zip(&whose).filter(move |(_, of)| **of == lane).map(|(number, _)| number);
            let mut left: Vec<Vec<u64>> = (0..3).map(|lane| written(lane).collect()).collect();
            let mut lanes: Vec<Lane> = (0..3).map(|_| Lane::behind(Position(0))).collect();
            let (mut told, mut portions) = (Vec::new(), portions.into_iter().cycle());
            let mut read = |lanes: &mut Vec<Lane>, at: usize| {
                let most = portions.next().unwrap_or(1).min(left[at].len());
                let page: Vec<Update> = left[at].drain(..most).map(|number| update(number, Some(number))).collect();
                let is_any = !page.is_empty();
                lanes[at].add(page, false);
                is_any
            };
            for at in 0..3 {
                read(&mut lanes, at);
            }
            loop {
                match next(lanes.iter(), NO_END) {
                    Next::Tell(at) => told.extend(lanes[at].take().map(|update| update.position.0)),
                    Next::Read(at, through) => if !read(&mut lanes, at) { lanes[at].reach(through) },
                    Next::Nothing => if !(0..3).any(|at| read(&mut lanes, at)) { break },
                }
            }
            let wanted: Vec<u64> = (1..).take(whose.len()).collect();
            prop_assert_eq!(told, wanted);
        }
    }
}
