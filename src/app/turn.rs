//! What a process is to its tenant next. Duties turn into each other here, and nowhere else do they know of one another.

use crate::app::{error::ServiceError, owner::Owning, shop::Shop, standby::Waiting};

/// What comes next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The process owns its tenant.
    Owner(Box<Owning>),
    /// Another process owns it.
    Standby(Box<Waiting>),
    /// Another process owns it, at the other end of a line.
    Shop(Box<Shop>),
    /// Nothing: it stopped, or could not go on.
    Ended(Result<(), ServiceError>),
}
