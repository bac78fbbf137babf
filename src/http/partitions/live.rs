//! A card that is shown live, while its caller stays in one partition: it ends when they go to another, and whoever looks at it
//! asks for it again.

use std::{future::pending, time::Duration};

use axum::{body::Body, response::Response};
use futures_util::StreamExt;
use tokio::time::sleep;

use crate::{
    api::Api,
    engine::api::Target,
    http::{
        failure::Failure,
        partitions::{
            find::{places, targets},
            gateway::Desk,
            table::Named,
        },
    },
};

/// Two looks at where the caller is are so far apart, at least.
const PACE: Duration = Duration::from_millis(500);

impl Desk<'_> {
    /// The card as whoever has the caller shows it, once they have come there.
    pub(crate) async fn live(&self) -> Result<Response, Failure> {
        let whom = targets(self.api, self.asked, Named::PhoneOfLink);
        self.come(&whom).await?;
        let found = places(self.api, self.gateway.partitions(), whom.clone()).await?;
        let place = found.into_iter().flatten().next().unwrap_or(0);
        let card = self.at(place).await?;
        let Some(caller) = whom.into_iter().next().filter(|_| card.status().is_success()) else {
            return Ok(card);
        };
        let moved = moved(self.api.clone(), caller, place);
        Ok(card.map(|body| Body::from_stream(body.into_data_stream().take_until(moved))))
    }
}

/// Ends when the resolver has the caller elsewhere.
async fn moved(api: Api, caller: Target, place: u32) {
    let Target::Identifier(key) = caller else {
        // Whoever is named by an id is found wherever they are.
        return pending().await;
    };
    let mut changes = api.handle.changes();
    loop {
        changes.borrow_and_update();
        let asked = key.clone();
        let found = api.ask("find", move |resolver| resolver.partition_of(&asked));
        match found.await {
            Ok(Some(now)) if now != place => return,
            Ok(_) => {}
            Err(failure) => {
                tracing::warn!(
                    code = failure.code(),
                    "look for the caller of a card that is shown"
                );
                return;
            }
        }
        sleep(PACE).await;
        if changes.changed().await.is_err() {
            // The writer has stopped, and the service ends the card with it.
            pending::<()>().await;
        }
    }
}
