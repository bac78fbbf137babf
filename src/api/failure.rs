//! Refusals and failures, whatever edge tells them: owns [`Failure`], the only way a question or a command says no.
//!
//! An internal cause is logged once, here, under an id that the client is told; the client is never told the cause.

mod parted;

use std::{borrow::Cow, fmt};

use uuid::Uuid;

use crate::{
    api::guard::Action,
    domain::role::Role,
    engine::{
        ProfileId, QueryError,
        api::{CommandError, SubmitError},
    },
    wire::out::problem::Problem,
};

const POSITION_NOT_REACHED: &str = "position_not_reached";

/// What kind of failure it is: what a client can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The request cannot be read: send another one.
    Unreadable,
    /// Nobody knows who asks.
    Unknown,
    /// Whoever asks may not.
    Forbidden,
    /// There is no such thing.
    Missing,
    /// The request does not decide between several, or contradicts what is.
    Conflict,
    /// What was asked for is kept no longer.
    Gone,
    /// The request is larger than what is taken.
    TooLarge,
    /// The queue is full: send it again.
    Busy,
    /// A fault of the service.
    Fault,
    /// The service takes nothing now: send it again.
    Unavailable,
    /// What was waited for did not come in time: ask again.
    Late,
}

impl Class {
    /// The number of HTTP's that stands for it, on every edge.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::Unknown => 401,
            Self::Forbidden => 403,
            Self::Missing => 404,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::Busy => 429,
            Self::Fault => 500,
            Self::Unavailable => 503,
            Self::Late => 504,
        }
    }

    /// Whether the same request may have an answer soon.
    pub const fn passes(self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable | Self::Late)
    }
}

/// Why a request has no answer. Shown, it is `code: message`; neither holds what a client sent.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", .problem.code(), .problem.message())]
pub struct Failure {
    class: Class,
    problem: Box<Problem>,
}

impl Failure {
    /// A failure. `code` is stable and for programs, `title` says the same for people, `message` says what was expected
    /// here and never holds what a client sent.
    pub fn new(
        class: Class,
        code: &'static str,
        title: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let problem = Problem::new(class.status(), code, title, message);
        Self {
            class,
            problem: Box::new(problem),
        }
    }

    /// What was sent is not what is taken; `message` says what is.
    pub fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Class::Unreadable, code, "The request cannot be read", message)
    }

    /// Neither of the two members that say whom a question is about, or both.
    pub fn either() -> Self {
        Self::bad_request("bad_address", "expected either who or identifiers")
    }

    /// Nobody is known by what was shown, if anything was.
    pub fn no_credentials() -> Self {
        let message = "send a key or a token: as bearer token, or as the user of basic authentication";
        Self::new(Class::Unknown, "unauthorized", "A key is needed", message)
    }

    /// The token is not taken; `refusal` says what was expected.
    pub(crate) fn bad_token(refusal: &impl fmt::Display) -> Self {
        let message = refusal.to_string();
        Self::new(Class::Unknown, "unauthorized", "The token is not taken", message)
    }

    /// Whoever asks is known, and may not.
    pub(crate) fn forbidden(role: Role, action: Action) -> Self {
        let message = format!("the role {} may not {}", role.as_str(), action.as_str());
        Self::new(
            Class::Forbidden,
            "forbidden",
            "This is not for the caller",
            message,
        )
    }

    /// Whoever asks may name nobody by an identifier.
    pub(crate) fn nameless() -> Self {
        let message = "this role sees no identifiers: expected the id of a profile";
        Self::new(
            Class::Forbidden,
            "forbidden",
            "This is not for the caller",
            message,
        )
    }

    /// Whoever asks asked too often.
    pub(crate) fn too_many_questions() -> Self {
        let message = "this caller asked more often than roles.ROLE.asks_per_minute allows: ask again later";
        Self::new(Class::Busy, "too_many_questions", "Too many questions", message)
    }

    /// Whoever asks was told of too many people.
    pub(crate) fn too_many_people() -> Self {
        let message =
            "this caller was told of as many people as roles.ROLE.people_per_hour allows: ask again later";
        Self::new(Class::Busy, "too_many_people", "Too many people", message)
    }

    /// There is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Class::Missing, code, "There is no such thing", message)
    }

    /// Only the owner can do it, and there is none, or no way there.
    pub fn no_owner() -> Self {
        let message = "carry out a command: expected a process that owns the tenant, and none does just now";
        Self::new(Class::Unavailable, "no_owner", "Nobody owns the tenant", message)
    }

    /// Nobody is meant: `message` says why.
    pub(crate) fn nobody_there(message: impl Into<Cow<'static, str>>) -> Self {
        Self::not_found("nobody_there", message)
    }

    /// A profile that was found was parted before it was read.
    pub(crate) fn changed_id() -> Self {
        Self::nobody_there("the profile just changed its id: ask again")
    }

    /// Several profiles are meant; the problem names them.
    pub fn several(profiles: &[ProfileId]) -> Self {
        let message = "several profiles are meant: ask for one of them by its id";
        Self::between(
            "several_profiles",
            "Several profiles are meant",
            message,
            profiles,
        )
    }

    /// Nobody holds the identifier; the problem names who mentions it.
    pub fn only_mentioned(profiles: &[ProfileId]) -> Self {
        let message = "the identifier is only mentioned: whoever mentions it may be somebody else, name a profile by its id";
        Self::between(
            "only_mentioned",
            "The identifier is only mentioned",
            message,
            profiles,
        )
    }

    fn between(
        code: &'static str,
        title: &'static str,
        message: &'static str,
        profiles: &[ProfileId],
    ) -> Self {
        let failure = Self::new(Class::Conflict, code, title, message);
        let ids = profiles.iter().map(ToString::to_string).collect();
        Self {
            problem: Box::new(failure.problem.with_profiles(ids)),
            ..failure
        }
    }

    /// Nobody was erased under this id.
    pub fn no_such_erasure() -> Self {
        let message = "read an erasure: expected the id that its receipt says";
        Self::new(
            Class::Missing,
            "no_such_erasure",
            "There is no such erasure",
            message,
        )
    }

    /// The request id belongs to another kind of command.
    pub fn used_request_id() -> Self {
        let message = "another kind of command was sent under this request_id: choose a new one";
        Self::new(
            Class::Conflict,
            "request_id_used",
            "The request id is used",
            message,
        )
    }

    /// The body is bigger than what is taken.
    pub fn too_large(bytes_max: usize) -> Self {
        let message = format!("expected at most {bytes_max} bytes after decompression");
        Self::new(Class::TooLarge, "too_large", "The body is too large", message)
    }

    /// The position that was asked for did not come in time.
    pub fn not_reached() -> Self {
        let message = "the position of min_position was not reached in time: ask again, or without it";
        Self::new(
            Class::Late,
            POSITION_NOT_REACHED,
            "The position was not reached",
            message,
        )
    }

    /// Whether it is that a position did not come in time.
    pub(crate) fn is_not_reached(&self) -> bool {
        self.code() == POSITION_NOT_REACHED
    }

    /// The request took too long.
    pub fn timed_out() -> Self {
        let message =
            "the request took too long: what it changes may still happen, send it again under the same id";
        Self::new(
            Class::Unavailable,
            "timed_out",
            "The request took too long",
            message,
        )
    }

    /// More is going on than the service takes at once; `message` says of what.
    pub fn overloaded(message: &'static str) -> Self {
        Self::new(Class::Unavailable, "overloaded", "The service is busy", message)
    }

    /// A fault of the service: `cause` goes to the log, an id to the client.
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        let id = Uuid::new_v4();
        tracing::error!(error.id = %id, error = %cause, "answer a request");
        let message = format!("the fault is in the log under {id}");
        Self::new(Class::Fault, "internal", "The service failed", message)
    }

    /// What kind it is.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The number of HTTP's that stands for it.
    pub const fn status(&self) -> u16 {
        self.class.status()
    }

    /// The reason, for programs.
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// The reason, for people.
    pub fn message(&self) -> &str {
        self.problem.message()
    }

    /// The body of the answer, as every edge tells it.
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The same, to be kept.
    pub fn into_problem(self) -> Problem {
        *self.problem
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        let (class, code, title) = match error {
            SubmitError::Busy => (Class::Busy, "busy", "The queue is full"),
            SubmitError::Stopped => (Class::Unavailable, "stopped", "The service takes nothing now"),
            SubmitError::NotOwner => (Class::Unavailable, "not_owner", "Another process owns the tenant"),
            SubmitError::DiskFull => (Class::Unavailable, "disk_full", "The disk is nearly full"),
        };
        Self::new(class, code, title, error.to_string())
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::NobodyThere => Self::nobody_there(error.to_string()),
            CommandError::Several(profiles) => Self::several(&profiles),
            CommandError::OnlyMentioned(profiles) => Self::only_mentioned(&profiles),
            CommandError::Nameless => Self::new(
                Class::Conflict,
                "nameless",
                "The profile cannot be reached",
                error.to_string(),
            ),
            CommandError::JoinsNobody => Self::new(
                Class::Conflict,
                "joins_nobody",
                "The identifier joins nobody",
                error.to_string(),
            ),
            CommandError::Indivisible => Self::new(
                Class::Conflict,
                "indivisible",
                "The two cannot be parted",
                error.to_string(),
            ),
            CommandError::NoSuchRule => Self::new(
                Class::Missing,
                "no_such_rule",
                "There is no such rule",
                error.to_string(),
            ),
            CommandError::NothingToUndo => Self::new(
                Class::Missing,
                "nothing_to_undo",
                "There is nothing to take back",
                error.to_string(),
            ),
            CommandError::TooLarge => Self::new(
                Class::TooLarge,
                "too_large",
                "The command is too large",
                error.to_string(),
            ),
            CommandError::Resolver | CommandError::NoResolver | CommandError::OneOfSeveral => {
                let title = "Another part of the tenant answers this";
                Self::new(Class::Conflict, "another_part", title, error.to_string())
            }
            CommandError::OnTheMove => {
                let title = "Customers are on their way";
                Self::new(Class::Unavailable, "on_the_move", title, error.to_string())
            }
            CommandError::Unavailable(error) => error.into(),
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::BadCursor => Self::bad_request(
                "bad_cursor",
                "expected the next of the page before, of the same profile",
            ),
            QueryError::Gone { first } => {
                let message = format!("what was asked for is kept no longer: the first position is {first}");
                Self::new(Class::Gone, "gone", "It is kept no longer", message)
            }
            error => Self::internal(&error),
        }
    }
}

#[cfg(test)]
mod tests;
