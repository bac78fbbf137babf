//! Who is in which segment: how many, what share of all, and by their ids.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure},
    engine::queries::rules_told::{MembersPage, SizesTold},
};

/// Profiles on a page where the request does not say, and at most.
const PAGE: usize = 100;
const PAGE_MAX: usize = 1_000;

/// A share is told to so many parts.
const PARTS: u32 = 10_000;

/// Asks how many are in each segment: `{min_position}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SegmentReportRequest {
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// How many are in each segment: `{profiles, segments: [{name, members, share}]}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentReportAnswer {
    /// How many profiles there are; `None` until they are counted.
    profiles: Option<u64>,
    /// By name.
    segments: Vec<Size>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Size {
    name: String,
    members: u64,
    /// Of all profiles, 0 to 1; `None` where those are not counted, or are none.
    share: Option<f64>,
}

/// Asks who is in a segment: `{segment, limit, cursor, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MembersRequest {
    /// Which.
    pub segment: String,
    /// Profiles on the page, 100 where it is not said, 1,000 at most. A page may hold fewer, or none, and not be the last.
    pub limit: Option<usize>,
    /// `next` of the page before; the first page without.
    pub cursor: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// A page of who is in a segment: `{segment, profiles, next}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MembersAnswer {
    segment: String,
    /// Their ids, in that order.
    profiles: Vec<String>,
    /// Where the next page begins, if there may be one.
    next: Option<String>,
}

impl Api {
    /// How many are in each segment.
    ///
    /// # Errors
    /// Those of every question: `position_not_reached`.
    pub async fn segment_report(
        &self,
        request: SegmentReportRequest,
    ) -> Result<SegmentReportAnswer, Failure> {
        self.reached(request.min_position).await?;
        let SizesTold { segments, profiles } = self.ask("segments", |query| query.segment_sizes()).await?;
        let segments = segments.into_iter().map(|(name, members)| Size {
            share: profiles.and_then(|profiles| share(members, profiles)),
            name,
            members,
        });
        Ok(SegmentReportAnswer {
            profiles,
            segments: segments.collect(),
        })
    }

    /// A page of who is in a segment.
    ///
    /// # Errors
    /// `no_such_rule` where there is no such segment, `bad_cursor`, `position_not_reached`, `too_many_people`.
    pub async fn members(&self, request: MembersRequest) -> Result<MembersAnswer, Failure> {
        self.reached(request.min_position).await?;
        let limit = request.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
        let (segment, cursor) = (request.segment.clone(), request.cursor);
        let page = self
            .ask("members", move |query| {
                query.members(&segment, cursor.as_deref(), limit)
            })
            .await?;
        let Some(MembersPage { members, next }) = page else {
            let message = "expected the name of a segment that the rules have";
            return Err(Failure::not_found("no_such_rule", message));
        };
        self.tells(None, &members).await?;
        Ok(MembersAnswer {
            segment: request.segment,
            profiles: members.iter().map(ToString::to_string).collect(),
            next,
        })
    }
}

/// Which part of `all` so many are, to four digits behind the point.
fn share(members: u64, all: u64) -> Option<f64> {
    let parts = u128::from(members)
        .saturating_mul(u128::from(PARTS))
        .checked_div(u128::from(all))?;
    let parts = u32::try_from(parts).unwrap_or(PARTS).min(PARTS);
    Some(f64::from(parts) / f64::from(PARTS))
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_told_to_four_digits() {
        assert_eq!(share(1, 3), Some(0.333_3));
        assert_eq!(share(3, 3), Some(1.0));
        assert_eq!(share(0, 5), Some(0.0));
        // As a merge may have one less for a moment.
        assert_eq!(share(6, 5), Some(1.0));
        assert_eq!(share(0, 0), None);
        assert_eq!(share(u64::MAX, u64::MAX), Some(1.0));
    }
}
