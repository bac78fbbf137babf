//! The way to the owners of a tenant's partitions, whichever processes those are: each answers commands on its partition's own
//! subjects.

use std::collections::BTreeMap;

use async_nats::{Client, HeaderMap, Request};

use crate::{
    api::{Delivering, Order, Positions, Shown, ToPartition, Undelivered},
    nats::{
        assets::Names,
        service::{AUTHORIZATION, PURPOSE, Role, delivered::delivered},
        status::{Member, members_of_all},
    },
};

/// The owners of the partitions of a tenant.
#[derive(Clone, Debug)]
pub struct OwnersOfPartitions {
    client: Client,
    names: Names,
}

impl OwnersOfPartitions {
    /// Those of the tenant with these names.
    pub fn of(client: Client, names: &Names) -> Self {
        Self {
            client,
            names: names.clone(),
        }
    }

    async fn asked(&self, partition: u32, order: Order, shown: Shown) -> Result<Vec<u8>, Undelivered> {
        let subject = format!("{}.{}", self.names.partition(partition).prefix(), order.call);
        // Members of an object can always be written.
        let body = serde_json::to_vec(&order.members).map_err(|_| Undelivered::NoOwner)?;
        let request = Request::new().payload(body.into()).headers(headers(shown));
        let answer = delivered(&self.client, subject, request).await?;
        Ok(answer.payload.to_vec())
    }

    async fn told(&self) -> Result<BTreeMap<u32, u64>, Undelivered> {
        let members = members_of_all(&self.client).await;
        Ok(positions(
            &self.names,
            &members.map_err(|_| Undelivered::NoOwner)?,
        ))
    }
}

impl ToPartition for OwnersOfPartitions {
    fn ask(&self, partition: u32, order: Order, shown: Shown) -> Delivering<'_> {
        Box::pin(self.asked(partition, order, shown))
    }

    fn positions(&self) -> Positions<'_> {
        Box::pin(self.told())
    }
}

/// What is shown, as the service reads it.
fn headers(shown: Shown) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(secret) = shown.secret {
        headers.insert(AUTHORIZATION, format!("Bearer {secret}"));
    }
    if let Some(purpose) = shown.purpose {
        headers.insert(PURPOSE, purpose);
    }
    headers
}

/// Up to where the owners among the members of all tenants have written the journals of these partitions; where two say that they
/// own one, the later of them.
fn positions(names: &Names, members: &[Member]) -> BTreeMap<u32, u64> {
    let owners = members
        .iter()
        .filter(|member| member.role == Role::Owner.as_str());
    let mut found: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for owner in owners {
        let Some(index) = index_of(names, &owner.tenant) else {
            continue;
        };
        let known = found.entry(index).or_default();
        *known = (*known).max((owner.epoch, owner.position));
    }
    found
        .into_iter()
        .map(|(index, (_, position))| (index, position))
        .collect()
}

/// Which partition of the tenant is the one of this token.
fn index_of(names: &Names, token: &str) -> Option<u32> {
    let index = token.rsplit_once("_p")?.1.parse().ok()?;
    (names.partition(index).token() == token).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::of(&"acme".parse().unwrap())
    }

    fn member((tenant, role): (&str, &str), epoch: u64, position: u64) -> Member {
        Member {
            tenant: tenant.to_owned(),
            name: "m".to_owned(),
            role: role.to_owned(),
            epoch,
            position,
            input: None,
            lag: None,
            room: true,
        }
    }

    #[test]
    fn an_owner_says_how_far_its_partition_is_and_nobody_else() {
        let members = [
            member(("acme", "owner"), 9, 90),
            member(("acme_p0", "standby"), 0, 99),
            member(("acme_p0", "owner"), 3, 7),
            // It does not know yet that another took it over.
            member(("acme_p0", "owner"), 2, 8),
            member(("acme_p1", "standby"), 0, 5),
            member(("acme_p12", "owner"), 1, 4),
            member(("other_p2", "owner"), 1, 4),
        ];
        assert_eq!(positions(&names(), &members), BTreeMap::from([(0, 7), (12, 4)]));
    }

    #[test]
    fn what_is_shown_goes_along() {
        let shown = Shown {
            secret: Some("k".to_owned()),
            purpose: Some("a call".to_owned()),
        };
        let headers = headers(shown);
        let text = |name| headers.get(name).map(|value| value.as_str().to_owned());
        assert_eq!(text(AUTHORIZATION).as_deref(), Some("Bearer k"));
        assert_eq!(text(PURPOSE).as_deref(), Some("a call"));
        assert!(super::headers(Shown::default()).is_empty());
    }
}
