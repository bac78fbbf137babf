//! Partitions that another process owns. A client over HTTP is sent there; for whoever cannot be sent this process asks there, and
//! so it does where one command is carried out in several partitions.

use axum::{
    Json,
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    api::{self, Order, Refusal, ToPartition, Undelivered},
    engine::{Health, Position},
    http::{
        failure::Failure,
        partitions::{gateway::Desk, served::Served, steps::written, told::read},
    },
    wire::out::problem::Problem,
};

/// The member of the answer to a start with how many there were.
const MEMBERS: &str = "members";

impl Desk<'_> {
    /// Whether this process has it done by the owner of a partition, if it does not own it itself.
    pub(crate) fn asks_owners(&self) -> Option<&dyn ToPartition> {
        self.gateway.owners().filter(|_| self.asked.is_order())
    }

    /// What the owner of a partition answers.
    pub(crate) async fn by_owner(&self, partition: &Served, order: Order) -> Result<Response, Failure> {
        let Some(owners) = self.gateway.owners() else {
            return Err(api::Failure::no_owner().into());
        };
        match owners.ask(partition.index, order, self.asked.shown()).await {
            Ok(answer) => {
                let json = HeaderValue::from_static("application/json");
                let mut response = Response::new(Body::from(answer));
                response.headers_mut().insert(CONTENT_TYPE, json);
                Ok(response)
            }
            Err(Undelivered::Refused(refusal)) => Ok(refused(&refusal)),
            Err(undelivered) => Err(api::Failure::from(undelivered).into()),
        }
    }

    /// Waits until this process knows of each of these partitions what its owner has committed by now.
    pub(crate) async fn level(&self, served: &[Served]) -> Result<(), Failure> {
        let is_followed = |one: &&Served| one.handle.health() != Health::Ready;
        let followed: Vec<&Served> = served.iter().filter(is_followed).collect();
        let Some(owners) = self.gateway.owners().filter(|_| !followed.is_empty()) else {
            return Ok(());
        };
        let positions = owners.positions().await.map_err(api::Failure::from)?;
        let reaching = async {
            for one in followed {
                let position = positions.get(&one.index).copied();
                one.handle
                    .reached(Position(position.ok_or_else(api::Failure::no_owner)?))
                    .await;
            }
            Ok::<(), api::Failure>(())
        };
        let level = timeout(self.api.limits.position_wait, reaching).await;
        level.unwrap_or_else(|_| Err(api::Failure::timed_out()))?;
        Ok(())
    }

    /// Starts a flow for all who are in a segment, in one partition after the other. Where one fails it is told, and whoever sends
    /// it again under the same id has it done in those that are left: the others give their first answer.
    pub(crate) async fn everywhere(&self) -> Result<Response, Failure> {
        let (mut count, mut last) = (0_u64, None);
        for partition in self.gateway.partitions().all()? {
            let response = self.ask(&partition, self.asked.starting()?).await?;
            let (parts, body) = response.into_parts();
            match parts.status {
                StatusCode::OK => {}
                // It is owned elsewhere, and there is no way there.
                status if status.is_redirection() => return Err(api::Failure::no_owner().into()),
                _ => return Ok(Response::from_parts(parts, body)),
            }
            let members = read(body).await?;
            let started = members.get(MEMBERS).and_then(Value::as_u64);
            count = count.saturating_add(started.unwrap_or_default());
            last = Some((parts, members));
        }
        let Some((parts, mut members)) = last else {
            return self.at(0).await;
        };
        members.insert(MEMBERS.to_owned(), count.into());
        written(parts, &members)
    }
}

/// A refusal as HTTP tells it.
fn refused(refusal: &Refusal) -> Response {
    let Refusal {
        status,
        code,
        message,
    } = refusal;
    let problem = json!({
        "type": format!("urn:yekta:problem:{code}"),
        "title": "The owner of the partition refused",
        "status": status,
        "detail": message,
        "code": code,
        "message": message,
    });
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = HeaderValue::from_static(Problem::MEDIA_TYPE);
    (status, [(CONTENT_TYPE, kind)], Json(problem)).into_response()
}
