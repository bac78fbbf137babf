//! Becoming the owner: the lease is won, the journal is taken over, and the writer starts over the standby's store.

use std::{sync::Arc, time::Duration};

use futures_util::future::Shared;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        compose,
        error::ServiceError,
        front::Front,
        owner::Owning,
        running::{Begun, Started, follow},
        shared::{Member, Tenure, opening, secrets},
        standby::Waiting,
        turn::Turn,
    },
    nats::{lease::Lease, service::Owner},
};

impl Waiting {
    /// Becomes the owner, with the lease kept meanwhile.
    pub(crate) async fn take_over(
        self: Box<Self>,
        front: &mut Front,
        mut lease: Lease,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        let (metrics, abandon) = (self.member.metrics.clone(), self.abandon.clone());
        let taking = Self::owning(front, self);
        // Where another has it by then the journal is that one's too: this one finds out and steps back.
        let keeping = async { drop(lease.keep(&metrics).await) };
        let taken = Box::pin(seen_through(taking, keeping, (stop, &abandon))).await;
        match taken {
            Ok((started, member)) => {
                let tenure = Tenure { lease, member };
                match Owning::on_stream(front, started, Some(tenure)).await {
                    Ok(owning) => Turn::Owner(Box::new(owning)),
                    Err(error) => {
                        front.close().await;
                        Turn::Ended(Err(error))
                    }
                }
            }
            Err(error) => {
                lease.release().await;
                front.close().await;
                Turn::Ended(match abandon.is_cancelled() {
                    true => Ok(()),
                    false => Err(error),
                })
            }
        }
    }

    async fn owning(front: &Front, waiting: Box<Self>) -> Result<(Started, Member), ServiceError> {
        let Self {
            member,
            standby,
            service,
            id,
            abandon,
            ending,
            ..
        } = *waiting;
        let settings = Arc::clone(&front.settings);
        let (engine, epoch) = opening::engine(&settings, front, &member, standby, abandon.clone()).await?;
        // What was asked of the standby is answered; its streams go on at the owner.
        service.stop(Duration::ZERO).await;
        ending.cancel();
        member.metrics.took_over(epoch);
        secrets::offer(&member, &compose::engine_config(&settings).dir).await;

        let begun = Begun {
            engine,
            owner: Owner { id, epoch },
            name: member.name.clone(),
            abandon,
        };
        let Some(metrics) = front.metrics.nats.clone() else {
            return Err(ServiceError::Alone);
        };
        let started = follow(&settings, member.ground.clone(), begun, &front.rules, metrics);
        Ok((started, member))
    }
}

/// What `taking` comes to, beside `keeping`, however soon that ends. Once `stop` does, it no longer waits for the broker.
async fn seen_through<T>(
    taking: impl Future<Output = T>,
    keeping: impl Future<Output = ()>,
    (stop, abandon): (&Shared<impl Future<Output = ()>>, &CancellationToken),
) -> T {
    tokio::pin!(taking);
    let taken = async {
        tokio::select! {
            taken = &mut taking => return taken,
            () = stop.clone() => abandon.cancel(),
        }
        taking.await
    };
    tokio::pin!(taken);
    tokio::select! {
        taken = &mut taken => taken,
        () = keeping => taken.await,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::ready};
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn who_lost_the_lease_meanwhile_hears_that_it_is_to_stop() {
        let abandon = CancellationToken::new();
        // As a journal that waits for a broker which is away.
        let taking = async {
            abandon.cancelled().await;
            "told"
        };
        let (tell, told) = oneshot::channel::<()>();
        let stop = async move { drop(told.await) }.shared();
        let seen = seen_through(taking, ready(()), (&stop, &abandon));
        tokio::pin!(seen);
        assert_eq!((&mut seen).now_or_never(), None, "the broker may come back");
        drop(tell);
        assert_eq!(seen.now_or_never(), Some("told"));
    }

    #[tokio::test]
    async fn what_is_taken_over_in_time_is_not_given_up() {
        let (abandon, stop) = (CancellationToken::new(), std::future::pending().shared());
        let seen = seen_through(ready("taken"), std::future::pending(), (&stop, &abandon));
        assert_eq!(seen.await, "taken");
        assert!(!abandon.is_cancelled());
    }
}
