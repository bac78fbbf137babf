//! `/v1/reports`: what is counted by day, as JSON or as rows (`format=csv`, or `Accept: text/csv`).

use axum::{
    Json,
    extract::{FromRequestParts, Query},
    http::{
        header::{ACCEPT, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        ContactReportRequest, CoverageRequest, CxRequest, GapRequest, InsightsRequest, JourneyRequest,
        SegmentReportRequest, rows,
    },
    http::{
        access::Asked,
        body::{Asking, MinPosition},
        failure::Failure,
    },
};

const CSV: &str = "text/csv";

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// As it is.
    Json,
    /// As rows.
    Csv,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        #[derive(Default, Deserialize)]
        struct Wanted {
            format: Option<String>,
        }
        let wanted = Query::<Wanted>::try_from_uri(&parts.uri).map_err(|_| Failure::unread_query())?;
        let accepts = parts.headers.get(ACCEPT).and_then(|text| text.to_str().ok());
        match wanted.0.format.as_deref() {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(Failure::bad_request(
                "bad_report",
                "expected format as json or csv",
            )),
            None if accepts.is_some_and(|accepts| accepts.trim().starts_with(CSV)) => Ok(Self::Csv),
            None => Ok(Self::Json),
        }
    }
}

impl Format {
    fn write(self, report: impl Serialize) -> Response {
        match self {
            Self::Json => Json(report).into_response(),
            Self::Csv => ([(CONTENT_TYPE, "text/csv; charset=utf-8")], rows(&report)).into_response(),
        }
    }
}

/// What was decided about messages, and what became of them.
pub(crate) async fn contacts(
    Asked(api): Asked,
    Asking(request): Asking<ContactReportRequest>,
    format: Format,
) -> Result<Response, Failure> {
    Ok(format.write(api.contact_report(request).await?))
}

/// How it was for customers.
pub(crate) async fn cx(
    Asked(api): Asked,
    Asking(request): Asking<CxRequest>,
    format: Format,
) -> Result<Response, Failure> {
    Ok(format.write(api.cx_report(request).await?))
}

/// How far customers come on their journeys, and how it is on the way.
pub(crate) async fn journey(
    Asked(api): Asked,
    Asking(request): Asking<JourneyRequest>,
    format: Format,
) -> Result<Response, Failure> {
    Ok(format.write(api.journey_report(request).await?))
}

/// What is expected of touchpoints, and what is observed.
pub(crate) async fn gap(
    Asked(api): Asked,
    Asking(request): Asking<GapRequest>,
    format: Format,
) -> Result<Response, Failure> {
    Ok(format.write(api.gap_report(request).await?))
}

/// Which kinds of data there are, and what is missing.
pub(crate) async fn coverage(
    Asked(api): Asked,
    Asking(request): Asking<CoverageRequest>,
    format: Format,
) -> Result<Response, Failure> {
    Ok(format.write(api.coverage_report(request).await?))
}

/// How many are in each segment.
pub(crate) async fn segments(
    Asked(api): Asked,
    MinPosition(min_position): MinPosition,
    format: Format,
) -> Result<Response, Failure> {
    let request = SegmentReportRequest { min_position };
    Ok(format.write(api.segment_report(request).await?))
}

/// What many customers show now.
pub(crate) async fn insights(
    Asked(api): Asked,
    MinPosition(min_position): MinPosition,
    format: Format,
) -> Result<Response, Failure> {
    let request = InsightsRequest { min_position };
    Ok(format.write(api.insights(request).await?))
}
