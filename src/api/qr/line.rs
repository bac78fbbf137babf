//! What tills in a shop do and only the owner decides: redeeming a code, and settling what was redeemed. The shop has it done
//! over its line to the owner. While that is down a redemption is refused, so that the till judges the code by itself, and what
//! was redeemed is kept and settled later.

use std::{fmt, future::Future, pin::Pin};

use serde_json::Value;

use crate::api::{Api, Class, Failure, QrRedeemRequest, QrSettleAnswer, QrSettleRequest};

/// The line from a shop to the owner.
pub trait Line: Send + Sync + fmt::Debug {
    /// Has the owner carry out a request, which is given as JSON.
    ///
    /// # Errors
    /// [`Unanswered`].
    fn ask(&self, what: Carried, body: Vec<u8>) -> Carrying<'_>;

    /// Keeps what was redeemed, and has the owner settle it as soon as that can be. What is kept cannot be lost any more.
    ///
    /// # Errors
    /// [`NotKept`]; it may be kept all the same, which makes no second redemption of it.
    fn keep(&self, body: Vec<u8>) -> Keeping<'_>;
}

/// An owner's answer, on its way.
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Unanswered>> + Send + 'a>>;

/// Whether a request is kept, on its way.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), NotKept>> + Send + 'a>>;

/// What goes over the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// [`QrRedeemRequest`].
    Redeem,
    /// [`QrSettleRequest`].
    Settle,
}

/// Why the owner did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// There is none, or no way there: nothing was carried out.
    #[error("the owner cannot be reached")]
    NoOwner,
    /// No answer came: it may have been carried out.
    #[error("no answer came from the owner")]
    Lost,
    /// It was refused, with the number that HTTP has for it.
    #[error(
        "the owner answered {0}; expected shop.key to be a key of headquarters' with a role that redeems (401, 403) as often as the shop does (429)"
    )]
    Refused(u16),
}

/// A request is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("keep what a till redeemed: the shop's server did not answer in time")]
pub struct NotKept;

impl Unanswered {
    /// Whether the same request may have an answer at another time, or with another key.
    pub const fn passes(self) -> bool {
        match self {
            Self::NoOwner | Self::Lost => true,
            Self::Refused(status) => status >= 500 || matches!(status, 401 | 403 | 408 | 429),
        }
    }

    fn failure(self) -> Failure {
        let message = self.to_string();
        match self {
            Self::NoOwner => Failure::no_owner(),
            Self::Refused(409) => Failure::used_request_id(),
            Self::Refused(401 | 403) => {
                let title = "The shop may not redeem at headquarters";
                Failure::new(Class::Unavailable, "no_shop_key", title, message)
            }
            Self::Refused(429) => {
                let title = "The shop asks for more than it may at headquarters";
                Failure::new(Class::Unavailable, "too_many_questions", title, message)
            }
            Self::Refused(400..=499) if !self.passes() => Failure::bad_request("not_taken", message),
            Self::Lost | Self::Refused(_) => {
                let title = "No answer came over the line";
                let message = "ask again under the same request_id: it may have been carried out";
                Failure::new(Class::Late, "no_answer", title, message)
            }
        }
    }
}

impl Api {
    /// Redeems a code over the line of a shop: the owner's answer.
    ///
    /// # Errors
    /// `no_owner` where nothing was carried out, `no_answer` where it may have been, and what the owner refuses.
    pub async fn qr_redeem_over(&self, line: &dyn Line, request: QrRedeemRequest) -> Result<Value, Failure> {
        let body = serde_json::to_vec(&request).map_err(|error| Failure::internal(&error))?;
        let answer = line.ask(Carried::Redeem, body).await;
        read(&answer.map_err(Unanswered::failure)?)
    }

    /// Settles what a till redeemed over the line of a shop: the owner's answer, or that each redemption is `queued`.
    ///
    /// # Errors
    /// `too_many_redemptions`, `bad_time`, `not_kept`, and what the owner refuses for good.
    pub async fn qr_settle_over(&self, line: &dyn Line, request: QrSettleRequest) -> Result<Value, Failure> {
        // What the owner would refuse is refused now: whoever sent it is there.
        let count = request.read()?.len();
        let body = serde_json::to_vec(&request).map_err(|error| Failure::internal(&error))?;
        match line.ask(Carried::Settle, body.clone()).await {
            Ok(answer) => return read(&answer),
            Err(unanswered) if !unanswered.passes() => return Err(unanswered.failure()),
            Err(unanswered) => {
                tracing::debug!(error = %unanswered, "what a till redeemed is settled later");
            }
        }
        if count > 0 {
            let title = "What was redeemed is not kept";
            let not_kept =
                |error: NotKept| Failure::new(Class::Unavailable, "not_kept", title, error.to_string());
            line.keep(body).await.map_err(not_kept)?;
        }
        let queued = QrSettleAnswer::queued(count);
        serde_json::to_value(queued).map_err(|error| Failure::internal(&error))
    }
}

fn read(answer: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(answer).map_err(|error| Failure::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_whether_anything_may_have_been_carried_out() {
        for (unanswered, passes, status, code) in [
            (Unanswered::NoOwner, true, 503, "no_owner"),
            (Unanswered::Lost, true, 504, "no_answer"),
            (Unanswered::Refused(503), true, 504, "no_answer"),
            (Unanswered::Refused(429), true, 503, "too_many_questions"),
            (Unanswered::Refused(401), true, 503, "no_shop_key"),
            (Unanswered::Refused(409), false, 409, "request_id_used"),
            (Unanswered::Refused(400), false, 400, "not_taken"),
        ] {
            let failure = unanswered.failure();
            let told = (unanswered.passes(), failure.status(), failure.code());
            assert_eq!(told, (passes, status, code), "{unanswered:?}");
        }
    }
}
