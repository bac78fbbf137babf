//! Whether what somebody showed still stands: owns the credentials of the moment, which change while the service runs,
//! and what is looked for in them again while a stream goes on.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{api::guard::credentials::Credentials, domain::time::Timestamp, wire::digest::Digest};

/// The credentials of the moment. Clones have the same.
#[derive(Clone, Debug)]
pub(super) struct Current(Arc<RwLock<Arc<Credentials>>>);

impl Current {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(credentials))))
    }

    pub(super) fn get(&self) -> Arc<Credentials> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set(&self, credentials: Credentials) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(credentials);
    }
}

/// What somebody is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing is asked of anybody.
    Nothing,
    /// The key with this digest.
    Key(Digest),
    /// A token that the public key with this digest checks.
    Token(Digest),
}

/// What somebody showed, and where to look for it again.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) proof: Proof,
    /// Until when it is good; `None` is without end.
    pub(super) until: Option<Timestamp>,
    pub(super) current: Current,
}

impl Standing {
    /// Whether it is good no longer: its time is over, or it was taken out.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now) || !self.current.get().holds(self.proof)
    }
}
