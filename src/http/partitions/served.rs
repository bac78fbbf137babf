//! The partitions of a tenant, as this process serves them: each is a tenant of its own behind the same door.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
};

use crate::{
    api,
    engine::{Handle, parting::Seats},
    http::{
        failure::Failure,
        tenants::{Tenants, answered},
    },
};

/// Where a tenant says whether it is ready.
const READY: &str = "/readyz";

/// The partitions of a tenant. Clones have the same ones.
#[derive(Clone, Debug)]
pub struct Partitions {
    tenant: Arc<str>,
    tenants: Tenants,
    /// What each is called, as a tenant.
    names: Arc<[Arc<str>]>,
    seats: Seats,
}

/// A partition that is served now.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) index: u32,
    pub(crate) name: Arc<str>,
    pub(crate) router: Router,
    pub(crate) handle: Handle,
}

impl Partitions {
    /// Those of `tenant`, which are the tenants of these names among `tenants`, in the order of their numbers.
    pub fn of(tenant: &str, names: impl IntoIterator<Item = String>, tenants: Tenants) -> Self {
        let names: Arc<[Arc<str>]> = names.into_iter().map(Arc::from).collect();
        Self {
            tenant: tenant.into(),
            tenants,
            seats: Seats::new(u32::try_from(names.len()).unwrap_or(u32::MAX)),
            names,
        }
    }

    /// The tenant.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Where those who serve them say so.
    pub const fn seats(&self) -> &Seats {
        &self.seats
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.seats.count()
    }

    /// A partition.
    ///
    /// # Errors
    /// Where it is not served now.
    pub(crate) fn at(&self, index: u32) -> Result<Served, Failure> {
        let served = || {
            let name = self.names.get(usize::try_from(index).ok()?)?;
            Some(Served {
                index,
                router: self.tenants.of(name)?,
                handle: self.seats.seat(index)?.handle()?,
                name: Arc::clone(name),
            })
        };
        served().ok_or_else(|| api::Failure::away(&self.tenant, index).into())
    }

    /// All of them, in the order of their numbers.
    ///
    /// # Errors
    /// Where one is not served now.
    pub(crate) fn all(&self) -> Result<Vec<Served>, Failure> {
        (0..self.count()).map(|index| self.at(index)).collect()
    }
}

impl Served {
    /// Whether it says that it is ready; else what it says.
    pub(crate) async fn unready(&self) -> Option<Response> {
        let mut asked = Request::new(Body::empty());
        *asked.uri_mut() = Uri::from_static(READY);
        let response = answered(self.router.clone(), asked).await;
        (response.status() != StatusCode::OK).then_some(response)
    }
}
