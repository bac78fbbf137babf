//! The way from those who stand by for a resolver to its owner, who alone brings together what is in several partitions, and has
//! what was refused.

use async_nats::{Client, Request};

use crate::{
    api::{Carrying, Errand, ToResolver, Unanswered, Undelivered},
    nats::{
        assets::Names,
        service::{calls::Call, delivered::delivered},
    },
};

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
        let request = Request::new().payload(body.into());
        let answer = delivered(&self.client, subject, request).await;
        let answer = answer.map_err(|undelivered| match undelivered {
            Undelivered::NoOwner => Unanswered::NoOwner,
            Undelivered::Lost => Unanswered::Lost,
            Undelivered::Refused(refusal) => Unanswered::Refused(refusal.status),
        })?;
        Ok(answer.payload.to_vec())
    }
}

impl ToResolver for OwnerOfResolver {
    fn ask(&self, errand: Errand, body: Vec<u8>) -> Carrying<'_> {
        Box::pin(self.asked(errand, body))
    }
}
