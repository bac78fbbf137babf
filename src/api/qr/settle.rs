//! Settling what tills redeemed while they were cut off, and the key that they check codes with until then.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        qr::{Token, Use},
    },
    domain::{qr::QrOutcome, time::Timestamp},
    engine::api::{Answer, Command},
    wire::time,
};

/// Redemptions of one request, at most.
const REDEMPTIONS_MAX: usize = 100;

/// What is said of a redemption that waits for the owner.
const QUEUED: &str = "queued";

/// Settles redemptions: `{store_id, redemptions}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct QrSettleRequest {
    /// Where they were made.
    pub store_id: Option<String>,
    /// What was redeemed, in any order.
    pub redemptions: Vec<Redemption>,
}

/// A redemption that a till made by itself: `{token, at}`.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Redemption {
    /// The code.
    token: Token,
    /// When, in RFC 3339.
    at: String,
}

impl fmt::Debug for Redemption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redemption(…)")
    }
}

/// What became of them: `{settled, position}`, in the order of the request.
#[derive(Debug, Serialize)]
pub struct QrSettleAnswer {
    settled: Vec<Settled>,
    position: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Settled {
    outcome: &'static str,
    /// Which redemption counts.
    used: Option<Use>,
    /// Whether another one counts: the customer got it twice.
    double_use: bool,
}

/// The keys that tills check codes with, as a set of JSON Web Keys (RFC 7517, RFC 8037): `{keys}`.
#[derive(Debug, Serialize)]
pub struct QrKeysAnswer {
    keys: [Key; 1],
}

#[derive(Debug, Serialize)]
struct Key {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    used_for: &'static str,
    kid: String,
    x: String,
}

impl QrSettleAnswer {
    /// Of so many redemptions that wait for the owner.
    pub(super) fn queued(count: usize) -> Self {
        let queued = || Settled {
            outcome: QUEUED,
            used: None,
            double_use: false,
        };
        Self {
            settled: std::iter::repeat_with(queued).take(count).collect(),
            position: None,
        }
    }
}

impl Api {
    /// Settles what a till redeemed by itself. The same redemption again gets the same answer.
    ///
    /// # Errors
    /// `too_many_redemptions`, `bad_time`, and those of a command that is not taken: `busy`, `stopped`. What was settled
    /// before that stays settled.
    pub async fn qr_settle(&self, request: QrSettleRequest) -> Result<QrSettleAnswer, Failure> {
        let redemptions = request.read()?;
        let mut answer = QrSettleAnswer {
            settled: Vec::with_capacity(redemptions.len()),
            position: None,
        };
        for (Token(token), at) in redemptions {
            let store_id = request.store_id.clone();
            // The redemption is its own request id: whoever is not sure that it was settled settles it again.
            let request_id = Some("settle".to_owned());
            let command = Command::SettleQr { token, store_id, at };
            let answered = self.handle.command(request_id, command).await?;
            let Answer::Qr(settled) = answered.answer else {
                return Err(Failure::used_request_id());
            };
            answer.settled.push(Settled {
                outcome: settled.outcome.as_str(),
                used: settled.used.map(Use::from),
                double_use: settled.outcome == QrOutcome::Used,
            });
            answer.position = answer.position.max(Some(answered.position.0));
        }
        Ok(answer)
    }

    /// The keys that tills check codes with.
    pub fn qr_keys(&self) -> QrKeysAnswer {
        let key = self.handle.public_key();
        QrKeysAnswer {
            keys: [Key {
                kty: "OKP",
                crv: "Ed25519",
                alg: "EdDSA",
                used_for: "sig",
                kid: key.id,
                x: key.x,
            }],
        }
    }
}

impl QrSettleRequest {
    /// Each code, and when it was redeemed.
    pub(super) fn read(&self) -> Result<Vec<(Token, Timestamp)>, Failure> {
        if self.redemptions.len() > REDEMPTIONS_MAX {
            return Err(Failure::bad_request(
                "too_many_redemptions",
                format!("expected at most {REDEMPTIONS_MAX} redemptions"),
            ));
        }
        let redemptions = self.redemptions.iter();
        redemptions
            .map(|one| Ok((one.token.clone(), moment(&one.at)?)))
            .collect()
    }
}

fn moment(text: &str) -> Result<Timestamp, Failure> {
    time::parse(text).ok_or_else(|| {
        Failure::bad_request(
            "bad_time",
            "expected at in RFC 3339, such as 2026-11-22T10:15:00Z",
        )
    })
}
