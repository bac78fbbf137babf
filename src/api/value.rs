//! Having all customers ranked by what they are worth.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure},
    engine::api::{Answer, Command, Valuing},
    wire::out::answer::Status,
};

/// Asks for a ranking: `{request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RankRequest {
    /// A repeat under the same id asks for nothing more.
    pub request_id: Option<String>,
}

/// That it is asked for: `{status, position}`. It is done beside what comes, and told by the profiles.
#[derive(Debug, Serialize)]
pub struct RankAnswer {
    status: Status,
    position: u64,
}

impl Api {
    /// Has all customers ranked as of now. What profiles say changes a while after the answer.
    ///
    /// # Errors
    /// `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn rank(&self, request: RankRequest) -> Result<RankAnswer, Failure> {
        let command = Command::Rank(Valuing::Ask);
        let answered = self.handle.command(request.request_id, command).await?;
        match answered.answer {
            Answer::Noted | Answer::Undone => Ok(RankAnswer {
                status: Status::Committed,
                position: answered.position.0,
            }),
            _ => Err(Failure::used_request_id()),
        }
    }
}
