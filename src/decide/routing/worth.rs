//! How much a customer is worth, and how much a call of theirs matters.

use crate::{
    decide::{
        evidence::Evidence,
        recent,
        routing::{
            Case,
            policy::{Policy, Thresholds, Tier},
        },
        rule::facts::Standing,
    },
    domain::{
        amount::Amount,
        profile::{Profile, dealings::Mood},
    },
};

/// The highest priority.
pub(super) const TOP: u8 = 9;

/// The tier of a customer: as it was found out among all, else by their revenue in the currencies that have thresholds.
/// Who paid in others alone is in the middle.
pub(super) fn tier(policy: &Policy, profile: &Profile, standing: Option<&Standing>) -> Tier {
    let found = standing.and_then(|standing| Tier::named(&standing.tier));
    found.unwrap_or_else(|| by_revenue(policy, profile))
}

fn by_revenue(policy: &Policy, profile: &Profile) -> Tier {
    let revenue = profile.totals().revenue;
    let paid = revenue.iter().filter(|(_, sum)| **sum > Amount::default());
    let tiers = paid.map(|(currency, sum)| {
        let thresholds = policy.revenue.get(&currency.to_ascii_uppercase());
        thresholds.map_or(Tier::Middle, |thresholds| reached(thresholds, *sum))
    });
    tiers.max().unwrap_or(Tier::Low)
}

fn reached(thresholds: &Thresholds, sum: Amount) -> Tier {
    let reached = [
        (thresholds.top, Tier::Top),
        (thresholds.high, Tier::High),
        (thresholds.middle, Tier::Middle),
    ];
    let tier = reached.into_iter().find(|(from, _)| sum >= *from);
    tier.map_or(Tier::Low, |(_, tier)| tier)
}

impl Case<'_> {
    pub(super) fn of_tier(&self) -> Evidence {
        Evidence::of("tier", self.tier.as_str(), None)
    }

    /// By value, mood and open tickets, and `more`.
    pub(super) fn priority(&self, more: u8) -> u8 {
        let boosts = &self.policy.boosts;
        let feeling = recent::last_feeling(self.profile);
        let is_discontent = feeling.is_some_and(|feeling| feeling.mood == Mood::Negative);
        let has_ticket = recent::open_ticket(self.profile).is_some();
        let of = |holds: bool, boost: u8| if holds { boost } else { 0 };
        self.policy
            .priority_of(self.tier)
            .saturating_add(of(is_discontent, boosts.discontent))
            .saturating_add(of(has_ticket, boosts.open_ticket))
            .saturating_add(more)
            .min(TOP)
    }
}
