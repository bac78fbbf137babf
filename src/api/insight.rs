//! What many customers show now: what was told of and is not over.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure},
    wire::out::insight::Insight,
};

/// Asks what many customers show: `{min_position}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct InsightsRequest {
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// What many customers show: `{insights}`, each as it was published.
#[derive(Debug, Serialize)]
pub struct InsightsAnswer {
    insights: Vec<Insight>,
}

impl Api {
    /// What many customers show now, by kind and by what it is about.
    ///
    /// # Errors
    /// Those of every question: `position_not_reached`.
    pub async fn insights(&self, request: InsightsRequest) -> Result<InsightsAnswer, Failure> {
        self.reached(request.min_position).await?;
        let insights = self.ask("insights", |query| query.insights()).await?;
        let insights = insights
            .into_iter()
            .map(|one| Insight::of((one.kind, one.about), (one.since, None), one.evidence));
        Ok(InsightsAnswer {
            insights: insights.collect(),
        })
    }
}
