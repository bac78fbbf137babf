//! The gateway: who answers each route of a tenant with partitions. Owns [`Gateway`], and what one request goes through.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use tokio::time::timeout;
use tower::ServiceExt;

use crate::{
    api::{self, Api, ConnectAnswer, Order, ToPartition, ToResolver, Traced},
    domain::identity::Key,
    engine::{Numbered, Position},
    http::{
        Http,
        access::{Access, Gate},
        body::min_position,
        failure::Failure,
        partitions::{
            asked::{Asked, at},
            find::targets,
            position::{Wanted, carried_out},
            served::{Partitions, Served},
            table::{Named, Way},
            told::told,
        },
        routes::card,
        tenants::answered,
    },
};

/// Hands each request to the tenant to the partition that has the customer.
#[derive(Clone, Debug)]
pub struct Gateway {
    partitions: Partitions,
    /// The way to the owner of the resolver; `None` where this process owns it.
    owner: Option<Arc<dyn ToResolver>>,
    /// The way to the owners of the partitions; `None` where this process owns all of them.
    owners: Option<Arc<dyn ToPartition>>,
}

/// One request, and all that it may be handed to.
pub(crate) struct Desk<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) api: &'a Api,
    pub(crate) asked: &'a Asked,
    pub(crate) is_command: bool,
}

impl Gateway {
    /// To these partitions; what only the resolver's owner does goes by `owner`, where that is another process.
    pub fn new(partitions: Partitions, owner: Option<Arc<dyn ToResolver>>) -> Self {
        Self {
            partitions,
            owner,
            owners: None,
        }
    }

    /// The same, where other processes may own partitions, which are reached by `owners`.
    #[must_use]
    pub fn reaching(self, owners: Option<Arc<dyn ToPartition>>) -> Self {
        Self { owners, ..self }
    }

    pub(crate) fn owners(&self) -> Option<&dyn ToPartition> {
        self.owners.as_deref()
    }

    pub(crate) const fn partitions(&self) -> &Partitions {
        &self.partitions
    }

    /// What is done on a route whose answer is found in this way.
    pub(crate) fn on(&self, way: Way, (method, access): (&Method, Access)) -> MethodRouter<Http> {
        let gateway = self.clone();
        on(
            filter(method),
            move |State(http): State<Http>, request: Request| {
                let gateway = gateway.clone();
                async move { gateway.answer(&http, (way, access), request).await }
            },
        )
    }

    /// The same as `route` does, about the customers of all partitions together. Whoever asks is let in before.
    pub(crate) fn over(&self, method: &Method, route: MethodRouter<Http>) -> MethodRouter<Http> {
        let gateway = self.clone();
        on(
            filter(method),
            move |State(http): State<Http>, request: Request| {
                let (gateway, route) = (gateway.clone(), route.clone());
                async move { gateway.together(http, route, request).await }
            },
        )
    }

    /// The same as `route`, once all partitions say it as well.
    pub(crate) fn ready(&self, method: &Method, route: MethodRouter<Http>) -> MethodRouter<Http> {
        let gateway = self.clone();
        on(
            filter(method),
            move |State(http): State<Http>, request: Request| {
                let (gateway, route) = (gateway.clone(), route.clone());
                async move {
                    let own = run(route, http, request).await;
                    match own.status().is_success() {
                        true => gateway.all_ready(own).await,
                        false => Ok(own),
                    }
                }
            },
        )
    }

    async fn all_ready(&self, own: Response) -> Result<Response, Failure> {
        for partition in self.partitions.all()? {
            if let Some(unready) = partition.unready().await {
                return Ok(unready);
            }
        }
        Ok(own)
    }

    async fn together(
        &self,
        http: Http,
        route: MethodRouter<Http>,
        mut request: Request,
    ) -> Result<Response, Failure> {
        let served = self.partitions.all()?;
        // What cannot be read is for the route to refuse.
        if let Ok(Some(position)) = min_position(request.uri()) {
            self.all_reached(&http.api, &served, Numbered::read(position))
                .await?;
            *request.uri_mut() = at(request.uri(), None).map_err(|error| Failure::internal(&error))?;
        }
        let handles: Vec<_> = served.into_iter().map(|one| one.handle).collect();
        let handle = http.api.handle.over(&handles);
        let api = Api { handle, ..http.api };
        Ok(run(route, Http { api, ..http }, request).await)
    }

    /// Waits until all partitions are as far as `position`.
    async fn all_reached(&self, api: &Api, served: &[Served], position: Numbered) -> Result<(), Failure> {
        let reaching = async {
            let through = Position(position.number);
            match position.partition {
                Some(index) => self.partitions.at(index)?.handle.reached(through).await,
                None => {
                    api.handle.reached(through).await;
                    for partition in served {
                        carried_out(&api.handle, partition, through).await?;
                    }
                }
            }
            Ok(())
        };
        let reached = timeout(api.limits.position_wait, reaching).await;
        reached.unwrap_or_else(|_| Err(api::Failure::not_reached().into()))
    }

    async fn answer(
        &self,
        http: &Http,
        (way, access): (Way, Access),
        request: Request,
    ) -> Result<Response, Failure> {
        // Nobody who may not ask learns of whom there is anybody, not by how long it takes either.
        match access {
            Access::Ask(action) => {
                let guard = http.settings.guard.clone();
                Gate { guard, action }.admit(request.headers())?;
            }
            Access::Link => card::admit(http, &request)?,
            // What is open to everybody, or to whoever sends, is about nobody.
            Access::Open | Access::Write => {}
        }
        let asked = Asked::read(request, http.settings.command_bytes_max).await?;
        let desk = Desk {
            gateway: self,
            api: &http.api,
            asked: &asked,
            is_command: matches!(access, Access::Ask(action) if action.is_command()),
        };
        match way {
            Way::Somebody(named) => desk.somebody(named).await,
            Way::Live => desk.live().await,
            Way::Both => desk.both().await,
            Way::Code => desk.code().await,
            Way::Scan => desk.scan().await,
            Way::Codes => desk.codes().await,
            Way::Word => desk.word().await,
            Way::Undo => desk.undo().await,
            Way::Mint => desk.mint().await,
            Way::Erase => desk.erase().await,
            // The others are routes of their own: `Gateway::over`, `Gateway::ready`.
            Way::All | Way::Own | Way::Ready => {
                Err(Failure::internal(&"a route of its own was handed to the gateway"))
            }
        }
    }
}

impl Desk<'_> {
    /// Whoever has the customer, or says that there is none.
    async fn somebody(&self, named: Named) -> Result<Response, Failure> {
        let is_segment = self
            .asked
            .in_body("segment")
            .is_some_and(|segment| !segment.is_null());
        if named == Named::WhoOrSegment && is_segment {
            return self.everywhere().await;
        }
        self.meant(targets(self.api, self.asked, named)).await
    }

    /// What a partition answers.
    pub(crate) async fn at(&self, index: u32) -> Result<Response, Failure> {
        let partition = self.gateway.partitions().at(index)?;
        let wanted = Wanted {
            position: self.asked.min_position(),
            within: self.asked.deadline(self.api.limits.flat_deadline),
        };
        let left = wanted.reached((self.api, self.gateway.partitions()), &partition);
        let request = self.asked.copied(left.await?)?;
        self.ask(&partition, request).await
    }

    /// What a partition answers to `request`, as the tenant tells it.
    pub(crate) async fn ask(&self, partition: &Served, request: Request) -> Result<Response, Failure> {
        let order = request.extensions().get::<Order>().cloned();
        let mut response = answered(partition.router.clone(), request).await;
        if let (StatusCode::TEMPORARY_REDIRECT, Some(order)) = (response.status(), order)
            && self.gateway.owners.is_some()
        {
            response = Box::pin(self.by_owner(partition, order)).await?;
        }
        told(
            response,
            (self.gateway.partitions().tenant(), partition),
            (self.asked, self.is_command),
        )
        .await
    }

    /// Has values brought together in one partition.
    pub(crate) async fn connect(&self, keys: Vec<Key>) -> Result<ConnectAnswer, Failure> {
        Ok(self.connected(keys).await?)
    }

    /// The same; of one value it is asked where whoever has it is.
    pub(crate) async fn connected(&self, keys: Vec<Key>) -> Result<ConnectAnswer, api::Failure> {
        match &self.gateway.owner {
            Some(owner) => self.api.connect_over(owner.as_ref(), &keys).await,
            None => self.api.connect_here(keys).await,
        }
    }

    /// Has the resolver erase what was refused and names somebody.
    pub(crate) async fn erase_refused(&self, traced: Traced) -> Result<(), Failure> {
        let erased = match &self.gateway.owner {
            Some(owner) => self.api.erase_refused_over(owner.as_ref(), &traced).await,
            None => self.api.erase_refused_here(traced).await,
        };
        Ok(erased.map(drop)?)
    }
}

fn filter(method: &Method) -> MethodFilter {
    // Each method of the table is one that can be filtered by.
    MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::POST)
}

async fn run(route: MethodRouter<Http>, http: Http, request: Request) -> Response {
    let answered = route.with_state::<()>(http).oneshot(request).await;
    answered.unwrap_or_else(|never| match never {}).into_response()
}
