//! How a tenant's customers are reached: by itself, through its partitions, or as one of them. Owns nothing but which of these a
//! tenant is; what goes through is said in [`crate::http::partitions`].

use std::sync::Arc;

use crate::{
    api::{AsOne, ToPartition, ToResolver},
    config::Settings,
    engine::{Handle, parting::Seat},
    http::{
        partitions::{Gateway, Partitions, Within},
        switch::Switch,
        tenants::Tenants,
    },
};

/// How a tenant's customers are reached.
#[derive(Clone, Debug, Default)]
pub(crate) enum Reached {
    /// Its engine has all of them.
    #[default]
    ByItself,
    /// Its partitions have them.
    Through(Partitions),
    /// It is a partition, and has some of another tenant's.
    As(Seat),
}

impl Reached {
    /// A tenant with these settings, which is hosted among `tenants`.
    pub(crate) fn of(settings: &Settings, tenants: &Tenants) -> Self {
        match settings.partitions() {
            0 => Self::ByItself,
            partitions => {
                let names = (0..partitions).map(|index| settings.partition(index).data.tenant);
                let partitions = Partitions::of(&settings.data.tenant, names, tenants.clone());
                Self::Through(partitions)
            }
        }
    }

    /// The same of a partition of this tenant.
    pub(crate) fn partition(&self, index: u32) -> Self {
        match self {
            Self::Through(partitions) => partitions.seats().seat(index).map(Self::As).unwrap_or_default(),
            Self::ByItself | Self::As(_) => Self::ByItself,
        }
    }

    /// Hands requests to its partitions, where it has some. What only the owner does goes by `owner`, where another process is, and
    /// what only owners of partitions do by `owners`.
    pub(crate) fn gateway(
        &self,
        owner: Option<Arc<dyn ToResolver>>,
        owners: Option<Arc<dyn ToPartition>>,
    ) -> Option<Gateway> {
        match self {
            Self::Through(partitions) => Some(Gateway::new(partitions.clone(), owner).reaching(owners)),
            Self::ByItself | Self::As(_) => None,
        }
    }

    /// Who answers for its partitions as for one tenant, where it has some: what is served by `within`.
    pub(crate) fn as_one(&self, within: &Switch) -> Option<Arc<dyn AsOne>> {
        match self {
            Self::Through(_) => Some(Arc::new(Within::of(within.clone()))),
            Self::ByItself | Self::As(_) => None,
        }
    }

    /// It is answered for by `handle` from now on.
    pub(crate) fn shown(&self, handle: &Handle) {
        match self {
            Self::As(seat) => seat.take(handle),
            Self::Through(partitions) => handle.had_by(partitions.seats()),
            Self::ByItself => {}
        }
    }

    /// It is answered for no longer.
    pub(crate) fn hidden(&self) {
        if let Self::As(seat) = self {
            seat.leave();
        }
    }
}
