//! One tenant's customers between several engines: which settings each of them has. Owns what is derived of a tenant's settings
//! for its partitions, and that no other tenant has their names.

use std::{collections::BTreeSet, net::SocketAddr};

use crate::{
    config::{
        problem::{ConfigError, Problem},
        section::{cluster::Partition, http::Http},
        settings::Settings,
        tenants::layer::path_of,
    },
    domain::event::token,
    engine::parting::Part,
    nats::{Tenant, partition_name},
};

const KEY: &str = "cluster.partitions";

impl Settings {
    /// How many partitions have its customers between them; 0 where it has all of them itself, or is one of them.
    pub fn partitions(&self) -> u32 {
        match self.part() {
            Part::Resolver { partitions } => partitions.get(),
            Part::Whole | Part::Partition { .. } => 0,
        }
    }

    /// Which part of the tenant's customers its engine has.
    pub fn part(&self) -> Part {
        let partitions = || self.cluster.as_ref()?.partitions;
        match (&self.partition, partitions()) {
            (Some(partition), _) => Part::Partition {
                index: partition.index,
            },
            (None, Some(partitions)) => Part::Resolver { partitions },
            (None, None) => Part::Whole,
        }
    }

    /// The settings of one of its partitions: a tenant of its own, which differs in its name and where it is reached.
    #[must_use]
    pub fn partition(&self, index: u32) -> Self {
        let name = partition_name(&self.data.tenant, index);
        let mut settings = self.clone();
        settings.partition = Some(Partition {
            tenant: self.data.tenant.clone(),
            index,
        });
        settings.http.path = path_of(&name);
        settings.data.tenant = name;
        settings
    }

    /// How links to its users start; `bound` is where the service listens. They know of no partition.
    pub(crate) fn users_url(&self, bound: SocketAddr) -> String {
        match &self.partition {
            None => self.http.public_url(bound),
            Some(partition) => Http {
                path: path_of(&partition.tenant),
                ..self.http.clone()
            }
            .public_url(bound),
        }
    }

    /// Only a tenant among several has partitions.
    ///
    /// # Errors
    /// Where a process has one tenant, which has some.
    pub(crate) fn partitions_of_whom(&self) -> Result<(), Problem> {
        match self.partitions() > 0 && self.tenants.is_none() {
            true => {
                Err(self
                    .refused("expected 0, or tenants.dir to be set: partitions are tenants beside theirs"))
            }
            false => Ok(()),
        }
    }

    /// The same settings, of a tenant whose name leaves room for those of its partitions.
    ///
    /// # Errors
    /// Where it leaves none.
    pub(crate) fn with_names_for_partitions(self) -> Result<Self, ConfigError> {
        match self.names().iter().all(|name| name.parse::<Tenant>().is_ok()) {
            true => Ok(self),
            false => Err(alone(self.refused(
                "expected 0, or a tenant whose name and a partition's number behind it have at most 64 characters",
            ))),
        }
    }

    /// Whether neither it nor a partition of it is written in subjects as one of these others.
    ///
    /// # Errors
    /// Whose name it is as well.
    pub(crate) fn apart_from<'a>(
        &self,
        others: impl Iterator<Item = (&'a str, &'a Self)>,
    ) -> Result<(), ConfigError> {
        let tokens = |settings: &Self| -> BTreeSet<String> {
            settings.names().iter().map(|name| token(name)).collect()
        };
        let own = tokens(self);
        let problems: Vec<Problem> = others
            .filter_map(|(other, settings)| {
                let both = own.intersection(&tokens(settings)).next().cloned()?;
                Some(self.refused(&format!(
                    "expected names of partitions that are no other tenant's: in subjects {both} is this tenant's or a \
                     partition's of it, and {other}'s or a partition's of that"
                )))
            })
            .collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ConfigError { problems }),
        }
    }

    /// What is wrong where somebody names a partition that is not there.
    pub(crate) fn no_such_partition(&self) -> ConfigError {
        alone(self.refused("expected more partitions, or the name of one that is there"))
    }

    /// Its name and those of its partitions.
    fn names(&self) -> Vec<String> {
        let tenant = &self.data.tenant;
        let partitions = (0..self.partitions()).map(|index| partition_name(tenant, index));
        std::iter::once(tenant.clone()).chain(partitions).collect()
    }

    fn refused(&self, expected: &str) -> Problem {
        Problem {
            key: KEY.to_owned(),
            value: Some(self.partitions().to_string()),
            origin: None,
            expected: expected.to_owned(),
        }
    }
}

/// The tenant whose partition has this name, and which one it is; no tenant of its own has such a name.
pub(crate) fn partition_of(name: &str) -> Option<(&str, u32)> {
    let (tenant, index) = name.rsplit_once("-p")?;
    let index: u32 = index.parse().ok()?;
    (partition_name(tenant, index) == name).then_some((tenant, index))
}

fn alone(problem: Problem) -> ConfigError {
    ConfigError {
        problems: vec![problem],
    }
}

#[cfg(test)]
mod tests;
