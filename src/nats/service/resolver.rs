//! The way from those who stand by for a resolver to its owner, who alone brings together what is in several partitions, and has
//! what was refused.

use std::time::Duration;

use async_nats::{Client, Request, RequestErrorKind, service::NATS_SERVICE_ERROR_CODE};

use crate::{
    api::{Carrying, Errand, ToResolver, Unanswered},
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
    /// What subjects of the tenant begin with.
    prefix: String,
}

impl OwnerOfResolver {
    /// That of the tenant with these names.
    pub fn of(client: Client, names: &Names) -> Self {
        Self {
            client,
            prefix: names.prefix().to_owned(),
        }
    }

    async fn asked(&self, errand: Errand, body: Vec<u8>) -> Result<Vec<u8>, Unanswered> {
        let call = match errand {
            Errand::Connect => Call::Connect,
            Errand::EraseRefused => Call::EraseRefused,
        };
        let subject = format!("{}.{}", self.prefix, call.subject());
        let request = Request::new().payload(body.into()).timeout(Some(ANSWER_WAIT));
        let answer = self.client.send_request(subject, request).await;
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
    fn ask(&self, errand: Errand, body: Vec<u8>) -> Carrying<'_> {
        Box::pin(self.asked(errand, body))
    }
}
