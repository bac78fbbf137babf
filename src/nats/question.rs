//! Questions put again where no answer comes. Owns how often; must never put one that comes to something else the second time.
//!
//! A stream that nobody leads answers nothing: a question that was put a moment before a leader is elected is never answered,
//! and whoever waits for it to time out waits for longer than the election took.

use std::time::Duration;

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::sleep;

/// After so long without an answer a question is put again. Longer than a broker that is there takes, also where it is busy: the
/// client keeps a note of each that was never answered.
const AGAIN: Duration = Duration::from_secs(1);

/// The first answer to a question. Each time it is put is waited for until it fails by itself: so also a broker that takes
/// longer to answer than until it is asked again is heard.
///
/// # Errors
/// The first failure.
pub(crate) async fn answered<T, E, A>(ask: impl Fn() -> A) -> Result<T, E>
where
    A: Future<Output = Result<T, E>>,
{
    let mut asked = FuturesUnordered::new();
    loop {
        asked.push(ask());
        tokio::select! {
            Some(answer) = asked.next() => return answer,
            () = sleep(AGAIN) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
    };

    use tokio::time::{Instant, timeout};

    use super::*;

    /// What a question comes to whose n-th time is answered after `times[n]`, or never; and after how long.
    async fn asked(times: &[Option<u64>]) -> (Result<usize, usize>, Duration) {
        let (begun, count) = (Instant::now(), Cell::new(0));
        let answer = answered(|| {
            let number = count.replace(count.get() + 1);
            let millis = times.get(number).copied().flatten();
            async move {
                match millis {
                    Some(millis) => sleep(Duration::from_millis(millis)).await,
                    None => pending().await,
                }
                Ok::<usize, usize>(number)
            }
        });
        (answer.await, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_nobody_answers_is_put_again_and_the_first_answer_counts() {
        for (times, number, millis) in [
            (&[Some(1)][..], 0, 1),
            (&[None, Some(1)], 1, 1_001),
            (&[None, None, None, Some(2)], 3, 3_002),
            // Whoever is slow is heard all the same.
            (&[Some(3_700)], 0, 3_700),
            (&[Some(3_700), None, Some(10)], 2, 2_010),
        ] {
            let found = asked(times).await;
            assert_eq!(found, (Ok(number), Duration::from_millis(millis)), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_an_answer_and_nothing_is_put_behind_it() {
        let count = Cell::new(0);
        let refused = answered(|| {
            count.set(count.get() + 1);
            ready(Err::<(), _>("no"))
        });
        assert_eq!(timeout(Duration::from_secs(9), refused).await, Ok(Err("no")));
        assert_eq!(count.get(), 1);
    }
}
