//! Who owns a tenant, as far as asking tells. The fence of the journal is what makes a second owner harmless; asking
//! first spares both the trouble.

use std::time::Duration;

use async_nats::{Client, RequestErrorKind};
use serde::{Deserialize, Serialize};

use crate::nats::service::calls::Call;

/// How long an owner has to answer, busy as its machine may be: one that does not is taken for gone, and fenced.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// A process that owns a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Which process.
    pub id: String,
    /// Its term of ownership.
    pub epoch: u64,
}

/// Why this process does not become the owner.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// There is one, and it is well.
    #[error("own the tenant {tenant}: the process {} owns it with epoch {}; stop that one first, or name another tenant in data.tenant", owner.id, owner.epoch)]
    Owned {
        /// The tenant.
        tenant: String,
        /// Who owns it.
        owner: Owner,
    },
    /// Nobody knows.
    #[error("ask whether the tenant {tenant} has an owner")]
    Ask {
        /// The tenant.
        tenant: String,
        /// Why there is no answer.
        source: async_nats::RequestError,
    },
}

/// Refuses where a live process owns the tenant (`tenant` as a subject token).
///
/// # Errors
/// [`OwnerError::Owned`] when it answers, [`OwnerError::Ask`] when asking fails.
pub async fn refuse_second_owner(client: &Client, tenant: &str) -> Result<(), OwnerError> {
    let subject = format!("yekta.v1.{tenant}.{}", Call::Owner.subject());
    let request = async_nats::Request::new().timeout(Some(ANSWER_WAIT));
    match client.send_request(subject, request).await {
        Ok(answer) => match serde_json::from_slice(&answer.payload) {
            Ok(owner) => Err(OwnerError::Owned {
                tenant: tenant.to_owned(),
                owner,
            }),
            // Not one of ours: whoever answers there cannot write to the journal either.
            Err(_) => Ok(()),
        },
        Err(error)
            if matches!(
                error.kind(),
                RequestErrorKind::NoResponders | RequestErrorKind::TimedOut
            ) =>
        {
            Ok(())
        }
        Err(source) => Err(OwnerError::Ask {
            tenant: tenant.to_owned(),
            source,
        }),
    }
}
