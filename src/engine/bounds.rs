//! How often a batch met a bound, and which bounds a profile has reached.

use std::collections::BTreeMap;

use crate::{
    domain::profile::{FoldLimits, Profile},
    telemetry::Bound,
};

/// How often each bound was met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds(BTreeMap<Bound, u64>);

impl Bounds {
    /// Notes that a bound was met so many times.
    pub(crate) fn met(&mut self, bound: Bound, times: usize) {
        if times > 0 {
            let met = self.0.entry(bound).or_default();
            *met = met.saturating_add(u64::try_from(times).unwrap_or(u64::MAX));
        }
    }

    /// Notes what a profile holds as much of as it keeps. The recent history is none of it: that it ends is what it is for.
    pub(crate) fn reached(&mut self, profile: &Profile, limits: &FoldLimits) {
        let whole = &profile.whole;
        let names = whole.by_channel.by_name.len().max(whole.by_type.by_name.len());
        let lines = whole.cart.len().max(whole.wishlist.len());
        let orders = whole.orders.len().max(whole.sales.len());
        let offers = whole.offers.len().max(whole.offer_ends.len());
        let matters = whole.tickets.len().max(whole.calls.len()).max(offers);
        for (held, kept, bound) in [
            (whole.traits.len(), limits.traits_max, Bound::Traits),
            (names, limits.names_max, Bound::Names),
            (lines, limits.lines_max, Bound::Lines),
            (orders, limits.orders_max, Bound::Orders),
            (matters, limits.matters_max, Bound::Matters),
            (profile.consent.len(), limits.consents_max, Bound::Consents),
        ] {
            self.met(bound, usize::from(held >= kept));
        }
    }

    /// Each bound that was met, and how often.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Bound, u64)> + '_ {
        self.0.iter().map(|(bound, times)| (*bound, *times))
    }
}
