//! `/v1/profiles/{who}`: the profile, its timeline, why it is one person.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};

use crate::{
    engine::query::{Portrait, TimelineRange},
    http::{Http, answer::tagged, ask::Reached, body::Asking, failure::Failure},
    wire::out::{
        event::Timeline,
        profile::{Document, ProfileView},
    },
};

/// Events on a page of a timeline where the request does not say.
const PAGE: usize = 50;

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    document: Document<'a>,
    /// The id that was asked for, where its profile was absorbed by this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<&'a str>,
}

/// The profile.
pub(crate) async fn profile(
    State(http): State<Http>,
    Path(who): Path<String>,
    _: Reached,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let region = http.settings.region.as_ref();
    let id = http.one(http.address(&who, region)?).await?;
    let portrait = http.portrait(id).await?;
    let absorbed: Vec<String> = portrait.absorbed.iter().map(ToString::to_string).collect();
    let id = portrait.id.to_string();
    let fingerprint = hexadecimal(&portrait);
    let view = ProfileView {
        id: &id,
        version: portrait.version,
        fingerprint: &fingerprint,
        absorbed: &absorbed,
        profile: &portrait.profile,
    };
    let requested = Some(who.as_str()).filter(|who| !who.contains(':') && *who != id);
    tagged(
        &headers,
        &Answer {
            document: Document::of(view),
            requested,
        },
    )
}

fn hexadecimal(portrait: &Portrait) -> String {
    portrait
        .fingerprint
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Which page of a timeline.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
    channel: Option<String>,
}

/// A page of the profile's events, the latest first.
pub(crate) async fn timeline(
    State(http): State<Http>,
    Path(who): Path<String>,
    _: Reached,
    Asking(page): Asking<Page>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let id = http
        .one(http.address(&who, http.settings.region.as_ref())?)
        .await?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, http.settings.timeline_max);
    let range = TimelineRange {
        limit,
        cursor: page.cursor,
        channel: page.channel,
    };
    let page = http
        .ask("timeline", move |query| query.timeline(id, &range))
        .await?;
    tagged(
        &headers,
        &Timeline {
            events: page.events.iter().map(Into::into).collect(),
            next: page.next,
        },
    )
}
