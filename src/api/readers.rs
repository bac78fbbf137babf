//! Who was told of whoever is meant, out of the audit log.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, Who},
    audit::{AuditError, Page, Place, Told},
    engine::{ProfileId, QueryError},
};

/// Readings on a page where the request does not say, and at most.
const PAGE: usize = 50;
const PAGE_MAX: usize = 500;

/// Asks who was told of a customer: `{who, limit, cursor, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ReadersRequest {
    /// Of whom: an id, or `kind:value`.
    pub who: Who,
    /// Readings on the page, 50 where it is not said, 500 at most. A page may hold fewer, or none, and not be the last.
    pub limit: Option<usize>,
    /// `next` of the page before; the first page without.
    pub cursor: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Who was told of a customer, the latest first: `{profile, kept, readers, next}`.
#[derive(Debug, Serialize)]
pub struct ReadersAnswer {
    profile: String,
    /// Whether it is noted at all who is told.
    kept: bool,
    readers: Vec<Told>,
    next: Option<String>,
}

impl Api {
    /// Who was told of a profile or of an id that it absorbed, and how much. That it is asked is noted before, as of any
    /// question: it stands in the answer.
    ///
    /// # Errors
    /// Those of [`Api::profile`], and `bad_cursor`.
    pub async fn readers(&self, request: ReadersRequest) -> Result<ReadersAnswer, Failure> {
        let cursor = request.cursor.as_deref();
        let from = cursor
            .map(|text| Place::parse(text).ok_or(QueryError::BadCursor))
            .transpose()?;
        let found = self.one(&request.who, request.min_position).await?;
        let portrait = self.portrait(found).await?;
        let people = portrait.absorbed.iter().chain([&portrait.id, &found]);
        let page = self
            .readings(
                people.map(ProfileId::to_string).collect(),
                from,
                request.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX),
            )
            .await?;
        let kept = page.is_some();
        let Page { told, next } = page.unwrap_or_default();
        Ok(ReadersAnswer {
            profile: portrait.id.to_string(),
            kept,
            readers: told,
            next: next.map(|place| place.to_string()),
        })
    }

    /// A page of the audit log, read on a thread that may block; `None` where none is kept.
    async fn readings(
        &self,
        people: BTreeSet<String>,
        from: Option<Place>,
        limit: usize,
    ) -> Result<Option<Page>, Failure> {
        let Some(audit) = self.audit.clone() else {
            return Ok(None);
        };
        let read = tokio::task::spawn_blocking(move || audit.told_of(&people, from, limit)).await;
        match read.map_err(|error| Failure::internal(&error))? {
            Ok(page) => Ok(Some(page)),
            Err(AuditError::NoSuchPlace) => Err(QueryError::BadCursor.into()),
            Err(error) => Err(Failure::internal(&error)),
        }
    }
}
