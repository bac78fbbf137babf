//! Customers on their way from one partition to another, and look-ups by a process that does not know yet what the resolver's
//! owner does: neither is a reason to say that nobody is there.
//!
//! A command goes where the owner of the resolver says that the customer is, once they have come there. A question is answered
//! by what is known here; where that is nobody, it is asked once more when whoever was on the way has come.

use axum::{
    body::{Body, to_bytes},
    http::{StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use serde::Deserialize;
use tokio::time::timeout;

use crate::{
    api::{self, ConnectAnswer},
    domain::identity::Key,
    engine::{Position, api::Target},
    http::{
        failure::Failure,
        partitions::{
            find::{first, places},
            gateway::Desk,
            position::carried_out,
            served::Served,
        },
    },
};

/// The code of what nobody is there for.
const NOBODY_THERE: &str = "nobody_there";

impl Desk<'_> {
    /// Whoever has those who are meant, or says that there is none.
    pub(crate) async fn meant(&self, whom: Vec<Target>) -> Result<Response, Failure> {
        if self.is_command {
            let place = match whom.first() {
                Some(target) => match self.settled(target).await? {
                    Some(place) => place,
                    None => self.answered(target).await?,
                },
                None => 0,
            };
            return self.at(place).await;
        }
        let answer = self.told_by(&whom).await?;
        match self.sure(answer, &whom).await? {
            Some(answer) => Ok(answer),
            None => self.told_by(&whom).await,
        }
    }

    /// What is known here of those who are meant.
    async fn told_by(&self, whom: &[Target]) -> Result<Response, Failure> {
        let found = places(self.api, self.gateway.partitions(), whom.to_vec());
        let mut places: Vec<u32> = found.await?.into_iter().flatten().collect();
        places.sort_unstable();
        places.dedup();
        match places.as_slice() {
            [] => self.at(0).await,
            [one] => self.at(*one).await,
            several => self.one_of(several).await,
        }
    }

    /// Which partition has somebody by the word of the resolver's owner, once they have come there; `None` where nobody is.
    pub(crate) async fn settled(&self, target: &Target) -> Result<Option<u32>, Failure> {
        let key = match target {
            Target::Identifier(key) => key.clone(),
            Target::Profile(_) => {
                let Some(place) = self.place_of(target).await? else {
                    return Ok(None);
                };
                match self.known_by(target, place).await? {
                    Some(key) => key,
                    // Nothing can lead them elsewhere.
                    None => return Ok(Some(place)),
                }
            }
        };
        match self.connected(vec![key]).await {
            Ok(connected) => {
                self.have_come(connected).await?;
                Ok(Some(connected.partition))
            }
            Err(failure) if failure.code() == NOBODY_THERE => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Who answers a command that names somebody who is nowhere. Of an id that is nobody's any more whoever was asked about it
    /// before: who asks again is told what they were told first, as the receipt of an erasure.
    pub(crate) async fn answered(&self, target: &Target) -> Result<u32, Failure> {
        let Target::Profile(id) = target else {
            return Ok(0);
        };
        let (parts, id) = (self.parts()?, *id);
        let found = self
            .api
            .ask("find", move |_| first(&parts, |part| part.has_answered(id)));
        Ok(found.await?.unwrap_or(0))
    }

    /// Waits until those have come who were brought together.
    pub(crate) async fn have_come(&self, connected: ConnectAnswer) -> Result<(), Failure> {
        let partition = self.gateway.partitions().at(connected.partition)?;
        let through = Position(connected.position);
        let coming = async {
            self.api.handle.reached(through).await;
            carried_out(&self.api.handle, &partition, through).await
        };
        let come = timeout(self.api.limits.position_wait, coming).await;
        come.unwrap_or_else(|_| Err(api::Failure::timed_out().into()))
    }

    /// Which partition has somebody as it is known here, once more when all have come where nobody has.
    async fn place_of(&self, target: &Target) -> Result<Option<u32>, Failure> {
        let whom = std::slice::from_ref(target);
        let find = || places(self.api, self.gateway.partitions(), whom.to_vec());
        let found = find().await?.into_iter().flatten().next();
        match found {
            None if self.come(whom).await? => Ok(find().await?.into_iter().flatten().next()),
            found => Ok(found),
        }
    }

    /// A value by which the resolver knows somebody who is in a partition.
    pub(crate) async fn known_by(&self, target: &Target, place: u32) -> Result<Option<Key>, Failure> {
        let (partition, target) = (self.gateway.partitions().at(place)?, target.clone());
        let part = partition.handle.query();
        let found = self.api.ask("find", move |resolver| {
            for key in part.values_of(&target)? {
                if resolver.partition_of(&key)?.is_some() {
                    return Ok(Some(key));
                }
            }
            Ok(None)
        });
        Ok(found.await?)
    }

    /// An answer, unless it says that nobody is there: `None` where it is to be asked once more, as all have come now.
    pub(crate) async fn sure(&self, answer: Response, whom: &[Target]) -> Result<Option<Response>, Failure> {
        let (is_nobody, answer) = nobody(answer).await?;
        Ok(match is_nobody && self.come(whom).await? {
            true => None,
            false => Some(answer),
        })
    }

    /// Waits until all have come to where the resolver has them.
    pub(crate) async fn all_come(&self) -> Result<bool, Failure> {
        self.come_to(self.gateway.partitions().all()?).await
    }

    /// Waits until those who are meant have come to where the resolver has them, who by an id may be anywhere; whether it has
    /// any of them.
    pub(crate) async fn come(&self, whom: &[Target]) -> Result<bool, Failure> {
        let partitions = self.gateway.partitions();
        let served = match whom.iter().any(|one| matches!(one, Target::Profile(_))) {
            true => partitions.all()?,
            false => {
                let found = places(self.api, partitions, whom.to_vec()).await?;
                let found = found.into_iter().flatten();
                found
                    .map(|place| partitions.at(place))
                    .collect::<Result<_, _>>()?
            }
        };
        self.come_to(served).await
    }

    /// ORDER: where the resolver is is read behind the look-up, so that it is as far as what that told.
    async fn come_to(&self, served: Vec<Served>) -> Result<bool, Failure> {
        let through = self.api.handle.applied();
        let coming = async {
            for partition in &served {
                carried_out(&self.api.handle, partition, through).await?;
            }
            Ok(!served.is_empty())
        };
        let longest = self.api.limits.position_wait;
        let within = self.asked.deadline(self.api.limits.flat_deadline);
        let wait = within.map_or(longest, |within| longest.min(within / 2));
        let come = timeout(wait, coming).await;
        come.unwrap_or_else(|_| Err(api::Failure::timed_out().into()))
    }
}

/// Whether an answer says that nobody is there, and the answer.
async fn nobody(answer: Response) -> Result<(bool, Response), Failure> {
    #[derive(Deserialize)]
    struct Says {
        #[serde(rename = "match")]
        matched: Option<String>,
        outcome: Option<String>,
    }
    let is_json = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    match answer.status() {
        StatusCode::NOT_FOUND => return Ok((true, answer)),
        StatusCode::OK if is_json => {}
        _ => return Ok((false, answer)),
    }
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX).await;
    let bytes = bytes.map_err(|error| Failure::internal(&error))?;
    let is_nobody = serde_json::from_slice::<Says>(&bytes).is_ok_and(|says| {
        says.matched.as_deref() == Some("none") || says.outcome.as_deref() == Some("unknown")
    });
    Ok((is_nobody, Response::from_parts(parts, Body::from(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_there_only_where_an_answer_says_so() {
        for (status, body, expected) in [
            (404, "{}", true),
            (200, r#"{"match":"none","profiles":[]}"#, true),
            (200, r#"{"outcome":"unknown"}"#, true),
            (200, r#"{"match":"one"}"#, false),
            (200, r#"{"match":{}}"#, false),
            (200, "[]", false),
            (307, r#"{"match":"none"}"#, false),
            (503, "{}", false),
        ] {
            let answer = Response::builder()
                .status(status)
                .header(CONTENT_TYPE, "application/json")
                .body(Body::from(body))
                .unwrap();
            let (is_nobody, answer) = nobody(answer).await.unwrap();
            assert_eq!(is_nobody, expected, "{status} {body}");
            let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            assert_eq!(bytes, body.as_bytes(), "it is told as it is");
        }
    }
}
