//! The way from those who stand by for a resolver to its owner, who alone brings together what is in several partitions.

use std::time::Duration;

use async_nats::{Client, Request, RequestErrorKind, service::NATS_SERVICE_ERROR_CODE};

use crate::{
    api::{Carrying, ToResolver, Unanswered},
    nats::{assets::Names, service::calls::Call},
};

/// How long the owner may take: its commit, and those of the batch that it is in.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// What stands for an answer whose number cannot be read.
const UNREADABLE: u16 = 500;

/// The owner of a resolver, whichever process that is.
#[derive(Clone, Debug)]
pub struct OwnerOfResolver {
    client: Client,
    subject: String,
}

impl OwnerOfResolver {
    /// That of the tenant with these names.
    pub fn of(client: Client, names: &Names) -> Self {
        Self {
            client,
            subject: format!("{}.{}", names.prefix(), Call::Connect.subject()),
        }
    }

    async fn asked(&self, body: Vec<u8>) -> Result<Vec<u8>, Unanswered> {
        let request = Request::new().payload(body.into()).timeout(Some(ANSWER_WAIT));
        let answer = self.client.send_request(self.subject.clone(), request).await;
        let answer = answer.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => Unanswered::NoOwner,
            _ => Unanswered::Lost,
        })?;
        let code = answer.headers.as_ref();
        match code.and_then(|headers| headers.get(NATS_SERVICE_ERROR_CODE)) {
            Some(code) => Err(Unanswered::Refused(code.as_str().parse().unwrap_or(UNREADABLE))),
            None => Ok(answer.payload.to_vec()),
        }
    }
}

impl ToResolver for OwnerOfResolver {
    fn ask(&self, body: Vec<u8>) -> Carrying<'_> {
        Box::pin(self.asked(body))
    }
}
