//! By which rules a store is kept, and how far a change of them is carried out.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure},
    engine::KeptBy,
};

/// Asks by which rules the store is kept: `{min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RulesRequest {
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// By which rules the store is kept: `{edition, settled, percent}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RulesAnswer {
    /// How often they were changed.
    pub edition: u32,
    /// Whether all of it is as these rules want it; else that is under way, and who is still to be looked at is pending.
    pub settled: bool,
    /// How much of it is, about.
    pub percent: u8,
}

impl Api {
    /// By which rules the store is kept.
    ///
    /// # Errors
    /// Those of every question: `unavailable`, `timeout`.
    pub async fn rules(&self, request: RulesRequest) -> Result<RulesAnswer, Failure> {
        self.reached(request.min_position).await?;
        let KeptBy {
            edition,
            settled,
            percent,
        } = self.ask("rules", |query| query.kept_by()).await?;
        Ok(RulesAnswer {
            edition: edition.0,
            settled,
            percent,
        })
    }
}
