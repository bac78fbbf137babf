//! `/v1/context/{view}`: what one consumer is told about a customer. Always an answer, with its `match`.

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::context::{Context, View},
    engine::{ProfileId, query::Portrait},
    http::{
        Http,
        address::Asked,
        answer::tagged,
        ask::Reached,
        body::{Asking, Document},
        failure::Failure,
    },
    wire::out::{
        context::{Body, Match},
        flat::Flat,
    },
};

/// How the answer is to be shaped.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    flat: bool,
}

/// Who is asked for.
#[derive(Deserialize)]
pub(crate) struct Question {
    identifiers: Vec<Asked>,
    #[serde(default)]
    flat: bool,
}

/// A context in the form that was asked for.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Told {
    Whole(Box<Body>),
    Flat(Flat),
}

/// The context of whoever holds the identifier, or of a profile's id.
pub(crate) async fn get(
    State(http): State<Http>,
    Path((view, who)): Path<(String, String)>,
    _: Reached,
    Asking(form): Asking<Form>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let view = http.view(&view)?;
    let address = http.address(&who, http.region(&view.name))?;
    let found = http.found(address.into_iter().collect()).await?;
    let told = http.told(view, &found, form.flat).await?;
    tagged(&headers, &told)
}

/// The context of whoever holds the identifiers; they stay out of the address.
pub(crate) async fn post(
    State(http): State<Http>,
    Path(view): Path<String>,
    _: Reached,
    Asking(form): Asking<Form>,
    Document(question): Document<Question>,
) -> Result<Response, Failure> {
    let view = http.view(&view)?;
    let addresses = http.addresses(&question.identifiers, &view.name)?;
    let found = http.found(addresses).await?;
    let told = http.told(view, &found, form.flat || question.flat).await?;
    Ok(Json(told).into_response())
}

impl Http {
    /// The view called `name`.
    ///
    /// # Errors
    /// Not found, with the names there are.
    pub(crate) fn view(&self, name: &str) -> Result<&View, Failure> {
        self.views.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.views.keys().map(String::as_str).collect();
            Failure::not_found(
                "unknown_view",
                format!("expected one of the views {}", names.join(", ")),
            )
        })
    }

    /// What `view` tells of those who were found: of one alone it tells anything.
    pub(crate) async fn told(&self, view: &View, found: &[ProfileId], flat: bool) -> Result<Told, Failure> {
        let outcome = Match::of(found.len());
        let context = match found {
            [id] => self.context(view, &self.portrait(*id).await?),
            _ => Context::empty(view),
        };
        Ok(match flat {
            true => Told::Flat(Flat::of(outcome, &context)),
            false => Told::Whole(Box::new(Body::of(outcome, context))),
        })
    }

    /// What `view` tells of a profile now.
    pub(crate) fn context(&self, view: &View, portrait: &Portrait) -> Context {
        let id = portrait.id.to_string();
        Context::of(&portrait.profile, &id, portrait.version, view, (self.clock)())
    }
}
