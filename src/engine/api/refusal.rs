//! Why the writer has no answer, or took nothing.

use crate::store::ProfileId;

/// Why a command has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Nobody holds the identifier, or there is no such profile.
    #[error("find who the command is about: nobody holds the identifier and no profile has the id")]
    NobodyThere,
    /// Several do.
    #[error("find who the command is about: {} profiles hold the identifier, name one of them", .0.len())]
    Several(Vec<ProfileId>),
    /// Nobody holds the identifier; these mention it.
    #[error("find who the command is about: the identifier is only mentioned, by {} profiles, name one by its id", .0.len())]
    OnlyMentioned(Vec<ProfileId>),
    /// It fits no commit.
    #[error("carry out the command: what it says or adds to is larger than a record or a commit may be")]
    TooLarge,
    /// The command's target left no identifier by which a command could reach them.
    #[error("reach the profile: it holds no identifier, only events without one")]
    Nameless,
    /// The identifier joins nobody, so that nobody can be parted by it.
    #[error(
        "keep two apart: the identifier joins nobody (it is only mentioned, on an owned device, or so many hold it); name a \
         profile, or take back the event that is wrong"
    )]
    JoinsNobody,
    /// Whatever leads to one of two leads to the other.
    #[error(
        "keep two apart: every event that leads to one of them leads to the other too; take back the event that says so"
    )]
    Indivisible,
    /// There is no such rule.
    #[error(
        "start a flow: expected the name of a flow, and of a segment where it is started for one, that the rules have"
    )]
    NoSuchRule,
    /// There is no such thing to take back.
    #[error(
        "take back: no word or event of a channel has this id now, or the profile was not absorbed; expected what a merge or \
         a separation answered, an event's source and id, or an absorbed profile's id"
    )]
    NothingToUndo,
    /// A resolver has no customers.
    #[error(
        "carry out the command: asked of the resolver of a tenant with partitions; expected at the partition that has the \
         customer"
    )]
    Resolver,
    /// Only a resolver knows of partitions.
    #[error(
        "connect values: asked of an engine that has customers; expected at the resolver of a tenant with partitions"
    )]
    NoResolver,
    /// One partition does not know all customers.
    #[error(
        "rank all customers: asked of one partition; expected at its tenant, whose partitions are ranked together"
    )]
    OneOfSeveral,
    /// A move between partitions was interrupted in the middle, and is to be gone on with first.
    #[error(
        "carry out the command: customers of this partition are on their way from one partition to another, and not all of \
         what they have is there; try again"
    )]
    OnTheMove,
    /// The service cannot take it now.
    #[error(transparent)]
    Unavailable(#[from] SubmitError),
}

/// Why the writer took nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue was full for as long as a caller may wait.
    #[error("hand over to the writer: its queue is full, try again")]
    Busy,
    /// The service is shutting down, or the writer stopped after a failed write.
    #[error("hand over to the writer: it has stopped")]
    Stopped,
    /// This process stands by: another one writes.
    #[error("hand over to the writer: another process owns the tenant, ask that one")]
    NotOwner,
    /// The disk is nearly full.
    #[error("hand over to the writer: the disk is nearly full, send it again once there is room")]
    DiskFull,
}
