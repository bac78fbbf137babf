//! Against partitions counted by hand, against the published scorer's figures, and against a count pair by pair.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Cell, Rates, Scores};

/// Records by their places: the letter is who was found, the digit who it is.
fn cells(text: &str) -> Vec<Cell> {
    let cell = |word: &str| {
        let bytes = word.as_bytes();
        Cell {
            found: usize::from(bytes[0]),
            truth: usize::from(bytes[1]),
        }
    };
    text.split_whitespace().map(cell).collect()
}

fn check(text: &str, pairs: [f64; 3], b_cubed: [f64; 3], clusters: [f64; 3], counts: [u64; 7]) {
    let scores = Scores::of(&cells(text)).unwrap();
    for (name, rates, expected) in [
        ("pairs", scores.pairs, pairs),
        ("B-cubed", scores.b_cubed, b_cubed),
        ("clusters", scores.clusters, clusters),
    ] {
        assert!(
            close(rates, expected),
            "{text}: {name} {rates:?}, not {expected:?}"
        );
    }
    let counted = [
        scores.records,
        scores.people,
        scores.found,
        scores.true_pairs,
        scores.found_pairs,
        scores.over_merged,
        scores.largest,
    ];
    assert_eq!(counted, counts, "{text}");
}

fn close(rates: Rates, expected: [f64; 3]) -> bool {
    let got = [rates.precision, rates.recall, rates.f1];
    got.iter()
        .zip(expected)
        .all(|(one, other)| (one - other).abs() < 1e-9)
}

#[test]
fn partitions_counted_by_hand() {
    const ALL: [f64; 3] = [1.0, 1.0, 1.0];
    check("a1 a1 b2", ALL, ALL, ALL, [3, 2, 2, 1, 1, 0, 2]);
    // Nobody has two records: there is no pair to be wrong about.
    check("a1 b2", ALL, ALL, ALL, [2, 2, 2, 0, 0, 0, 1]);
    // All apart: no pair is wrong, and the only one is missed.
    check(
        "a1 b1",
        [1.0, 0.0, 0.0],
        [1.0, 0.5, 2.0 / 3.0],
        [0.0, 0.0, 0.0],
        [2, 1, 2, 1, 0, 0, 1],
    );
    // All in one.
    check(
        "a1 a2",
        [0.0, 1.0, 0.0],
        [0.5, 1.0, 2.0 / 3.0],
        [0.0, 0.0, 0.0],
        [2, 2, 1, 0, 1, 1, 2],
    );
    // Found {a: 1 1 2, b: 2 3, c: 4}; true {1: 2, 2: 2, 3: 1, 4: 1}. Of 4 found pairs 1 is true, of 2 true ones 1 is
    // found. B-cubed precision: (4/3 + 1/3 + 1/2 + 1/2 + 1) / 6, recall (2 + 1/2 + 1/2 + 1 + 1) / 6.
    check(
        "a1 a1 a2 b2 b3 c4",
        [0.25, 0.5, 1.0 / 3.0],
        [11.0 / 18.0, 5.0 / 6.0, 55.0 / 78.0],
        [1.0 / 3.0, 0.25, 2.0 / 7.0],
        [6, 4, 3, 2, 4, 2, 3],
    );
}

#[test]
fn nothing_has_no_scores() {
    assert_eq!(Scores::of(&[]), None);
}

/// As slow and plain as can be: every pair, every record, every set.
fn slow(cells: &[Cell]) -> ([Rates; 3], u64) {
    let mut counts = [0_u32; 3];
    for (place, one) in cells.iter().enumerate() {
        for other in &cells[place + 1..] {
            let (found, truth) = (one.found == other.found, one.truth == other.truth);
            counts[0] += u32::from(found && truth);
            counts[1] += u32::from(found);
            counts[2] += u32::from(truth);
        }
    }
    let ratio = |part: u32, whole: u32| {
        if whole == 0 {
            1.0
        } else {
            f64::from(part) / f64::from(whole)
        }
    };
    let rates = |precision: f64, recall: f64| Rates {
        precision,
        recall,
        f1: if precision + recall == 0.0 {
            0.0
        } else {
            2.0 / (1.0 / precision + 1.0 / recall)
        },
    };
    let number =
        |fits: &dyn Fn(&Cell) -> bool| u32::try_from(cells.iter().filter(|cell| fits(cell)).count()).unwrap();
    let all = f64::from(number(&|_| true));
    let b_cubed: Vec<(f64, f64)> = cells
        .iter()
        .map(|cell| {
            let both = number(&|other| other == cell);
            let found = number(&|other| other.found == cell.found);
            let truth = number(&|other| other.truth == cell.truth);
            (ratio(both, found), ratio(both, truth))
        })
        .collect();
    let groups = |by: &dyn Fn(&Cell) -> usize| {
        let mut groups: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (place, cell) in cells.iter().enumerate() {
            groups.entry(by(cell)).or_default().insert(place);
        }
        groups.into_values().collect::<BTreeSet<_>>()
    };
    let (found, truth) = (groups(&|cell| cell.found), groups(&|cell| cell.truth));
    let length = |set: usize| u32::try_from(set).unwrap();
    let exact = length(found.intersection(&truth).count());
    let mixed = |group: &&BTreeSet<usize>| {
        let people: BTreeSet<usize> = group.iter().map(|place| cells[*place].truth).collect();
        people.len() > 1
    };
    let over = found.iter().filter(mixed).count();
    (
        [
            rates(ratio(counts[0], counts[1]), ratio(counts[0], counts[2])),
            rates(
                b_cubed.iter().map(|one| one.0).sum::<f64>() / all,
                b_cubed.iter().map(|one| one.1).sum::<f64>() / all,
            ),
            rates(
                ratio(exact, length(found.len())),
                ratio(exact, length(truth.len())),
            ),
        ],
        u64::try_from(over).unwrap(),
    )
}

proptest! {
    #[test]
    fn scores_are_those_of_counting_pair_by_pair(
        cells in (1_usize..12, 1_usize..12).prop_flat_map(|(found, truth)| {
            let cell = (0..found, 0..truth).prop_map(|(found, truth)| Cell { found, truth });
            prop::collection::vec(cell, 1..40)
        }),
    ) {
        let scores = Scores::of(&cells).unwrap();
        let (rates, over_merged) = slow(&cells);
        for (fast, slow) in [scores.pairs, scores.b_cubed, scores.clusters].into_iter().zip(rates) {
            prop_assert!(close(fast, [slow.precision, slow.recall, slow.f1]), "{fast:?} {slow:?}");
        }
        prop_assert_eq!(scores.over_merged, over_merged);
    }
}
