//! What goes with what a flow does: what whoever carries it out needs to know, and what of it a message says.

use std::collections::BTreeMap;

use crate::{
    decide::rule::{Condition, Facts, Failed},
    domain::{
        context::contradictions::Saying,
        profile::{Profile, shortened},
        time::Timestamp,
        value::Value,
    },
    engine::{deciding::act::Doing, state::batch::Batch},
    store::Error,
};

/// The member of what is told that says until when it holds.
const EXPIRES: &str = "expires";

/// What whoever carries it out is told.
#[derive(Default)]
pub(super) struct With {
    pub(super) values: BTreeMap<String, Value>,
    /// Until when that holds.
    pub(super) expires: Option<Timestamp>,
}

impl Batch<'_> {
    /// What whoever carries it out needs to know.
    pub(super) fn with(
        &self,
        doing: &Doing<'_>,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Result<With, Failed>, Error> {
        let asked = doing.act.with();
        if asked.is_empty() {
            return Ok(Ok(With::default()));
        }
        let asks: Vec<&Condition> = asked.values().collect();
        let known = self.known(doing.profile, profile, &asks, now)?;
        let facts = Facts {
            event: Some(doing.event),
            matter: doing.matter,
            ..known.facts()
        };
        let told = || {
            let values = asked
                .iter()
                .map(|(name, asks)| Ok((name.clone(), asks.value(&facts)?)));
            let expires = asked.get(EXPIRES).map(|asks| asks.time(&facts)).transpose()?;
            Ok(With {
                values: values.collect::<Result<_, Failed>>()?,
                expires: expires.flatten(),
            })
        };
        Ok(told())
    }
}

/// What a message says that may contradict what was said before, where whoever sends it is told of it by these names.
pub(super) fn saying(with: &BTreeMap<String, Value>, expires: Option<Timestamp>) -> Saying {
    let text = |name: &str| {
        let text = with.get(name).and_then(Value::text_or_number).map(shortened);
        text.filter(|text| !text.is_empty())
    };
    Saying {
        product: text("product_id"),
        offer: text("offer_id"),
        price: text("price"),
        currency: text("currency"),
        promise: text("promise"),
        expires,
    }
}
