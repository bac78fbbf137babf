//! Prices that contradict each other: what the customer was told, what is published, and what others told them.

use crate::domain::{
    amount::Amount,
    context::{
        contradictions::{Contradiction, What, name_of},
        surroundings::Surroundings,
    },
    profile::{Profile, pledges::Thing},
    time::Timestamp,
};

/// A price with its currency, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Priced {
    pub(super) price: String,
    pub(super) currency: Option<String>,
}

/// What the customer was told of a product or an offer.
pub(super) struct Told<'a> {
    pub(super) about: &'a str,
    pub(super) name: Option<String>,
    pub(super) priced: Priced,
    pub(super) by: String,
    pub(super) channel: &'a str,
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
}

/// The prices that the customer was promised, of products.
pub(super) fn told(profile: &Profile, now: Timestamp) -> Vec<Told<'_>> {
    let pledges = profile.pledges(now);
    let said = pledges.iter().filter(|(about, _)| about.thing == Thing::Product);
    let said = said.filter_map(|&(about, said)| {
        Some(Told {
            about: &about.id,
            name: said.value.words.clone(),
            priced: Priced {
                price: said.value.price.clone()?,
                currency: said.value.currency.clone(),
            },
            by: said.value.team.clone().unwrap_or_else(|| about.channel.clone()),
            channel: &about.channel,
            at: said.stamp.time,
            until: said.value.until,
        })
    });
    let mut told: Vec<Told<'_>> = said.collect();
    // What was written down before it was known who says what of which product: by the product's id alone.
    for (id, price) in &profile.whole.dealings.prices {
        let is_known = told
            .iter()
            .any(|one| one.about == id && one.channel == price.value.channel);
        let holds = price.value.until.is_none_or(|until| now < until);
        if !is_known && holds {
            told.push(Told {
                about: id,
                name: price.value.about.clone(),
                priced: Priced {
                    price: price.value.price.clone(),
                    currency: price.value.currency.clone(),
                },
                by: price.value.channel.clone(),
                channel: &price.value.channel,
                at: price.stamp.time,
                until: price.value.until,
            });
        }
    }
    told
}

/// A price that differs from the published one.
pub(super) fn of_price(told: &Told<'_>, around: &Surroundings, now: Timestamp) -> Option<Contradiction> {
    let published = around.products.get(told.about)?.price_at(now)?;
    let current = Priced {
        price: published.price.clone(),
        currency: Some(published.currency.clone()),
    };
    (!told.priced.is(&current)).then(|| Contradiction {
        what: What::Price,
        about: told.about.to_owned(),
        name: told.name.clone().or_else(|| name_of(around, told.about)),
        said: Some(told.priced.text()),
        said_by: Some(told.by.clone()),
        said_at: told.at,
        published: Some(current.text()),
        published_until: published.until,
        also_said_by: None,
        since: Some(published.from),
        promised_until: told.until,
    })
}

/// Different prices of one product, from different channels: each later one against the earliest.
pub(super) fn told_twice(all: &[Told<'_>]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for one in all {
        let same = all
            .iter()
            .filter(|other| other.about == one.about && other.channel != one.channel);
        let first = same.min_by_key(|other| (other.at, &other.by));
        let is_later = |first: &&Told<'_>| (first.at, &first.by) < (one.at, &one.by);
        let Some(first) = first.filter(is_later) else {
            continue;
        };
        found.extend(said_otherwise(&one.priced, first, (one.at, Some(one.by.clone()))));
    }
    found
}

/// That `priced`, said at `at` by somebody, is not what was said `before`.
pub(super) fn said_otherwise(
    priced: &Priced,
    before: &Told<'_>,
    (at, by): (Timestamp, Option<String>),
) -> Option<Contradiction> {
    (!priced.is(&before.priced)).then(|| Contradiction {
        what: What::Price,
        about: before.about.to_owned(),
        name: before.name.clone(),
        said: Some(before.priced.text()),
        said_by: Some(before.by.clone()),
        said_at: before.at,
        published: Some(priced.text()),
        published_until: None,
        also_said_by: Some(by.unwrap_or_default()),
        since: Some(at),
        promised_until: before.until,
    })
}

impl Priced {
    /// Whether the other is as much, where both say in which currency in the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        let amounts = [self, other].map(|one| Amount::from_decimal(&one.price));
        let is_as_much = match amounts {
            [Ok(a), Ok(b)] => a == b,
            _ => self.price == other.price,
        };
        let currencies = self.currency.as_ref().zip(other.currency.as_ref());
        is_as_much && currencies.is_none_or(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    pub(super) fn text(&self) -> String {
        match &self.currency {
            Some(currency) => format!("{} {currency}", self.price),
            None => self.price.clone(),
        }
    }
}
