//! Mint, read, redeem and take back the codes that carry a session from one channel to another.
//!
//! Every outcome is an answer, so that a till needs no error branch. A token is a secret: it stands in requests and
//! answers, and nowhere in a log.

pub(crate) mod code;
pub(crate) mod line;
pub(crate) mod mint;
pub(crate) mod settle;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::{
    api::{Api, Failure, budget::Budget},
    domain::{
        context::{Content, Context, Section, Surroundings, View},
        qr::QrOutcome,
    },
    engine::api::{self as engine, Answer, Command},
    wire::{
        json,
        out::{
            context::Body,
            matters::{Line, List},
            scalar::Time,
        },
    },
};

/// The view that a code's answer carries.
pub(crate) const VIEW: &str = "pos";

/// What a code holds: its token, or the address that carries it. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Token(String);

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(…)")
    }
}

/// Reads a code and changes nothing: `{token, store_id, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QrReadRequest {
    /// The code.
    pub token: Token,
    /// Where it is read.
    pub store_id: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Redeems a code: `{token, store_id, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct QrRedeemRequest {
    /// The code.
    pub token: Token,
    /// Where it is redeemed.
    pub store_id: Option<String>,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// Takes a code back: `{token, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QrRevokeRequest {
    /// The code.
    pub token: Token,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// The redemption that counts: `{at, store_id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Use {
    at: Time,
    store_id: Option<String>,
}

impl From<engine::Used> for Use {
    fn from(used: engine::Used) -> Self {
        Self {
            at: Time(used.at),
            store_id: used.store_id,
        }
    }
}

/// What a code is good for: `{outcome, profile, basket, offer, expires, used, context}`, and `position` after a command.
#[derive(Serialize)]
pub struct QrAnswer {
    #[serde(serialize_with = "named")]
    outcome: QrOutcome,
    profile: Option<String>,
    basket: Option<Value>,
    offer: Option<Value>,
    expires: Option<Time>,
    used: Option<Use>,
    context: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

impl fmt::Debug for QrAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "QrAnswer({})", self.outcome.as_str())
    }
}

impl QrAnswer {
    /// What the code is good for.
    pub(crate) fn outcome(&self) -> QrOutcome {
        self.outcome
    }

    /// Whether it is known whose it is.
    pub(crate) fn is_somebodys(&self) -> bool {
        self.profile.is_some()
    }
}

fn named<S: Serializer>(outcome: &QrOutcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(outcome.as_str())
}

impl Api {
    /// Reads a code and changes nothing.
    ///
    /// # Errors
    /// `position_not_reached`.
    pub async fn qr_read(&self, request: QrReadRequest) -> Result<QrAnswer, Failure> {
        self.reached(request.min_position).await?;
        let now = (self.clock)();
        let QrReadRequest { token, store_id, .. } = request;
        let store = store_id.clone();
        let answer = self
            .ask("qr", move |query| query.qr(&token.0, store_id.as_deref(), now))
            .await?;
        self.tells_of_holder(&answer).await?;
        self.told_of(answer, None, store.as_deref()).await
    }

    /// Redeems a code: one redemption wins.
    ///
    /// # Errors
    /// `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn qr_redeem(&self, request: QrRedeemRequest) -> Result<QrAnswer, Failure> {
        let (Token(token), store_id) = (request.token, request.store_id);
        self.use_code(request.request_id, Command::RedeemQr { token, store_id })
            .await
    }

    /// Takes a code back.
    ///
    /// # Errors
    /// As of [`Api::qr_redeem`].
    pub async fn qr_revoke(&self, request: QrRevokeRequest) -> Result<QrAnswer, Failure> {
        let Token(token) = request.token;
        self.use_code(request.request_id, Command::RevokeQr { token })
            .await
    }

    async fn tells_of_holder(&self, answer: &engine::QrAnswer) -> Result<(), Failure> {
        match answer.profile {
            Some(id) => self.tells(Some(VIEW), &[id]).await,
            None => Ok(()),
        }
    }

    async fn use_code(&self, request_id: Option<String>, command: Command) -> Result<QrAnswer, Failure> {
        let store = match &command {
            Command::RedeemQr { store_id, .. } => store_id.clone(),
            _ => None,
        };
        let answered = self.handle.command(request_id, command).await?;
        let Answer::Qr(answer) = answered.answer else {
            return Err(Failure::used_request_id());
        };
        // It is carried out, whatever becomes of its answer: whom it is about is left out where they may not be told of.
        let answer = match self.tells_of_holder(&answer).await {
            Ok(()) => answer,
            Err(failure) => {
                tracing::warn!(code = failure.code(), "tell whose code was used");
                let profile = None;
                engine::QrAnswer { profile, ..answer }
            }
        };
        self.told_of(answer, Some(answered.position.0), store.as_deref())
            .await
    }

    /// The answer, and of a code that holds what a till is told of the person; a code that was minted without a basket
    /// stands for the cart as it is now.
    async fn told_of(
        &self,
        answer: engine::QrAnswer,
        position: Option<u64>,
        store: Option<&str>,
    ) -> Result<QrAnswer, Failure> {
        let mut told = QrAnswer {
            outcome: answer.outcome,
            profile: answer.profile.map(|id| id.to_string()),
            basket: answer.basket.as_ref().map(json::from_value),
            offer: answer.offer.as_ref().map(json::from_value),
            expires: answer.expires.map(Time),
            used: answer.used.map(Use::from),
            context: None,
            position,
        };
        let holder = answer.profile.filter(|_| answer.outcome == QrOutcome::Valid);
        if let Some((id, view)) = holder.zip(self.view(VIEW).ok()) {
            let portrait = self.portrait(id).await?;
            let cart_alone = View {
                sections: vec![Section::Cart],
                ..view.clone()
            };
            if told.basket.is_none() {
                let (id, nothing) = (portrait.id.to_string(), Surroundings::default());
                let now = (self.clock)();
                let cart = Context::of(
                    &portrait.profile,
                    (&id, portrait.version),
                    &cart_alone,
                    &nothing,
                    now,
                );
                told.basket = basket(cart.sections)?;
            }
            let seen = self.seen(Budget::UNLIMITED, (view, store), portrait).await?;
            told.context = seen.map(Body::one);
        }
        Ok(told)
    }
}

fn basket(sections: Vec<Content>) -> Result<Option<Value>, Failure> {
    let cart = sections.into_iter().find_map(|content| match content {
        Content::Cart(lines) => Some(List::<Line>::of(lines)),
        _ => None,
    });
    cart.map(serde_json::to_value)
        .transpose()
        .map_err(|error| Failure::internal(&error))
}
