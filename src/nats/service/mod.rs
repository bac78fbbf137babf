//! The service `yekta` on NATS (services framework, ADR-32): the requests and answers of [`crate::api`], one subject
//! each.
//!
//! Owns the subjects and how many requests are worked on at once. Never decides anything: a request is one JSON body, an
//! answer too, and a failure stands in the headers `Nats-Service-Error` (`code: message`) and `Nats-Service-Error-Code`
//! (the status that HTTP would answer). Started by `app` once the engine runs. For a tenant with partitions its gateway answers,
//! which is asked by the routes of HTTP (`routes`).

pub(crate) mod calls;
mod delivered;
mod owner;
mod partition;
mod resolver;
pub(crate) mod routes;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_nats::{
    Client, Message,
    service::{self, Request, ServiceExt},
};
use futures_util::{StreamExt, stream::select_all};
use tokio::sync::{Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use crate::nats::service::{
    owner::{Owner, OwnerError, refuse_second_owner},
    partition::OwnersOfPartitions,
    resolver::OwnerOfResolver,
};
use crate::{
    api::{
        Api, AsOne, Failure, OnRoute, Refusal, Shown,
        guard::{Caller, Guard},
    },
    nats::service::calls::Call,
};

/// Whoever asks shows a key or a token in it: `Bearer …`.
const AUTHORIZATION: &str = "Authorization";
/// What it is asked for, as the audit log notes it.
const PURPOSE: &str = "Yekta-Purpose";
/// The service's name.
const NAME: &str = "yekta";
/// Requests that wait while as many are worked on as may be; more are refused at once. What nobody takes the client keeps
/// up to some bound and drops behind it, and who asked would wait for nothing.
const WAITING_MAX: usize = 1_024;

/// Bounds of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Requests that are worked on at once; more wait, and too many are refused.
    pub in_flight_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
}

/// The service cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("register the service {NAME} with NATS")]
pub struct ServiceError(#[source] async_nats::Error);

/// What the service answers with, and what `nats micro stats` shows of it.
#[derive(Clone, Debug)]
pub struct Answering {
    /// The questions and commands.
    pub api: Api,
    /// Who may ask for what.
    pub guard: Guard,
    /// Who answers what is about customers, where the tenant has partitions; `None` of any other.
    pub as_one: Option<Arc<dyn AsOne>>,
    /// The tenant as a subject token.
    pub tenant: String,
    /// Who answers.
    pub instance: Instance,
    /// Messages of the input stream that are not consumed yet, once that is known; a standby does not know.
    pub lag: watch::Receiver<Option<u64>>,
    /// Bounds.
    pub limits: ServiceLimits,
}

/// A process that answers.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Itself, and its term where it owns the tenant.
    pub owner: Owner,
    /// What operators call it.
    pub name: String,
    /// What it is to the tenant.
    pub role: Role,
}

/// What a process is to its tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It owns the tenant, and carries commands out, too.
    Owner,
    /// It takes the tenant over where its owner is gone.
    Standby,
    /// It serves a shop, and never owns the tenant.
    Shop,
}

impl Role {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Standby => "standby",
            Self::Shop => "shop",
        }
    }
}

/// A service that answers.
#[derive(Debug)]
pub struct Service {
    stopping: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Answering {
    /// Registers the service and answers from now on.
    ///
    /// # Errors
    /// [`ServiceError`] when a subject cannot be subscribed to.
    pub async fn start(self, client: &Client) -> Result<Service, ServiceError> {
        let registered = self.register(client).await.map_err(ServiceError)?;
        let stopping = CancellationToken::new();
        let serving = tokio::spawn(serve(Arc::new(self), registered, stopping.clone()));
        Ok(Service { stopping, serving })
    }

    async fn register(&self, client: &Client) -> Result<Registered, async_nats::Error> {
        let metadata = HashMap::from([
            ("tenant".to_owned(), self.tenant.clone()),
            ("role".to_owned(), self.instance.role.as_str().to_owned()),
            ("name".to_owned(), self.instance.name.clone()),
            ("epoch".to_owned(), self.instance.owner.epoch.to_string()),
            ("schema".to_owned(), "yekta.v1".to_owned()),
        ]);
        let told = self.clone();
        let service = client
            .service_builder()
            .description("One customer, one profile, on every channel")
            .metadata(metadata)
            .stats_handler(move |_, _| told.stats())
            .start(NAME, env!("CARGO_PKG_VERSION"))
            .await?;
        let group = service.group(format!("yekta.v1.{}", self.tenant));
        let mut endpoints = Vec::new();
        let is_owner = self.instance.role == Role::Owner;
        for call in Call::ALL
            .into_iter()
            .filter(|call| is_owner || !call.is_command())
        {
            let endpoint = group.endpoint_builder().name(call.name());
            endpoints.push((call, endpoint.add(call.subject()).await?));
        }
        Ok(Registered { service, endpoints })
    }

    /// What an operator wants to know of this instance.
    fn stats(&self) -> serde_json::Value {
        let input = self
            .api
            .handle
            .consumed()
            .borrow()
            .as_ref()
            .map(|input| input.sequence);
        serde_json::json!({
            "tenant": self.tenant,
            "owner": self.instance.owner.id,
            "role": self.instance.role.as_str(),
            "name": self.instance.name,
            "epoch": self.instance.owner.epoch,
            "position": self.api.handle.applied().0,
            "input": input,
            "lag": *self.lag.borrow(),
            "room": self.api.handle.has_room(),
        })
    }

    async fn answer(&self, call: Call, message: &Message) -> Result<Vec<u8>, Refusal> {
        if message.payload.len() > self.limits.body_bytes_max {
            return Err(Failure::too_large(self.limits.body_bytes_max).into());
        }
        match self.for_the_gateway(call, message)? {
            Some((gateway, asked)) => self.in_time(gateway.answer(asked)).await,
            None => self.in_time(Box::pin(self.answer_here(call, message))).await,
        }
    }

    /// The gateway, and what it is asked, where the tenant has partitions and this is about its customers. It lets the caller in.
    fn for_the_gateway(
        &self,
        call: Call,
        message: &Message,
    ) -> Result<Option<(&dyn AsOne, OnRoute)>, Failure> {
        if self.api.handle.partitions().is_none() {
            return Ok(None);
        }
        let asked = routes::on_route(call, &message.payload, shown(message));
        // Whoever may not ask is told so first, and whoever may has asked.
        let Some(asked) = asked.or_else(|failure| self.admitted(call, message).and(Err(failure)))? else {
            return Ok(None);
        };
        match &self.as_one {
            Some(gateway) => Ok(Some((gateway.as_ref(), asked))),
            None => {
                let alone =
                    Failure::internal(&"a resolver was asked that nobody says of where its partitions are");
                self.admitted(call, message).and(Err(alone))
            }
        }
    }

    async fn in_time<E: Into<Refusal>>(
        &self,
        answering: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Vec<u8>, Refusal> {
        match tokio::time::timeout(self.limits.request_timeout, answering).await {
            Ok(answered) => answered.map_err(Into::into),
            Err(_) => Err(Failure::timed_out().into()),
        }
    }

    /// Who asks, if they may; nobody of what needs no key.
    fn admitted(&self, call: Call, message: &Message) -> Result<Option<Caller>, Failure> {
        let Some(action) = call.action() else {
            return Ok(None);
        };
        let caller = self.guard.admit(secret(message), action)?;
        Ok(Some(caller.for_purpose(header(message, PURPOSE))))
    }

    async fn answer_here(&self, call: Call, message: &Message) -> Result<Vec<u8>, Failure> {
        let caller = self.admitted(call, message)?;
        let api = caller
            .as_ref()
            .map_or_else(|| self.api.clone(), |caller| self.api.answering(caller.clone()));
        let answer = call.answer(&api, &self.instance, &message.payload).await?;
        match caller {
            Some(caller) if !caller.sees_all() => {
                let shown = caller.shown(&answer)?;
                serde_json::to_vec(&shown).map_err(|error| Failure::internal(&error))
            }
            _ => Ok(answer),
        }
    }
}

/// What whoever asks shows, for another edge.
fn shown(message: &Message) -> Shown {
    Shown {
        secret: secret(message).map(str::to_owned),
        purpose: header(message, PURPOSE).map(str::to_owned),
    }
}

/// What whoever asks shows: the key or token in the header `Authorization`, as HTTP has it.
fn secret(message: &Message) -> Option<&str> {
    let (scheme, secret) = header(message, AUTHORIZATION)?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn header<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    Some(message.headers.as_ref()?.get(name)?.as_str())
}

struct Registered {
    service: service::Service,
    endpoints: Vec<(Call, service::endpoint::Endpoint)>,
}

/// Takes requests until the service stops; then lets those that are worked on end.
async fn serve(answering: Arc<Answering>, registered: Registered, stopping: CancellationToken) {
    let Registered { service, endpoints } = registered;
    let (owner, endpoints): (Vec<_>, Vec<_>) =
        endpoints.into_iter().partition(|(call, _)| *call == Call::Owner);
    let telling = tokio::spawn(tell_owner(Arc::clone(&answering), owner));
    let room = Arc::new(Semaphore::new(answering.limits.in_flight_max));
    let places = answering.limits.in_flight_max.saturating_add(WAITING_MAX);
    let places = Arc::new(Semaphore::new(places));
    let working = TaskTracker::new();
    let requests = endpoints
        .into_iter()
        .map(|(call, endpoint)| endpoint.map(move |request| (call, request)));
    let mut requests = select_all(requests);
    loop {
        let next = tokio::select! {
            () = stopping.cancelled() => None,
            next = requests.next() => next,
        };
        let Some((call, request)) = next else { break };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            let refusal = Failure::overloaded("more requests wait than the service keeps: ask again");
            tell(call, &request, Err(refusal.into())).await;
            continue;
        };
        let (answering, room) = (Arc::clone(&answering), Arc::clone(&room));
        working.spawn(async move {
            // Never closed.
            let taken = room.acquire().await;
            respond(&answering, call, &request).await;
            drop((taken, place));
        });
    }
    if let Err(error) = service.stop().await {
        tracing::debug!(%error, "the service was stopped without the server");
    }
    working.close();
    working.wait().await;
    telling.abort();
}

/// Says who owns the tenant, however busy this process is: one that does not answer is taken for gone.
async fn tell_owner(answering: Arc<Answering>, endpoints: Vec<(Call, service::endpoint::Endpoint)>) {
    for (call, mut endpoint) in endpoints {
        while let Some(request) = endpoint.next().await {
            respond(&answering, call, &request).await;
        }
    }
}

async fn respond(answering: &Answering, call: Call, request: &Request) {
    tell(call, request, answering.answer(call, &request.message).await).await;
}

async fn tell(call: Call, request: &Request, answer: Result<Vec<u8>, Refusal>) {
    let response = answer.map(Into::into).map_err(|refusal| service::error::Error {
        status: refusal.to_string(),
        code: usize::from(refusal.status),
    });
    // Whoever asked is gone, or asked for no answer.
    if let Err(error) = request.respond(response).await {
        tracing::debug!(%error, nats.endpoint = call.name(), "answer a request");
    }
}

impl Service {
    /// Takes no more requests and waits for those that are worked on, for `grace` at most.
    pub async fn stop(self, grace: Duration) {
        self.stopping.cancel();
        if tokio::time::timeout(grace, self.serving).await.is_err() {
            tracing::warn!("gave up requests over NATS that took too long to end");
        }
    }
}
