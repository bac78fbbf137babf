//! Weights in order: what is more alike never weighs less.
//!
//! Owns the correction, which pools neighbours that are out of order (isotonic regression).

/// A weight and the evidence that it was learned of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighed {
    pub(super) bits: f64,
    pub(super) evidence: f64,
}

/// The weights, the more alike first, nearest to `weights` that are in order. Neighbours that are out of order get their
/// mean, each counting as much as its evidence.
pub(super) fn falling(weights: &[Weighed]) -> Vec<f64> {
    let mut pools: Vec<(Weighed, usize)> = Vec::new();
    for weight in weights {
        let mut pool = (*weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0.bits < pool.0.bits) {
            pool = (mean(before.0, pool.0), before.1 + pool.1);
        }
        pools.push(pool);
    }
    let spread = |(pool, members): (Weighed, usize)| std::iter::repeat_n(pool.bits, members);
    pools.into_iter().flat_map(spread).collect()
}

fn mean(one: Weighed, other: Weighed) -> Weighed {
    let evidence = one.evidence + other.evidence;
    let sum = one.bits * one.evidence + other.bits * other.evidence;
    Weighed {
        bits: sum / evidence.max(f64::MIN_POSITIVE),
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Weighed, falling};

    fn weighed(rows: &[(f64, f64)]) -> Vec<Weighed> {
        rows.iter()
            .map(|&(bits, evidence)| Weighed { bits, evidence })
            .collect()
    }

    fn close(one: &[f64], other: &[f64]) -> bool {
        one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn neighbours_out_of_order_get_their_mean() {
        let rows = [(9.0, 10.0), (2.0, 10.0), (4.0, 30.0), (-1.0, 5.0)];
        assert!(close(&falling(&weighed(&rows)), &[9.0, 3.5, 3.5, -1.0]));
        // A pool that is out of order with what stands before it takes that in.
        let rows = [(3.0, 10.0), (2.0, 10.0), (7.0, 10.0)];
        assert!(close(&falling(&weighed(&rows)), &[4.0, 4.0, 4.0]));
        assert!(falling(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn it_falls_keeps_the_mean_and_leaves_order_alone(
            rows in prop::collection::vec((-20.0f64..20.0, 1.0f64..1000.0), 1..8),
        ) {
            let weights = weighed(&rows);
            let done = falling(&weights);
            prop_assert!(done.is_sorted_by(|more, less| more >= less));
            let sum = |bits: &[f64]| -> f64 { bits.iter().zip(&weights).map(|(b, w)| b * w.evidence).sum() };
            let before: Vec<f64> = weights.iter().map(|w| w.bits).collect();
            prop_assert!((sum(&done) - sum(&before)).abs() < 1e-6);
            if before.is_sorted_by(|more, less| more >= less) {
                prop_assert!(close(&done, &before));
            }
        }
    }
}
