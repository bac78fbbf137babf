//! What event types mean for the dealings with a customer: promised prices and call-backs, moods, complaints, purchases.

use std::collections::BTreeMap;

use crate::domain::{
    amount::Amount,
    event::token,
    profile::{
        aggregate::Aggregate,
        bounded::set,
        dealings::{Bought, Callback, CallbackEnd, Feeling, Mood, Price, Terms},
        semantics::{Reading, product_id, shortened},
    },
    value::Value,
};

/// What one is: a scale of [-1, 1] is discontent up to minus a quarter, content from a quarter on.
const QUARTER: i128 = ONE / 4;
const ONE: i128 = Amount::ONE.as_units();

impl Reading<'_> {
    pub(super) fn price(&self, aggregate: &mut Aggregate) -> Option<String> {
        let price = self.first_text(&["price", "amount"])?;
        let id = self.first_text(&["quote_id", "product_id", "sku"])?;
        self.quoted(aggregate);
        let about = self.first_text(&["name", "title"]);
        let said = about.clone().or_else(|| Some(id.clone()));
        let promised = Price {
            about,
            price,
            currency: self.first_text(&["currency"]),
            until: self.event.expires,
            channel: self.event.channel.clone(),
        };
        set(&mut aggregate.dealings.prices, id, self.latest(promised));
        said
    }

    pub(super) fn callback(&self, aggregate: &mut Aggregate) -> Option<String> {
        let about = self.first_text(&["reason", "subject", "name"]);
        self.promise_callback(aggregate, about.clone(), None);
        about
    }

    /// A call-back is promised, by `channel` or else by the one that says so.
    pub(super) fn promise_callback(
        &self,
        aggregate: &mut Aggregate,
        about: Option<String>,
        channel: Option<String>,
    ) {
        let promised = Callback {
            about,
            due: self.event.expires,
            channel: channel.unwrap_or_else(|| self.event.channel.clone()),
        };
        if let Some(id) = self.callback_id() {
            set(&mut aggregate.dealings.callbacks, id, self.latest(promised));
        }
    }

    pub(super) fn callback_end(&self, aggregate: &mut Aggregate, end: CallbackEnd) -> Option<String> {
        let id = self.callback_id()?;
        set(
            &mut aggregate.dealings.callback_ends,
            id.clone(),
            self.latest(end),
        );
        Some(id)
    }

    fn callback_id(&self) -> Option<String> {
        self.first_text(&["callback_id", "id"])
    }

    pub(super) fn terms(&self, aggregate: &mut Aggregate, offer: &str) {
        let terms = Terms {
            reason: self.first_text(&["reason"]),
            price: self.first_text(&["price"]),
            currency: self.first_text(&["currency"]),
            channel: self.event.channel.clone(),
        };
        set(
            &mut aggregate.dealings.terms,
            offer.to_owned(),
            self.latest(terms),
        );
    }

    /// Whether a ticket is a complaint, where the event says so.
    pub(super) fn complaint(&self, aggregate: &mut Aggregate, ticket: &str) {
        let said = match self.event.property("complaint") {
            Some(Value::Bool(said)) => Some(*said),
            _ => ["kind", "category", "ticket_type"]
                .iter()
                .find_map(|name| self.event.property_text(name))
                .map(|kind| token(&kind) == "complaint"),
        };
        if let Some(said) = said {
            set(
                &mut aggregate.dealings.complaints,
                ticket.to_owned(),
                self.latest(said),
            );
        }
    }

    pub(super) fn bought(&self, aggregate: &mut Aggregate, product: &BTreeMap<String, Value>, order: &str) {
        if let Some(id) = product_id(product) {
            let name = product.get("name").and_then(Value::text_or_number);
            let bought = Bought {
                name: name.map(shortened),
            };
            let key = (id, order.to_owned());
            set(&mut aggregate.dealings.bought, key, self.latest(bought));
        }
    }

    /// How the customer felt, where the event says so: a word or a number from -1 to 1, or the score of a survey.
    pub(super) fn feeling(&self, aggregate: &mut Aggregate) {
        if let Some((mood, said)) = self.stated_mood().or_else(|| self.scored_mood()) {
            aggregate.dealings.feelings.insert(Feeling {
                stamp: self.stamp.clone(),
                mood,
                said,
                channel: self.event.channel.clone(),
                name: self.event.name.clone(),
            });
        }
    }

    pub(super) fn stated_mood(&self) -> Option<(Mood, String)> {
        let said = self.first_text(&["sentiment", "emotion", "mood"])?;
        let mood = match Amount::from_decimal(&said) {
            Ok(value) if (-ONE..=ONE).contains(&value.as_units()) => {
                Mood::on_scale(value, Amount::from_units(-QUARTER), Amount::from_units(QUARTER))
            }
            Ok(_) => return None,
            Err(_) => mood_of_word(&token(&said))?,
        };
        Some((mood, said))
    }

    fn scored_mood(&self) -> Option<(Mood, String)> {
        self.answers().find_map(|(style, score)| {
            let value = Amount::from_decimal(&score).ok()?;
            let (discontent, content) = style.moods();
            let ones = |moods: u8| Amount::from_units(i128::from(moods).saturating_mul(ONE));
            let mood = Mood::on_scale(value, ones(discontent), ones(content));
            Some((mood, format!("{} {score}", style.as_str())))
        })
    }
}

/// The words that channels and analysers of speech use; another word says nothing.
fn mood_of_word(word: &str) -> Option<Mood> {
    Some(match word {
        "positive" | "very_positive" | "happy" | "satisfied" | "pleased" | "delighted" | "grateful"
        | "calm" => Mood::Positive,
        "neutral" | "mixed" => Mood::Neutral,
        "negative" | "very_negative" | "angry" | "upset" | "frustrated" | "annoyed" | "sad"
        | "disappointed" | "worried" | "confused" | "dissatisfied" => Mood::Negative,
        _ => return None,
    })
}
