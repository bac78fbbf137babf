//! Erasing somebody, and what became of it: the receipt.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, Who},
    engine::{
        ErasureId, ErasureRecord,
        api::{Answer, Command},
    },
    wire::{out::answer::Status, time},
};

/// Erases somebody: `{who, now, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EraseRequest {
    /// Whom: an id, or `kind:value`.
    pub who: Who,
    /// Whether the files are cleared of them at once, and not within the horizon with others.
    #[serde(default)]
    pub now: bool,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// Asks what became of an erasure: `{erasure}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErasureRequest {
    /// Its id, as the receipt says it.
    pub erasure: String,
}

/// The receipt: `{status, erasure, profile, erased_at, gone_by, clearing_at, gone_at, removed, position}`.
#[derive(Debug, Serialize)]
pub struct ErasureAnswer {
    status: Status,
    erasure: String,
    /// The id that is no more.
    profile: String,
    erased_at: String,
    /// By when no file holds a byte of them.
    gone_by: String,
    /// When the files were last begun to be written anew without them; null until then.
    clearing_at: Option<String>,
    /// Since when none does; null until then.
    gone_at: Option<String>,
    removed: RemovedAnswer,
    position: u64,
}

/// How much was taken away.
#[derive(Debug, Serialize)]
struct RemovedAnswer {
    events: u64,
    /// Identifiers that were theirs alone: events until the erasure that name one are refused.
    identifiers: usize,
    codes: u64,
    words: u64,
    rejections: u64,
}

impl Api {
    /// Erases somebody. From the answer on nobody can read them. Who has more events than one commit may hold is erased in
    /// several, and answered for after the last; nothing else is taken meanwhile.
    ///
    /// # Errors
    /// `bad_address`, `bad_identifier`, `nobody_there`, `several_profiles`, `only_mentioned`, `too_large`, `request_id_used`, and those of a
    /// command that is not taken: `busy`, `stopped`.
    pub async fn erase(&self, request: EraseRequest) -> Result<ErasureAnswer, Failure> {
        let target = self.target(&request.who)?;
        self.tells_of(&target).await?;
        let command = Command::Erase {
            target,
            within_us: self.erased_within(request.now),
        };
        let answered = self.handle.command(request.request_id, command).await?;
        match answered.answer {
            Answer::Erased { erasure } => Ok(receipt(&erasure, answered.position.0)),
            _ => Err(Failure::used_request_id()),
        }
    }

    /// Microseconds within which no file may hold a byte of who is erased, `now` or with others.
    pub(crate) fn erased_within(&self, now: bool) -> i64 {
        let within = match now {
            true => 0,
            false => self.limits.erase_horizon.as_micros(),
        };
        i64::try_from(within).unwrap_or(i64::MAX)
    }

    /// What became of an erasure.
    ///
    /// # Errors
    /// `no_such_erasure`.
    pub async fn erasure(&self, request: ErasureRequest) -> Result<ErasureAnswer, Failure> {
        let id = ErasureId::parse(&request.erasure);
        let found = match id {
            Some(id) => {
                self.ask_here("read an erasure", move |query| query.erasure(id))
                    .await?
            }
            None => None,
        };
        let position = self.handle.applied().0;
        found
            .map(|erasure| receipt(&erasure, position))
            .ok_or_else(Failure::no_such_erasure)
    }
}

fn receipt(erasure: &ErasureRecord, position: u64) -> ErasureAnswer {
    let removed = erasure.removed;
    ErasureAnswer {
        status: Status::Committed,
        erasure: erasure.id.to_string(),
        profile: erasure.profile.to_string(),
        erased_at: time::format(erasure.at),
        gone_by: time::format(erasure.due),
        clearing_at: erasure.clearing.map(time::format),
        gone_at: erasure.gone.map(time::format),
        removed: RemovedAnswer {
            events: removed.events,
            identifiers: erasure.keys.len(),
            codes: removed.codes,
            words: removed.words,
            rejections: removed.rejections,
        },
        position,
    }
}
