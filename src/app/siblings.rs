//! The other engines of a tenant with partitions, as one of its partitions sees them: how far they are. Who they are says the number
//! that all members agreed on, not the file of this process. Asks and changes nothing.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    app::shared::partitioned::agreed,
    config::Settings,
    engine::erasing::expunge::BeyondError,
    nats::{
        self, Connection,
        assets::Names,
        bucket::Bucket,
        status::{Member, last_of, members, members_of_all},
    },
};

/// Between two looks at how far the others are, and how long they are waited for: a quiet one says it every quarter of a minute.
const LOOK: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(60);

/// Those who have the customers of a tenant together with a partition.
#[derive(Debug)]
pub(crate) struct Siblings {
    connection: Connection,
    bucket: Bucket,
    /// Who routes events to them.
    resolver: Names,
    /// Which partition this is, and of whom.
    own: nats::Partition,
}

impl Siblings {
    /// Those of a partition; none of a tenant that is none.
    pub(crate) fn of(connection: &Connection, nats: &nats::Settings, settings: &Settings) -> Option<Self> {
        let own = nats.partition.clone()?;
        settings.cluster.as_ref()?;
        Some(Self {
            connection: connection.clone(),
            bucket: Bucket::of(connection),
            resolver: Names::of(&own.resolver),
            own,
        })
    }

    /// Up to where the input stream of the tenant is routed: what stands there is in the resolver's journal, or was refused.
    ///
    /// # Errors
    /// Where nobody who shares the tenant says it.
    pub(crate) async fn routed(&self) -> Result<u64, BeyondError> {
        let members = members(&self.connection.client, &self.resolver.token()).await?;
        let routed = members.iter().filter_map(|member| member.input).max();
        routed.ok_or_else(|| "ask how far events are routed: nobody who shares the tenant answers".into())
    }

    /// Waits until each of the others has carried out all that the resolver wrote until now: what somebody who left this partition
    /// had here, they have.
    ///
    /// # Errors
    /// Where one does not within a minute, or cannot be asked, or who they are is not known.
    pub(crate) async fn level(&self) -> Result<(), BeyondError> {
        let wanted = last_of(&self.connection.jetstream, self.resolver.journal()).await?;
        // ORDER: after what is wanted was read. Whoever is sent somebody by it was agreed on before.
        let partitions = agreed(&self.bucket, &self.own.resolver).await?;
        let others = others(&self.resolver, self.own.index, partitions);
        let begun = Instant::now();
        loop {
            let members = members_of_all(&self.connection.client).await?;
            let behind = others
                .iter()
                .find(|other| !has_read(&members, &other.token(), wanted));
            match behind {
                None => return Ok(()),
                Some(other) if begun.elapsed() >= PATIENCE => {
                    let name = other.tenant();
                    let told = format!(
                        "wait for the partition {name}: expected it to have carried out what was routed, as it may lack what somebody had here"
                    );
                    return Err(told.into());
                }
                Some(_) => sleep(LOOK).await,
            }
        }
    }
}

/// The partitions but for this one.
fn others(resolver: &Names, own: u32, partitions: u32) -> Vec<Names> {
    let others = (0..partitions).filter(|index| *index != own);
    others.map(|index| resolver.partition(index)).collect()
}

/// Whether a tenant, as a subject token, has read its input up to `wanted`: what one of its members has, all have or can have.
fn has_read(members: &[Member], tenant: &str, wanted: u64) -> bool {
    let own = members.iter().filter(|member| member.tenant == tenant);
    wanted == 0 || own.filter_map(|member| member.input).any(|input| input >= wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_this_one_are_waited_for() {
        let resolver = Names::of(&"a".parse().unwrap());
        let waited_for = |own, partitions| {
            let others = others(&resolver, own, partitions);
            let tokens: Vec<String> = others.iter().map(Names::token).collect();
            tokens.join(" ")
        };
        assert_eq!(waited_for(0, 4), "a_p1 a_p2 a_p3");
        assert_eq!(waited_for(1, 2), "a_p0");
        assert_eq!(waited_for(0, 1), "");
    }

    #[test]
    fn a_partition_has_read_what_one_of_its_members_has() {
        let member = |tenant: &str, input| Member {
            tenant: tenant.to_owned(),
            name: "m".to_owned(),
            role: "owner".to_owned(),
            epoch: 1,
            position: 1,
            input,
            lag: None,
            room: true,
        };
        let members = [
            member("a_p0", Some(7)),
            member("a_p0", Some(9)),
            member("a_p1", None),
        ];
        for (tenant, wanted, expected) in [
            ("a_p0", 9, true),
            ("a_p0", 10, false),
            ("a_p1", 1, false),
            ("a_p2", 1, false),
            ("a_p2", 0, true),
        ] {
            assert_eq!(has_read(&members, tenant, wanted), expected, "{tenant} {wanted}");
        }
    }
}
