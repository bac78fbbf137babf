//! `/v1/agent`: links to the card of a caller, and the card, once or live.
//!
//! A card is opened by its link's signature or, as every question is, by the read key.

mod live;

use std::convert::Infallible;

use axum::{
    Json,
    extract::{FromRequestParts, Query, Request, State},
    http::{HeaderMap, request::Parts},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;

use crate::{
    api::{
        self, Api, CardLinkAnswer, CardLinkRequest, CardRequest,
        guard::{Action, Caller},
    },
    http::{
        Http,
        access::{Asked, Gate},
        answer::tagged,
        body::{Asking, Document},
        failure::{Failure, UNAUTHORIZED},
        routes::{card::live::Live, updates::UNBUFFERED},
    },
};

/// A card that may be shown to whoever asks for it, and the API that tells them.
pub(crate) struct Opened {
    request: CardRequest,
    api: Api,
}

impl FromRequestParts<Http> for Opened {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        let Asking(request) = Asking::<CardRequest>::from_request_parts(parts, http).await?;
        let api = http.api.answering(holder(http, &request, &parts.headers)?);
        Ok(Self { request, api })
    }
}

/// Lets whoever may see the card pass that `request` asks for; whoever may not learns of nobody.
///
/// # Errors
/// `bad_query`, `unauthorized`, `forbidden`.
pub(crate) fn admit(http: &Http, request: &Request) -> Result<(), Failure> {
    let asked = Query::<CardRequest>::try_from_uri(request.uri());
    let Query(asked) = asked.map_err(|_| Failure::unread_query())?;
    holder(http, &asked, request.headers()).map(drop)
}

/// Who asks for a card, if they may see it.
fn holder(http: &Http, request: &CardRequest, headers: &HeaderMap) -> Result<Caller, Failure> {
    let guard = http.settings.guard.clone();
    // A link that is over is over, whoever shows it; else whoever has it would have to be told by another way.
    match request.sig {
        Some(_) if http.api.is_card_open(request) => Ok(guard.holder_of_link()?),
        Some(_) => {
            guard.refuses(UNAUTHORIZED, None);
            let detail = "ask for a new link at /v1/agent/links, or send a key as a bearer token";
            Err(Failure::unauthorized(detail))
        }
        None => {
            let action = Action::Card;
            Gate { guard, action }.admit(headers)
        }
    }
}

/// A link to a caller's card.
pub(crate) async fn link(
    Asked(api): Asked,
    Document(request): Document<CardLinkRequest>,
) -> Result<Json<CardLinkAnswer>, Failure> {
    Ok(Json(api.card_link(&request).await?))
}

/// The card as it is now.
pub(crate) async fn card(Opened { request, api }: Opened, headers: HeaderMap) -> Result<Response, Failure> {
    let card = api.card(&request.phone, request.call.as_deref()).await?;
    tagged(&headers, &card.context)
}

/// The card now and whenever it changes, while the call lasts and the link is good.
pub(crate) async fn live(
    State(http): State<Http>,
    Opened { request, api }: Opened,
) -> Result<Response, Failure> {
    let room = http.cards.clone().try_acquire_owned();
    let room = room.map_err(|_| api::Failure::overloaded("more cards are open than allowed"))?;
    let live = Live::new(Http { api, ..http }, request, room);
    let events = stream::unfold(live, async |mut live| {
        let event = live.next().await?;
        Some((Ok::<Event, Infallible>(event), live))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().extend([UNBUFFERED]);
    Ok(response)
}
