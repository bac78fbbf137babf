//! `/v1/qr`: mint, read, redeem and take back the codes that carry a session from one channel to another.
//!
//! Every outcome is an answer with status 200, so that a till needs no error branch. A token is a secret: it stands in
//! addresses and answers, and nowhere in a log.

mod code;
mod request;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::{
        context::{Content, Section, View},
        qr::QrOutcome,
    },
    engine::api::{Answer, Command, QrAnswer},
    http::{
        Http,
        ask::Reached,
        body::{Asking, Document},
        failure::Failure,
        routes::qr::request::Mint,
    },
    wire::{
        json,
        out::{
            answer::Status,
            context::Body,
            matters::{Line, List},
            scalar::Time,
        },
    },
};

/// The view that a code's answer carries.
const VIEW: &str = "pos";

/// A minted code.
#[derive(Serialize)]
pub(crate) struct Minted {
    status: Status,
    token: String,
    url: String,
    svg: String,
    expires: Time,
    position: u64,
}

/// What a code is good for.
#[derive(Serialize)]
pub(crate) struct Told {
    outcome: &'static str,
    profile: Option<String>,
    basket: Option<Value>,
    offer: Option<Value>,
    expires: Option<Time>,
    context: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}

/// Where a code is read.
#[derive(Deserialize)]
pub(crate) struct Place {
    store_id: Option<String>,
}

/// Where a code is redeemed or taken back; a repeat under the same id gets the first answer.
#[derive(Deserialize)]
pub(crate) struct Use {
    store_id: Option<String>,
    request_id: Option<String>,
}

/// Mints a code.
pub(crate) async fn mint(
    State(http): State<Http>,
    Document(mint): Document<Mint>,
) -> Result<Json<Minted>, Failure> {
    let (request_id, mint) = mint.read(&http)?;
    let answered = http.handle.command(request_id, Command::MintQr(mint)).await?;
    let Answer::Minted { token, expires } = answered.answer else {
        return Err(Failure::used_request_id());
    };
    let url = code::url(&http.settings.public_url, &token);
    let svg = code::svg(&url)?;
    let (status, position) = (Status::Committed, answered.position.0);
    Ok(Json(Minted {
        status,
        token,
        url,
        svg,
        expires: Time(expires),
        position,
    }))
}

/// Reads a code and changes nothing.
pub(crate) async fn read(
    State(http): State<Http>,
    Path(token): Path<String>,
    _: Reached,
    Asking(place): Asking<Place>,
) -> Result<Json<Told>, Failure> {
    let now = (http.clock)();
    let answer = http
        .ask("qr", move |query| {
            query.qr(&token, place.store_id.as_deref(), now)
        })
        .await?;
    http.told_of(answer, None).await
}

/// Redeems a code: one redemption wins.
pub(crate) async fn redeem(
    State(http): State<Http>,
    Path(token): Path<String>,
    Document(Use { store_id, request_id }): Document<Use>,
) -> Result<Json<Told>, Failure> {
    http.use_code(request_id, Command::RedeemQr { token, store_id })
        .await
}

/// Takes a code back.
pub(crate) async fn revoke(
    State(http): State<Http>,
    Path(token): Path<String>,
    Document(Use { request_id, .. }): Document<Use>,
) -> Result<Json<Told>, Failure> {
    http.use_code(request_id, Command::RevokeQr { token }).await
}

impl Http {
    async fn use_code(&self, request_id: Option<String>, command: Command) -> Result<Json<Told>, Failure> {
        let answered = self.handle.command(request_id, command).await?;
        let Answer::Qr(answer) = answered.answer else {
            return Err(Failure::used_request_id());
        };
        self.told_of(answer, Some(answered.position.0)).await
    }

    /// The answer, and of a code that holds what a till is told of the person; a code that was minted without a basket
    /// stands for the cart as it is now.
    async fn told_of(&self, answer: QrAnswer, position: Option<u64>) -> Result<Json<Told>, Failure> {
        let mut told = Told {
            outcome: answer.outcome.as_str(),
            profile: answer.profile.map(|id| id.to_string()),
            basket: answer.basket.as_ref().map(json::from_value),
            offer: answer.offer.as_ref().map(json::from_value),
            expires: answer.expires.map(Time),
            context: None,
            position,
        };
        let holder = answer.profile.filter(|_| answer.outcome == QrOutcome::Valid);
        if let Some((id, view)) = holder.zip(self.views.get(VIEW)) {
            let portrait = self.portrait(id).await?;
            let cart_alone = View {
                sections: vec![Section::Cart],
                ..view.clone()
            };
            if told.basket.is_none() {
                told.basket = basket(self.context(&cart_alone, &portrait).sections)?;
            }
            told.context = Some(Body::one(self.context(view, &portrait)));
        }
        Ok(Json(told))
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
