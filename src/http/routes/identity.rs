//! `/v1/identity`: why two are one person or not, who may be, and what stewards say about it.

use axum::Json;
use serde::Deserialize;

use crate::{
    api::{
        ExplainAnswer, ExplainRequest, MatchesAnswer, MatchesRequest, MergesAnswer, MergesRequest,
        RulesAnswer, RulesRequest, UndoAnswer, UndoRequest, Who, WordAnswer, WordRequest,
    },
    http::{
        access::Asked,
        body::{Asking, Document, Named},
        failure::Failure,
    },
};

/// Why two are one person, or why not.
pub(crate) async fn explain(
    Asked(api): Asked,
    Asking(request): Asking<ExplainRequest>,
) -> Result<Json<ExplainAnswer>, Failure> {
    Ok(Json(api.explain(request).await?))
}

/// The same, for whoever wants no value in an address.
pub(crate) async fn explain_posted(
    Asked(api): Asked,
    Document(request): Document<ExplainRequest>,
) -> Result<Json<ExplainAnswer>, Failure> {
    Ok(Json(api.explain(request).await?))
}

/// Which page of the matches.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
    min_position: Option<u64>,
}

impl Page {
    fn of(self, who: Option<Who>) -> MatchesRequest {
        MatchesRequest {
            who,
            limit: self.limit,
            cursor: self.cursor,
            min_position: self.min_position,
        }
    }
}

/// Who may be one person by their facts.
pub(crate) async fn matches(
    Asked(api): Asked,
    Asking(page): Asking<Page>,
) -> Result<Json<MatchesAnswer>, Failure> {
    Ok(Json(api.matches(page.of(None)).await?))
}

/// By which rules the store is kept.
pub(crate) async fn rules(
    Asked(api): Asked,
    Asking(request): Asking<RulesRequest>,
) -> Result<Json<RulesAnswer>, Failure> {
    Ok(Json(api.rules(request).await?))
}

/// How many absorbed ids are told.
#[derive(Deserialize)]
pub(crate) struct Most {
    limit: Option<usize>,
    min_position: Option<u64>,
}

/// Whom a profile absorbed, and why.
pub(crate) async fn merges(
    Asked(api): Asked,
    Named(who): Named<Who>,
    Asking(Most { limit, min_position }): Asking<Most>,
) -> Result<Json<MergesAnswer>, Failure> {
    let request = MergesRequest {
        who,
        limit,
        min_position,
    };
    Ok(Json(api.merges(request).await?))
}

/// Who may be the person of a profile.
pub(crate) async fn matches_of(
    Asked(api): Asked,
    Named(who): Named<Who>,
    Asking(page): Asking<Page>,
) -> Result<Json<MatchesAnswer>, Failure> {
    Ok(Json(api.matches(page.of(Some(who))).await?))
}

/// Says that two are one person.
pub(crate) async fn merge(
    Asked(api): Asked,
    Document(request): Document<WordRequest>,
) -> Result<Json<WordAnswer>, Failure> {
    Ok(Json(api.merge(request).await?))
}

/// Says that two are not one person.
pub(crate) async fn separate(
    Asked(api): Asked,
    Document(request): Document<WordRequest>,
) -> Result<Json<WordAnswer>, Failure> {
    Ok(Json(api.separate(request).await?))
}

/// Takes back a word, a merge or an event.
pub(crate) async fn undo(
    Asked(api): Asked,
    Document(request): Document<UndoRequest>,
) -> Result<Json<UndoAnswer>, Failure> {
    Ok(Json(api.undo(request).await?))
}
