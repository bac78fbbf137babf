//! Sharing tenants evenly among processes: who owns more than another that stands by hands one over. Owns that decision,
//! which is pure; whom it is put to is the lease's matter. Each process decides for what it owns alone, so nobody has to
//! be asked. What another is about to hand over is counted for whom it goes to; two that look at one moment may still choose
//! the same one, and hand over what comes back once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use crate::{
    config::Settings,
    nats::{
        self, Connection,
        bucket::{Bucket, BucketError},
        lease::Leases,
        status::{self, Member},
    },
};

/// Between two looks at who owns what, at least and, so that not all processes look at once, at most.
const LOOK_EVERY: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(7)];
/// Who was asked to own a tenant and does not keep it is not asked again for so long.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(60);
/// A standby that is more of the journal's messages behind than this catches up first.
const BEHIND_MAX: u64 = 10_000;

/// The processes of one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seat {
    owner: Option<String>,
    /// Who stands by, close enough to take over.
    standbys: BTreeSet<String>,
}

/// Who looks, and where.
#[derive(Debug)]
pub(super) struct Sharing {
    connection: Connection,
    bucket: Bucket,
    /// What operators call this process.
    me: String,
    lease: Duration,
    /// When this process had another one own a tenant.
    asked: BTreeMap<(String, String), Instant>,
}

impl Sharing {
    /// For a process called `me`; none where it shares nothing.
    ///
    /// # Errors
    /// When the broker cannot be reached.
    pub(super) async fn of(settings: &Settings, me: String) -> Result<Option<Self>, nats::ConnectError> {
        let (Some(nats), Some(cluster)) = (&settings.nats, &settings.cluster) else {
            return Ok(None);
        };
        let connection = nats::connect(nats).await?;
        Ok(Some(Self {
            bucket: Bucket::of(&connection),
            connection,
            me,
            lease: cluster.lease,
            asked: BTreeMap::new(),
        }))
    }

    /// Looks again and again. Never ends.
    pub(super) async fn go_on(mut self) {
        loop {
            let [least, most] = LOOK_EVERY;
            tokio::time::sleep(rand::random_range(least..most)).await;
            self.share().await;
        }
    }

    /// Hands a tenant over where this process owns more than another one that stands by for it.
    async fn share(&mut self) {
        let members = match status::members_of_all(&self.connection.client).await {
            Ok(members) => members,
            Err(error) => {
                tracing::debug!(%error, "look again who owns what");
                return;
            }
        };
        let mut seats = seats(&members);
        if surplus(&self.me, &seats).is_none() {
            return;
        }
        // What is on its way counts for whom it goes to.
        for (tenant, seat) in &mut seats {
            match self.next(tenant).await {
                Ok(next) => seat.goes_to(next),
                Err(error) => {
                    tracing::debug!(%error, "look again who is to own what");
                    return;
                }
            }
        }
        self.leave_out(&mut seats);
        if let Some((tenant, to)) = surplus(&self.me, &seats) {
            self.hand_over(tenant.to_owned(), to.to_owned()).await;
        }
    }

    /// Who is to own a tenant next, if that is asked.
    async fn next(&self, tenant: &str) -> Result<Option<String>, BucketError> {
        match self.leases(tenant) {
            Some(leases) => leases.asked().await,
            None => Ok(None),
        }
    }

    fn leases(&self, tenant: &str) -> Option<Leases> {
        let tenant = tenant.parse().ok()?;
        Some(Leases::of(self.bucket.clone(), &tenant, self.lease))
    }

    /// Leaves out who was asked not long ago: it did not take the tenant, or gave it back.
    fn leave_out(&mut self, seats: &mut BTreeMap<String, Seat>) {
        self.asked.retain(|_, asked| asked.elapsed() < ASKED_AGAIN_AFTER);
        for (tenant, to) in self.asked.keys() {
            if let Some(seat) = seats.get_mut(tenant) {
                seat.standbys.remove(to);
            }
        }
    }

    async fn hand_over(&mut self, tenant: String, to: String) {
        let Some(leases) = self.leases(&tenant) else {
            return;
        };
        match leases.ask(&to).await {
            Ok(()) => {
                tracing::info!(tenant, owner.name = to, "hands a tenant over to share evenly");
                self.asked.insert((tenant, to), Instant::now());
            }
            Err(error) => tracing::debug!(%error, "hand a tenant over later"),
        }
    }
}

impl Seat {
    /// Takes who is to own it next for its owner.
    fn goes_to(&mut self, next: Option<String>) {
        if let Some(next) = next {
            self.standbys.remove(&next);
            self.standbys.extend(self.owner.replace(next));
        }
    }
}

/// Who sits where, by the tenants' subject tokens.
fn seats(members: &[Member]) -> BTreeMap<String, Seat> {
    let mut seats: BTreeMap<String, Seat> = BTreeMap::new();
    let owners = || members.iter().filter(|member| member.is_owner());
    for owner in owners() {
        seats.entry(owner.tenant.clone()).or_default().owner = Some(owner.name.clone());
    }
    let standbys = members.iter();
    for standby in standbys.filter(|member| member.stands_by() && member.room) {
        let ahead = owners().filter(|owner| owner.tenant == standby.tenant);
        let position = ahead.map(|owner| owner.position).max().unwrap_or(0);
        if position.saturating_sub(standby.position) <= BEHIND_MAX {
            let seat = seats.entry(standby.tenant.clone()).or_default();
            seat.standbys.insert(standby.name.clone());
        }
    }
    seats
}

/// What `me` is to hand over, and to whom: nothing unless it owns two more than that one.
fn surplus<'a>(me: &str, seats: &'a BTreeMap<String, Seat>) -> Option<(&'a str, &'a str)> {
    let mut owned: BTreeMap<&str, usize> = BTreeMap::new();
    for seat in seats.values() {
        for standby in &seat.standbys {
            owned.entry(standby).or_default();
        }
        if let Some(owner) = &seat.owner {
            let count = owned.entry(owner).or_default();
            *count = count.saturating_add(1);
        }
    }
    let mine = owned.get(me).copied().unwrap_or(0);
    let own = seats.iter().filter(|(_, seat)| seat.owner.as_deref() == Some(me));
    let choices = own.flat_map(|(tenant, seat)| {
        let others = seat.standbys.iter().filter(|standby| *standby != me);
        others.map(move |standby| (tenant.as_str(), standby.as_str()))
    });
    let count = |name: &str| owned.get(name).copied().unwrap_or(0);
    let fewest = choices.min_by_key(|(_, to)| count(to));
    fewest.filter(|(_, to)| mine >= count(to).saturating_add(2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tenants owned as `owners` says, and all other processes of `processes` standing by.
    fn town(owners: &[usize], processes: usize) -> BTreeMap<String, Seat> {
        let name = |number: usize| format!("m{number}");
        let seat = |owner: usize| Seat {
            owner: Some(name(owner % processes)),
            standbys: (0..processes)
                .filter(|other| *other != owner % processes)
                .map(name)
                .collect(),
        };
        let seats = owners.iter().enumerate();
        seats
            .map(|(tenant, owner)| (format!("t{tenant}"), seat(*owner)))
            .collect()
    }

    fn handed(seats: &mut BTreeMap<String, Seat>, me: &str) -> bool {
        let Some((tenant, to)) = surplus(me, seats).map(|(tenant, to)| (tenant.to_owned(), to.to_owned()))
        else {
            return false;
        };
        let seat = seats.get_mut(&tenant).unwrap();
        seat.standbys.remove(&to);
        seat.standbys.insert(seat.owner.replace(to).unwrap());
        true
    }

    proptest! {
        #[test]
        fn whoever_owned_what_all_own_as_many_and_nothing_moves_then(
            owners in prop::collection::vec(0_usize..5, 0..24), processes in 1_usize..5
        ) {
            let mut seats = town(&owners, processes);
            let mut moves = 0;
            while (0..processes).any(|number| handed(&mut seats, &format!("m{number}"))) {
                moves += 1;
                prop_assert!(moves <= owners.len(), "more moves than tenants");
            }
            let owned = |number: usize| {
                let name = format!("m{number}");
                seats.values().filter(|seat| seat.owner.as_deref() == Some(name.as_str())).count()
            };
            let counts: Vec<usize> = (0..processes).map(owned).collect();
            let (most, fewest) = (counts.iter().max().unwrap(), counts.iter().min().unwrap());
            prop_assert!(most - fewest <= 1, "{counts:?}");
        }
    }

    #[test]
    fn nobody_is_given_a_tenant_that_they_do_not_stand_by_for_or_are_far_behind_of() {
        let member = |tenant: &str, name: &str, role: &str, position| Member {
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
            epoch: 1,
            position,
            input: None,
            lag: None,
            room: true,
        };
        let far = BEHIND_MAX + 1;
        let mut members = vec![
            member("a", "m0", "owner", far),
            member("b", "m0", "owner", far),
            member("a", "m1", "standby", 0),
        ];
        assert_eq!(surplus("m0", &seats(&members)), None);
        members.push(member("b", "m1", "standby", 1));
        assert_eq!(surplus("m0", &seats(&members)), Some(("b", "m1")));
        assert_eq!(surplus("m1", &seats(&members)), None);
        let mut going = seats(&members);
        going.get_mut("a").unwrap().goes_to(Some("m1".to_owned()));
        assert_eq!(surplus("m0", &going), None, "one is on its way");
        members.iter_mut().for_each(|member| member.room = false);
        assert_eq!(surplus("m0", &seats(&members)), None, "a full disk takes nothing");
    }
}
