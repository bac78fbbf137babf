//! What event types mean for how it was: surveys that were answered, feelings, what stood in the way, how customers were
//! served, and that they met the house at all.

use crate::domain::{
    amount::Amount,
    event::{Event, is_internal, token},
    identity::link::OWN_SOURCE,
    profile::{
        aggregate::Aggregate,
        bounded::set,
        dealings::Mood,
        experience::{Assigned, Friction, Mark, Service, Style, Tells, Touch, TouchKey, TrialArm},
        semantics::{Reading, shortened},
    },
    value::Value,
};

/// How content the answers of an event are, by the worst of them; `None` of one that answers no survey.
pub(crate) fn answer_of(event: &Event) -> Option<Mood> {
    let stamp = event.stamp();
    let reading = Reading { event, stamp: &stamp };
    let moods = reading.scores().into_iter().map(|(style, score)| {
        let (discontent, content) = style.moods();
        match score {
            score if score >= content => Mood::Positive,
            score if score <= discontent => Mood::Negative,
            _ => Mood::Neutral,
        }
    });
    moods.max()
}

/// Members of an event that tell of its circumstances.
const CIRCUMSTANCES: [&str; 5] = ["situation", "occasion", "location", "store_id", "weather"];

/// A call or a wait is told of as no longer than a week, in seconds: so squares of them can be added up exactly.
const SECONDS_MAX: u32 = 7 * 86_400;

impl Reading<'_> {
    /// Writes down how it was; `name` is the event's type as a token.
    pub(super) fn experience(&self, aggregate: &mut Aggregate, name: &str) {
        if is_internal(&self.event.id.source, &self.event.name) {
            self.trial(aggregate);
            return;
        }
        self.touch(aggregate, name);
        self.assigned(aggregate, name);
        let scores = self.scores().into_iter();
        let scores = scores.map(|(style, score)| Tells::Score {
            style,
            score,
            comment: self.first_text(&["comment", "text", "feedback"]),
        });
        let feeling = self.feels();
        let friction = self.friction(name).map(Tells::Friction);
        let served = self.served(name).map(Tells::Contact);
        for tells in scores.chain(feeling).chain(friction).chain(served) {
            let mark = self.mark(name, tells);
            aggregate.experience.marks.insert(mark);
        }
    }

    fn mark(&self, name: &str, tells: Tells) -> Mark {
        Mark {
            stamp: self.stamp.clone(),
            channel: self.event.channel.clone(),
            name: name.to_owned(),
            team: self.first_text(&["team"]),
            touchpoint: self.first_text(&["touchpoint"]),
            tells,
        }
    }

    fn touch(&self, aggregate: &mut Aggregate, name: &str) {
        // What we open for somebody to see to it is nothing that the customer did.
        if self.event.id.source == OWN_SOURCE && name.starts_with("ticket_") {
            return;
        }
        let Ok(day) = u32::try_from(self.stamp.time.day()) else {
            return;
        };
        let key = TouchKey {
            day,
            name: name.to_owned(),
            channel: self.event.channel.clone(),
        };
        let tells = |name: &&str| {
            let said = self
                .event
                .context
                .get(*name)
                .or_else(|| self.event.property(name));
            said.is_some_and(|said| *said != Value::Null)
        };
        let touch = Touch {
            first: self.stamp.time,
            situation: CIRCUMSTANCES.iter().any(tells),
        };
        aggregate.experience.touches.insert(key, touch);
    }

    /// Who sees to a ticket, where the event says so.
    fn assigned(&self, aggregate: &mut Aggregate, name: &str) {
        let is_opened = matches!(name, "ticket_opened" | "ticket_updated");
        let (Some(id), Some(team)) = (self.first_text(&["ticket_id", "id"]), self.first_text(&["team"]))
        else {
            return;
        };
        if is_opened {
            let assigned = Assigned {
                to: self.first_text(&["assignee"]),
                team,
                due: self.event.expires,
            };
            set(&mut aggregate.experience.assigned, id, self.latest(assigned));
        }
    }

    /// Whether a flow is carried out of which the effect is told: said by ourselves alone.
    fn trial(&self, aggregate: &mut Aggregate) {
        let (Some(flow), Some(trial)) = (self.first_text(&["flow"]), self.first_text(&["trial"])) else {
            return;
        };
        debug_assert_eq!(self.event.id.source, OWN_SOURCE);
        let arm = TrialArm {
            since: self.stamp.clone(),
            treated: trial == "treated",
        };
        aggregate.experience.trials.insert(flow, arm);
    }

    /// What was answered to surveys, each as it was said.
    pub(super) fn answers(&self) -> impl Iterator<Item = (Style, String)> {
        let style = self.first_text(&["style", "survey", "metric"]);
        let style = style.map(|text| token(&text));
        Style::ALL.into_iter().filter_map(move |one| {
            let answer = match &style {
                Some(style) if style == one.as_str() => self.first_text(&["score", "value", one.as_str()]),
                _ => self.first_text(&[one.as_str()]),
            };
            Some((one, answer?))
        })
    }

    /// Those that lie on the scale of their survey.
    fn scores(&self) -> Vec<(Style, u8)> {
        let on_scale = |(style, said): (Style, String)| {
            let (least, most) = style.scale();
            let units = Amount::from_decimal(&said).ok()?.as_units();
            let is_whole = units % Amount::ONE.as_units() == 0;
            let score = u8::try_from(units / Amount::ONE.as_units()).ok()?;
            (is_whole && (least..=most).contains(&score)).then_some((style, score))
        };
        self.answers().filter_map(on_scale).collect()
    }

    /// How they felt, as somebody said it in a word or a number; scores are told by themselves.
    fn feels(&self) -> Option<Tells> {
        let (mood, said) = self.stated_mood()?;
        let (hundredths, word) = match Amount::from_decimal(&said) {
            Ok(value) => (
                i8::try_from(value.as_units() / (Amount::ONE.as_units() / 100)).ok()?,
                None,
            ),
            Err(_) => {
                let hundredths = match mood {
                    Mood::Positive => 100,
                    Mood::Neutral => 0,
                    Mood::Negative => -100,
                };
                (hundredths, Some(token(&said)))
            }
        };
        Some(Tells::Feeling { hundredths, word })
    }

    fn friction(&self, name: &str) -> Option<Friction> {
        Some(match name {
            "error_shown"
            | "error_occurred"
            | "application_crashed"
            | "payment_failed"
            | "checkout_failed"
            | "coupon_denied" => Friction::Error,
            "product_out_of_stock" | "stock_out_shown" | "product_unavailable" => Friction::StockOut,
            "order_delayed" => Friction::LateDelivery,
            "order_delivered" if self.says("late") => Friction::LateDelivery,
            "delivery_failed" | "order_delivery_failed" => Friction::FailedDelivery,
            _ => return None,
        })
    }

    fn served(&self, name: &str) -> Option<Service> {
        if !matches!(
            name,
            "call_ended" | "live_chat_conversation_ended" | "callback_completed"
        ) {
            return None;
        }
        let resolved = match self.event.property("resolved") {
            Some(Value::Bool(resolved)) => Some(*resolved),
            _ => None,
        };
        let cause = self.first_text(&["cause", "reason"]);
        Some(Service {
            queue_s: self.seconds(&["queue_s", "queue_time_s", "wait_s"]),
            handling_s: self.seconds(&["handling_s", "duration_s", "conversation_duration"]),
            abandoned: self.says("abandoned"),
            resolved,
            cause: cause.map(|cause| shortened(token(&cause))),
        })
    }

    fn says(&self, name: &str) -> bool {
        self.event.property(name) == Some(&Value::Bool(true))
    }

    /// Whole seconds; parts of one are dropped, and nobody waits for more than a week.
    fn seconds(&self, names: &[&str]) -> Option<u32> {
        let said = Amount::from_decimal(&self.first_text(names)?).ok()?;
        let seconds = u32::try_from(said.as_units() / Amount::ONE.as_units()).ok()?;
        Some(seconds.min(SECONDS_MAX))
    }
}
