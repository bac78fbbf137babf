//! Having refused items erased that name somebody, at the resolver of a tenant with partitions, which keeps them: whoever serves
//! the tenant asks there before it has somebody erased, since nobody knows afterwards how they were named.
//!
//! No client asks for this. A request is sealed as that of [`Api::connect`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Class, Errand, Failure, ToResolver, Unanswered,
        connect::{keys_of, values_of},
    },
    domain::identity::Key,
    engine::{
        ProfileId,
        api::{Answer, Command},
    },
};

/// Asks that refused items be erased that name somebody: `{profile, values, within_us, seal}`. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct EraseRefusedRequest {
    /// Who is erased.
    profile: String,
    /// Kinds and values, as events have them once they are read.
    values: Vec<(String, String)>,
    /// Microseconds within which no file may hold a byte of them.
    within_us: i64,
    /// What only those say who serve the tenant.
    seal: String,
}

impl fmt::Debug for EraseRefusedRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "EraseRefusedRequest({})", self.values.len())
    }
}

/// How many there were: `{rejections, position}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct EraseRefusedAnswer {
    /// Refused items that named them.
    pub rejections: u64,
    /// The position of the resolver by which they are gone.
    pub position: u64,
}

/// Somebody who is erased, as a resolver is told of them.
#[derive(Clone)]
pub(crate) struct Traced {
    pub(crate) profile: ProfileId,
    /// The values by which refused items are known as theirs.
    pub(crate) keys: Vec<Key>,
    /// Whether the files are cleared of them at once.
    pub(crate) now: bool,
}

impl Api {
    /// Erases refused items, where the request is one of those who serve the tenant.
    ///
    /// # Errors
    /// `unauthorized`, `bad_identifier`, `another_part` where this is no resolver, and those of a command that is not taken:
    /// `busy`, `stopped`.
    pub async fn erase_refused(&self, request: EraseRefusedRequest) -> Result<EraseRefusedAnswer, Failure> {
        let EraseRefusedRequest {
            profile,
            values,
            within_us,
            seal,
        } = request;
        if self.seal_of(&errand(&profile, within_us), &values) != seal {
            return Err(Failure::no_credentials());
        }
        let profile = ProfileId::parse(&profile)
            .ok_or_else(|| Failure::bad_request("bad_address", "expected the id of a profile".to_owned()))?;
        let keys = keys_of(values)?;
        self.carry_out(Command::EraseRefused {
            profile,
            keys,
            within_us,
        })
        .await
    }

    /// Erases refused items by this process, which owns the resolver.
    ///
    /// # Errors
    /// As of [`Api::erase_refused`].
    pub(crate) async fn erase_refused_here(&self, traced: Traced) -> Result<EraseRefusedAnswer, Failure> {
        let within_us = self.erased_within(traced.now);
        self.carry_out(Command::EraseRefused {
            profile: traced.profile,
            keys: traced.keys,
            within_us,
        })
        .await
    }

    /// Has refused items erased by the owner of the resolver.
    ///
    /// # Errors
    /// `no_owner` where nothing was carried out, `no_answer` where it may have been, or the owner refuses it.
    pub(crate) async fn erase_refused_over(
        &self,
        owner: &dyn ToResolver,
        traced: &Traced,
    ) -> Result<EraseRefusedAnswer, Failure> {
        let within_us = self.erased_within(traced.now);
        let (profile, values) = (traced.profile.to_string(), values_of(&traced.keys));
        let seal = self.seal_of(&errand(&profile, within_us), &values);
        let request = EraseRefusedRequest {
            profile,
            values,
            within_us,
            seal,
        };
        let body = serde_json::to_vec(&request).map_err(|error| Failure::internal(&error))?;
        let answer = owner.ask(Errand::EraseRefused, body).await.map_err(unanswered)?;
        serde_json::from_slice(&answer).map_err(|error| Failure::internal(&error))
    }

    async fn carry_out(&self, command: Command) -> Result<EraseRefusedAnswer, Failure> {
        let answered = self.handle.command(None, command).await?;
        let rejections = match answered.answer {
            Answer::Erased { erasure } => erasure.removed.rejections,
            _ => 0,
        };
        Ok(EraseRefusedAnswer {
            rejections,
            position: answered.position.0,
        })
    }
}

/// What a request is sealed as, but for its values.
fn errand(profile: &str, within_us: i64) -> String {
    format!("erase refused {} {profile} {within_us}", profile.len())
}

fn unanswered(unanswered: Unanswered) -> Failure {
    match unanswered {
        Unanswered::NoOwner => Failure::no_owner(),
        Unanswered::Lost | Unanswered::Refused(_) => {
            let title = "The refused items cannot be erased";
            let message = "the resolver of the tenant did not say that it keeps none that names them: nobody is erased yet, ask again";
            Failure::new(Class::Late, "no_answer", title, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_that_nobody_is_erased() {
        for (given, status, code) in [
            (Unanswered::NoOwner, 503, "no_owner"),
            (Unanswered::Lost, 504, "no_answer"),
            (Unanswered::Refused(503), 504, "no_answer"),
        ] {
            let failure = unanswered(given);
            assert_eq!((failure.status(), failure.code()), (status, code), "{given:?}");
        }
    }

    #[test]
    fn debug_shows_nobody() {
        let request = EraseRefusedRequest {
            profile: "a-profile".to_owned(),
            values: vec![("email".to_owned(), "sara@example.org".to_owned())],
            within_us: 1,
            seal: "a-seal".to_owned(),
        };
        assert_eq!(format!("{request:?}"), "EraseRefusedRequest(1)");
    }
}
