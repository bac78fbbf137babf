//! The events of whoever is meant, page by page.

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    api::{Api, Failure, Who},
    engine::queries::query::{TimelinePage, TimelineRange},
    wire::out::event::Timeline,
};

/// Events on a page where the request does not say.
const PAGE: usize = 50;

/// Asks for a page of a timeline: `{who, limit, cursor, channel, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TimelineRequest {
    /// Whose: an id, or `kind:value`.
    pub who: Who,
    /// Events on the page, 50 where it is not said; never more than [`timeline_max`](crate::api::Limits::timeline_max).
    pub limit: Option<usize>,
    /// `next` of the page before; the first page without.
    pub cursor: Option<String>,
    /// Only this channel's events.
    pub channel: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// A page: `{events, next}`.
#[derive(Debug)]
pub struct TimelineAnswer {
    page: TimelinePage,
}

impl Api {
    /// A page of the profile's events, the latest first.
    ///
    /// # Errors
    /// Those of [`Api::profile`], and `bad_cursor`.
    pub async fn timeline(&self, request: TimelineRequest) -> Result<TimelineAnswer, Failure> {
        let id = self.one(&request.who, request.min_position).await?;
        let range = TimelineRange {
            limit: request.limit.unwrap_or(PAGE).clamp(1, self.limits.timeline_max),
            cursor: request.cursor,
            channel: request.channel,
        };
        let page = self
            .ask("timeline", move |query| query.timeline(id, &range))
            .await?;
        Ok(TimelineAnswer { page })
    }
}

impl Serialize for TimelineAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let timeline = Timeline {
            events: self.page.events.iter().map(Into::into).collect(),
            next: self.page.next.clone(),
        };
        timeline.serialize(serializer)
    }
}
