//! What is to change of which tenants there are, as whoever hosts them is told: owns [`Change`], and that the log tells who
//! wanted it. Carried out one after the other, and answered once it is.

use thiserror::Error;
use tokio::sync::oneshot;

use crate::{api, http::failure::Failure, telemetry::Secret};

/// Something that is to change.
#[derive(Debug)]
pub struct Change {
    /// Whose file, as it was sent.
    pub name: String,
    /// What is to become of it.
    pub wanted: Wanted,
    /// Who wants it.
    pub asking: Asking,
}

/// Who wants something changed, and waits for it, as far as they have the patience.
#[derive(Debug)]
pub struct Asking {
    /// Their name as a log may tell it.
    pub who: String,
    /// Their role.
    pub role: &'static str,
    /// Where what became of it is told.
    pub answer: oneshot::Sender<Result<Changed, Refused>>,
}

impl Asking {
    /// Tells the log what became of the file `name`, and whoever waits. Who waited may be gone: the log knows all the same.
    pub fn told(self, name: &str, changed: Result<Changed, Refused>) {
        let Self { who, role, answer } = self;
        match &changed {
            // What was sent as a name may be anything, but for who is a tenant by it.
            Ok(Changed::Missing) => {}
            Ok(changed) => {
                tracing::info!(
                    tenant = name,
                    caller.name = who,
                    caller.role = role,
                    ?changed,
                    "administer a tenant"
                );
            }
            Err(refused) => {
                tracing::info!(caller.name = who, caller.role = role, %refused, "refuse to administer a tenant");
            }
        }
        answer.send(changed).ok();
    }
}

/// What is to become of a tenant's file.
#[derive(Debug)]
pub enum Wanted {
    /// It says this. It may hold keys.
    Text(Secret),
    /// It is gone.
    Nothing,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// There is a tenant that was not there.
    Added,
    /// A tenant is served as its file says now.
    Replaced,
    /// A tenant was ended.
    Removed,
    /// There was none to be removed.
    Missing,
}

/// Why nothing changed.
#[derive(Debug, Error)]
pub enum Refused {
    /// The file cannot be used: all that is wrong with it, without any secret.
    #[error("use the file of a tenant: expected one that is sound beside the others, and found {} problems", .0.len())]
    Unusable(Vec<String>),
    /// The folder is not there, or an empty one is in its place, as where a volume is not mounted.
    #[error("change a tenant: expected the folder of tenants.dir to be there with its files")]
    Away,
    /// The files cannot be read or written: what was attempted, and what the system said.
    #[error("{0}")]
    Failed(String),
    /// The process stops.
    #[error("change a tenant: expected a process that goes on, and this one stops")]
    Stopping,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let unavailable = |code, title| {
            let message = refused.to_string();
            api::Failure::new(api::Class::Unavailable, code, title, message).into()
        };
        match refused {
            Refused::Unusable(problems) => Self::unusable(
                "bad_tenant",
                "expected the name of a tenant and a file that can be used beside the others: see problems",
                problems,
            ),
            Refused::Away => unavailable("tenants_away", "The files of the tenants are away"),
            Refused::Failed(cause) => Self::internal(&cause),
            Refused::Stopping => unavailable("stopped", "The service takes nothing now"),
        }
    }
}
