//! Offers of which the customer was told otherwise than they are published, or are no longer.

use crate::domain::{
    catalogue::{Offer, State},
    context::{
        contradictions::{Contradiction, What, prices::Priced},
        surroundings::Surroundings,
    },
    profile::{Profile, pledges::Thing},
    time::Timestamp,
};

/// What the customer was told of an offer.
pub(super) struct OfferTold<'a> {
    pub(super) id: &'a str,
    pub(super) name: Option<String>,
    pub(super) priced: Option<Priced>,
    pub(super) by: Option<String>,
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
}

/// Offers that the customer may use, as they were shown or promised.
pub(super) fn offers_told(profile: &Profile, now: Timestamp) -> Vec<OfferTold<'_>> {
    let shown = profile.offers().into_iter().filter(|offer| {
        let expires = offer.shown.value.expires;
        offer.end.is_none() && expires.is_none_or(|expires| now < expires)
    });
    let shown = shown.map(|offer| OfferTold {
        id: offer.id,
        name: offer.shown.value.name.clone(),
        priced: offer.terms.and_then(|terms| {
            Some(Priced {
                price: terms.price.clone()?,
                currency: terms.currency.clone(),
            })
        }),
        by: offer.terms.map(|terms| terms.channel.clone()),
        at: offer.shown.stamp.time,
        until: offer.shown.value.expires,
    });
    let mut told: Vec<OfferTold<'_>> = shown.collect();
    let pledges = profile.pledges(now);
    let ended = |id: &str| {
        let known = profile.offers();
        known.iter().any(|offer| offer.id == id && offer.end.is_some())
    };
    let promised = pledges
        .into_iter()
        .filter(|(about, _)| about.thing == Thing::Offer && !ended(&about.id));
    told.extend(promised.map(|(about, said)| OfferTold {
        id: &about.id,
        name: said.value.words.clone(),
        priced: said.value.price.clone().map(|price| Priced {
            price,
            currency: said.value.currency.clone(),
        }),
        by: Some(said.value.team.clone().unwrap_or_else(|| about.channel.clone())),
        at: said.stamp.time,
        until: said.value.until,
    }));
    told
}

pub(super) fn offers(profile: &Profile, around: &Surroundings, now: Timestamp) -> Vec<Contradiction> {
    let told = offers_told(profile, now).into_iter();
    told.filter_map(|told| of_offer(told, around, now)).collect()
}

/// An offer that holds no longer, or on other terms.
pub(super) fn of_offer(told: OfferTold<'_>, around: &Surroundings, now: Timestamp) -> Option<Contradiction> {
    let offer = around.offers.get(told.id)?;
    let (said, published) = match offer.state(now) {
        State::Ended => (told.text(), State::Ended.as_str().to_owned()),
        State::Expired => (told.text(), State::Expired.as_str().to_owned()),
        State::Holds => terms_differ(&told, offer)?,
    };
    let terms = offer.terms.as_ref().map(|terms| &terms.value);
    Some(Contradiction {
        what: What::Offer,
        about: told.id.to_owned(),
        name: told.name.or_else(|| terms.and_then(|terms| terms.name.clone())),
        said,
        said_by: told.by,
        said_at: told.at,
        published: Some(published),
        published_until: terms.and_then(|terms| terms.expires),
        also_said_by: None,
        since: offer.since(now),
        promised_until: told.until,
    })
}

/// What was said and what is published, where one of them says otherwise of what both speak of.
pub(super) fn terms_differ(told: &OfferTold<'_>, offer: &Offer) -> Option<(Option<String>, String)> {
    let terms = &offer.terms.as_ref()?.value;
    let published = terms.price.clone().map(|price| Priced {
        price,
        currency: terms.currency.clone(),
    });
    let priced = told.priced.as_ref().zip(published.as_ref());
    if let Some((said, published)) = priced.filter(|(said, published)| !said.is(published)) {
        return Some((Some(said.text()), published.text()));
    }
    let ends = told
        .until
        .zip(terms.expires)
        .filter(|(said, published)| said != published);
    let published = published.map_or_else(|| State::Holds.as_str().to_owned(), |priced| priced.text());
    ends.map(|_| (told.text(), published))
}

/// What was shown of an offer, where somebody is about to say otherwise.
pub(super) fn against_shown(profile: &Profile, saying: &OfferTold<'_>, now: Timestamp) -> Vec<Contradiction> {
    let Some(priced) = &saying.priced else {
        return Vec::new();
    };
    let told = offers_told(profile, now)
        .into_iter()
        .filter(|told| told.id == saying.id);
    let told = told.filter(|told| told.priced.as_ref().is_some_and(|said| !said.is(priced)));
    told.map(|told| Contradiction {
        what: What::Offer,
        about: told.id.to_owned(),
        said: told.text(),
        name: told.name,
        said_by: told.by,
        said_at: told.at,
        published: Some(priced.text()),
        published_until: saying.until,
        also_said_by: Some(saying.by.clone().unwrap_or_default()),
        since: Some(now),
        promised_until: told.until,
    })
    .collect()
}

impl OfferTold<'_> {
    pub(super) fn text(&self) -> Option<String> {
        self.priced.as_ref().map(Priced::text)
    }
}
