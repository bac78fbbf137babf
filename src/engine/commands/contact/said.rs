//! What a message says that others have to know, and what contradicts it, as the event of its decision holds both.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    decide::contact::Ask,
    domain::{
        context::{Contradiction, Surroundings, contradictions},
        event::Event,
        profile::Profile,
        time::Timestamp,
        value::Value,
    },
    engine::{state::batch::Batch, surroundings::Shelf},
    store::Error,
    wire::time,
};

impl Batch<'_> {
    /// What contradicts what is about to be said to the customer.
    pub(crate) fn contradicted(
        &self,
        profile: &Profile,
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Vec<Contradiction>, Error> {
        let saying = &ask.saying;
        if saying.is_empty() {
            return Ok(Vec::new());
        }
        let shelf = Shelf::new(&self.overlay, self.rules, (Arc::clone(&self.book), self.health));
        let offer = match &saying.offer {
            Some(id) => shelf.offer(id)?.map(|offer| (id.clone(), offer)),
            None => None,
        };
        let around = Surroundings {
            products: shelf.products(saying.products())?,
            offers: Arc::new(offer.into_iter().collect()),
            ..Surroundings::default()
        };
        Ok(contradictions::of_saying(
            profile,
            (saying, ask.team.as_deref()),
            &around,
            now,
        ))
    }
}

/// What is said, as properties: the names that every event has for it.
pub(super) fn written(ask: &Ask, contradicted: &[Contradiction]) -> BTreeMap<String, Value> {
    let saying = &ask.saying;
    let expires = saying.expires.map(time::format);
    let texts = [
        ("product_id", &saying.product),
        ("offer_id", &saying.offer),
        ("price", &saying.price),
        ("currency", &saying.currency),
        ("promise", &saying.promise),
        ("expires", &expires),
    ];
    let mut properties = members(texts);
    if !contradicted.is_empty() {
        let all = contradicted.iter().map(|one| Value::Map(written_one(one)));
        properties.insert("contradictions".to_owned(), Value::List(all.collect()));
    }
    properties
}

fn written_one(one: &Contradiction) -> BTreeMap<String, Value> {
    let text = |text: &str| Some(text.to_owned());
    let moment = |time: Option<Timestamp>| time.map(time::format);
    members([
        ("what", &text(one.what.as_str())),
        ("about", &text(&one.about)),
        ("name", &one.name),
        ("said", &one.said),
        ("said_by", &one.said_by),
        ("said_at", &moment(Some(one.said_at))),
        ("published", &one.published),
        ("published_until", &moment(one.published_until)),
        ("also_said_by", &one.also_said_by),
        ("since", &moment(one.since)),
        ("promised_until", &moment(one.promised_until)),
    ])
}

fn members<const N: usize>(texts: [(&str, &Option<String>); N]) -> BTreeMap<String, Value> {
    let said = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text.clone()?))));
    said.collect()
}

/// What contradicts what is said, as an event holds it.
pub(super) fn read(event: &Event) -> Vec<Contradiction> {
    let all = event.property("contradictions").and_then(Value::as_list);
    all.unwrap_or_default().iter().filter_map(read_one).collect()
}

fn read_one(one: &Value) -> Option<Contradiction> {
    let text = |name: &str| one.get(name).and_then(Value::as_text).map(str::to_owned);
    let moment = |name: &str| one.get(name).and_then(Value::as_text).and_then(time::parse);
    let what = text("what")?;
    Some(Contradiction {
        what: contradictions::What::ALL
            .into_iter()
            .find(|one| one.as_str() == what)?,
        about: text("about")?,
        name: text("name"),
        said: text("said"),
        said_by: text("said_by"),
        said_at: moment("said_at")?,
        published: text("published"),
        published_until: moment("published_until"),
        also_said_by: text("also_said_by"),
        since: moment("since"),
        promised_until: moment("promised_until"),
    })
}
