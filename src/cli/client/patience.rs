//! How long a client waits for a service that cannot just now: owns [`Patience`].

use std::time::Duration;

use crate::cli::client::error::ClientError;

/// How often and how long is waited before a request is given up.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries in a row, the first among them.
    pub tries: u32,
    /// The longest wait before the next try, whatever the service asks for.
    pub wait_max: Duration,
    /// How it waits.
    pub pause: fn(Duration),
}

impl Patience {
    /// For a person at a terminal: six tries, at most half a minute apart.
    pub const USUAL: Self = Self {
        tries: 6,
        wait_max: Duration::from_secs(30),
        pause: std::thread::sleep,
    };

    /// The wait before the try after `failed` ones: what the service `asked` for, else one second, doubled each time.
    pub fn wait(&self, failed: u32, asked: Option<Duration>) -> Duration {
        let doubled = 1_u64.checked_shl(failed.saturating_sub(1)).unwrap_or(u64::MAX);
        asked.unwrap_or(Duration::from_secs(doubled)).min(self.wait_max)
    }

    /// Tries until it is no longer refused for the moment (429 or 503), or patience ends.
    ///
    /// # Errors
    /// The first other error, or the last refusal.
    pub fn through<T>(&self, mut attempt: impl FnMut() -> Result<T, ClientError>) -> Result<T, ClientError> {
        let mut failed: u32 = 0;
        loop {
            let error = match attempt() {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            failed = failed.saturating_add(1);
            match &error {
                ClientError::Refused { refusal, .. } if refusal.is_passing() && failed < self.tries => {
                    (self.pause)(self.wait(failed, refusal.retry_after));
                }
                _ => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::client::error::Refusal;

    const SECOND: Duration = Duration::from_secs(1);

    fn tried(statuses: &[u16]) -> (usize, bool) {
        let patience = Patience {
            tries: 3,
            wait_max: SECOND,
            pause: |_| {},
        };
        let mut answers = statuses.iter();
        let done = patience.through(|| match answers.next() {
            Some(200) => Ok(()),
            status => Err(ClientError::Refused {
                attempt: "try",
                refusal: Box::new(Refusal {
                    status: status.copied().unwrap_or_default(),
                    code: String::new(),
                    message: String::new(),
                    profiles: Vec::new(),
                    problems: Vec::new(),
                    retry_after: None,
                }),
            }),
        });
        (statuses.len() - answers.len(), done.is_ok())
    }

    #[test]
    fn what_passes_is_tried_again_and_nothing_else() {
        assert_eq!(tried(&[429, 503, 200]), (3, true));
        assert_eq!(tried(&[503, 503, 503, 200]), (3, false));
        assert_eq!(tried(&[400, 200]), (1, false));
        assert_eq!(tried(&[500, 200]), (1, false));
    }

    #[test]
    fn a_wait_is_what_was_asked_for_within_bounds() {
        let patience = Patience::USUAL;
        assert_eq!(
            [1, 2, 4].map(|failed| patience.wait(failed, None)),
            [SECOND, SECOND * 2, SECOND * 8]
        );
        assert_eq!(patience.wait(900, None), SECOND * 30);
        assert_eq!(patience.wait(1, Some(SECOND * 7)), SECOND * 7);
        assert_eq!(patience.wait(1, Some(SECOND * 3600)), SECOND * 30);
    }
}
