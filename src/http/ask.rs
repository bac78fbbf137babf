//! Questions to the engine: asked off the async threads, after the position that the caller insists on.

use std::time::Instant;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::Deserialize;

use crate::{
    engine::{
        Position, ProfileId, Query, QueryError,
        query::{Address, Found, Portrait},
    },
    http::{Http, failure::Failure},
};

impl Http {
    /// Asks the engine on a thread that may block; `name` is what the time it takes is counted under.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        name: &'static str,
        question: impl FnOnce(&Query) -> Result<T, QueryError> + Send + 'static,
    ) -> Result<T, Failure> {
        let query = self.handle.query();
        let started = Instant::now();
        let asked = tokio::task::spawn_blocking(move || question(&query)).await;
        self.queries.took(name, started.elapsed());
        asked
            .map_err(|error| Failure::internal(&error))?
            .map_err(Failure::from)
    }

    /// The one profile at `address`.
    ///
    /// # Errors
    /// Not found, or conflict where there are several.
    pub(crate) async fn one(&self, address: Option<Address>) -> Result<ProfileId, Failure> {
        let nobody = || {
            Failure::not_found(
                "nobody_there",
                "no profile has this id, and nobody holds this identifier",
            )
        };
        let address = address.ok_or_else(nobody)?;
        match self.ask("find", move |query| query.find(&address)).await? {
            Found::None => Err(nobody()),
            Found::One(id) => Ok(id),
            Found::Many(ids) => Err(Failure::several(&ids)),
        }
    }

    /// The profile `id`, which was live when it was found.
    ///
    /// # Errors
    /// Not found where it was absorbed since: the caller who asks again gets its survivor.
    pub(crate) async fn portrait(&self, id: ProfileId) -> Result<Portrait, Failure> {
        let portrait = self.ask("profile", move |query| query.portrait(id)).await?;
        portrait
            .ok_or_else(|| Failure::not_found("nobody_there", "the profile just changed its id: ask again"))
    }
}

/// Waits for `min_position` of the query: whoever wrote reads what they wrote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached;

impl FromRequestParts<Http> for Reached {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Wanted {
            min_position: Option<u64>,
        }
        let wanted = axum::extract::Query::<Wanted>::try_from_uri(&parts.uri);
        let wanted = wanted.map_err(|_| {
            Failure::bad_request(
                "bad_position",
                "expected min_position to be the position of an answer, a number",
            )
        })?;
        let Some(position) = wanted.0.min_position.map(Position) else {
            return Ok(Self);
        };
        let reached = tokio::time::timeout(http.settings.position_wait, http.handle.reached(position));
        reached.await.map_err(|_| Failure::not_reached())?;
        Ok(Self)
    }
}
