//! Standing by again: an owner that lost its tenant follows whoever has it now, in the same process. A broker that does not
//! answer just then is asked again for as long as it takes.

use std::time::Duration;

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use tokio::time::sleep;

use crate::{
    app::{
        error::ServiceError,
        front::Front,
        shared::{Member, opening::Origin},
        standby::Waiting,
        turn::Turn,
    },
    engine::{Held, error::chain},
};

/// Between two attempts at first, and at last.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

impl Waiting {
    /// Stands by with what an owner held before, or ends where `stop` does, or where that fails for good.
    pub(crate) async fn again(
        front: &mut Front,
        member: Member,
        held: Held,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        // It gets on as long as it tries.
        let watched = front.supervisor.watched(|| true);
        let started = persist(stop, PAUSE_MIN, front, |front: &mut Front| {
            Self::start(front, member.clone(), Origin::Held(held.clone())).boxed()
        });
        let started = started.await;
        drop(watched);
        match started {
            Some(Ok(waiting)) => Turn::Standby(Box::new(waiting)),
            Some(Err(error)) => {
                front.close().await;
                Turn::Ended(Err(error))
            }
            None => {
                front.close().await;
                Turn::Ended(Ok(()))
            }
        }
    }
}

/// Attempts until it comes to something that the broker's absence is not the reason of; nothing where `stop` ends first. The
/// pauses in between grow from `pause` on.
async fn persist<C, T>(
    stop: &Shared<impl Future<Output = ()>>,
    mut pause: Duration,
    context: &mut C,
    attempt: impl Fn(&mut C) -> BoxFuture<'_, Result<T, ServiceError>>,
) -> Option<Result<T, ServiceError>> {
    let trying = async {
        let mut is_told = false;
        loop {
            match attempt(context).await {
                Err(error) if error.is_passing() => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(error = %chain(&error), "does not stand by yet, the broker does not answer: trying again");
                    }
                }
                done => return done,
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
        }
    };
    tokio::select! {
        done = trying => Some(done),
        () = stop.clone() => None,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::{engine::StartError, journal};

    const PAUSE: Duration = Duration::from_millis(1);

    fn away() -> ServiceError {
        let source = "no answer came in time".into();
        let error = journal::Error::Broker {
            attempt: "read",
            source,
        };
        ServiceError::Start(StartError::Journal(error))
    }

    #[tokio::test]
    async fn a_broker_that_does_not_answer_is_asked_until_it_does() {
        let (mut attempts, stop) = (0, pending().shared());
        let done = persist(&stop, PAUSE, &mut attempts, |attempts: &mut u32| {
            *attempts += 1;
            ready(if *attempts < 4 { Err(away()) } else { Ok(*attempts) }).boxed()
        });
        assert_eq!(done.await.unwrap().unwrap(), 4);
    }

    #[tokio::test]
    async fn what_stays_as_it_is_is_tried_once() {
        let (mut attempts, stop) = (0, pending().shared());
        let done = persist(&stop, PAUSE, &mut attempts, |attempts: &mut u32| {
            *attempts += 1;
            ready(Err::<(), _>(ServiceError::Start(StartError::OtherSecrets))).boxed()
        });
        assert!(done.await.unwrap().is_err());
        assert_eq!(attempts, 1);
    }

    #[tokio::test]
    async fn who_is_told_to_stop_tries_no_longer() {
        let stop = ready(()).shared();
        let mut nothing = ();
        let done = persist(&stop, PAUSE, &mut nothing, |(): &mut ()| {
            pending::<Result<(), ServiceError>>().boxed()
        });
        assert!(done.await.is_none());
        // Nor does it wait for the next attempt.
        let done = persist(&stop, Duration::MAX, &mut nothing, |(): &mut ()| {
            ready(Err::<(), _>(away())).boxed()
        });
        assert!(done.await.is_none());
    }
}
