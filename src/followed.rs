//! Files that are looked at again while the service runs, as whoever renews a certificate or a key expects: owns when
//! that is done and how it is told.
//!
//! What files hold, and what is made of it, is their owner's matter ([`Files`]): `http` has a certificate, `app` keys.

use std::{error::Error, time::Duration};

use tokio::time::sleep;

/// What something is made of.
pub trait Files: Send {
    /// What the log calls them.
    const WHAT: &'static str;
    /// Why they cannot be used.
    type Error: Error + 'static;

    /// Takes what they hold, where it is something else than before. What cannot be used changes nothing.
    fn look(&mut self) -> Look<Self::Error>;
}

/// What came of a look at files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look<E> {
    /// Whether something else was taken than before.
    pub is_new: bool,
    /// What cannot be used.
    pub refused: Vec<E>,
}

/// All of it was taken, or none.
impl<E> From<Result<bool, E>> for Look<E> {
    fn from(taken: Result<bool, E>) -> Self {
        match taken {
            Ok(is_new) => Self {
                is_new,
                refused: Vec::new(),
            },
            Err(error) => Self {
                is_new: false,
                refused: vec![error],
            },
        }
    }
}

/// Looks at `files` `every` so often; `refused` counts what cannot be used. Never ends.
pub async fn follow<F: Files>(mut files: F, every: Duration, refused: impl Fn() + Send) {
    loop {
        sleep(every).await;
        let look = files.look();
        if look.is_new {
            tracing::info!(files = F::WHAT, "took what the files hold now");
        }
        for error in look.refused {
            refused();
            tracing::warn!(
                files = F::WHAT,
                error = &error as &dyn Error,
                "look at files again: what they held before stays"
            );
        }
    }
}
