//! `/v1/reports`: counts by day.

use axum::Json;

use crate::{
    api::{ContactReportAnswer, ContactReportRequest},
    http::{access::Asked, body::Asking, failure::Failure},
};

/// What was decided about messages, and what became of them.
pub(crate) async fn contacts(
    Asked(api): Asked,
    Asking(request): Asking<ContactReportRequest>,
) -> Result<Json<ContactReportAnswer>, Failure> {
    Ok(Json(api.contact_report(request).await?))
}
