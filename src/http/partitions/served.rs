//! The partitions of a tenant, as this process serves them: each is a tenant of its own behind the same door.

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, Uri},
    response::Response,
};

use crate::{
    api,
    engine::Handle,
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
    seats: Arc<[Seat]>,
}

/// One partition, for whoever serves it to say so. Clones are of the same one.
#[derive(Clone, Debug)]
pub struct Seat {
    name: Arc<str>,
    handle: Arc<RwLock<Option<Handle>>>,
}

/// A partition that is served now.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) index: u32,
    pub(crate) name: Arc<str>,
    pub(crate) router: Router,
    pub(crate) handle: Handle,
}

impl Seat {
    /// The partition is answered for by `handle` from now on.
    pub fn take(&self, handle: &Handle) {
        *self.handle.write().unwrap_or_else(PoisonError::into_inner) = Some(handle.clone());
    }

    /// The partition is not served any more.
    pub fn leave(&self) {
        self.handle.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn handle(&self) -> Option<Handle> {
        self.handle.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Partitions {
    /// Those of `tenant`, which are the tenants of these names among `tenants`, in the order of their numbers.
    pub fn of(tenant: &str, names: impl IntoIterator<Item = String>, tenants: Tenants) -> Self {
        let seat = |name: String| Seat {
            name: name.into(),
            handle: Arc::default(),
        };
        Self {
            tenant: tenant.into(),
            tenants,
            seats: names.into_iter().map(seat).collect(),
        }
    }

    /// The tenant.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// What nobody answers for all of them.
    pub(crate) fn parted(&self) -> Failure {
        api::Failure::parted(&self.tenant, self.count()).into()
    }

    /// Where whoever serves a partition says so; `None` where there is none of this number.
    pub fn seat(&self, index: u32) -> Option<Seat> {
        self.seats.get(usize::try_from(index).ok()?).cloned()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.seats.len()).unwrap_or(u32::MAX)
    }

    /// A partition.
    ///
    /// # Errors
    /// Where it is not served now.
    pub(crate) fn at(&self, index: u32) -> Result<Served, Failure> {
        let served = || {
            let seat = self.seat(index)?;
            Some(Served {
                index,
                router: self.tenants.of(&seat.name)?,
                handle: seat.handle()?,
                name: seat.name,
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
