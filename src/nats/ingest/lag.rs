//! How far the service is behind: messages that wait in the stream, and those that were read but are not committed yet.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::telemetry::NatsMetrics;

/// The lag, kept by who reads and by who sees to the commits. Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Lag {
    parts: Arc<Mutex<Parts>>,
    told: watch::Sender<Option<u64>>,
    unsettled: watch::Sender<u64>,
    metrics: NatsMetrics,
}

#[derive(Debug, Default)]
struct Parts {
    /// Messages behind the last one that was read; `None` while that is not known.
    unread: Option<u64>,
    /// Messages that were handed to the writer and are not known to be committed.
    unsettled: u64,
}

impl Lag {
    pub(crate) fn new(metrics: NatsMetrics) -> Self {
        Self {
            parts: Arc::default(),
            told: watch::Sender::new(None),
            unsettled: watch::Sender::new(0),
            metrics,
        }
    }

    /// Messages that are not committed; `None` while it is not known how many wait.
    pub(crate) fn told(&self) -> watch::Receiver<Option<u64>> {
        self.told.subscribe()
    }

    /// Messages that were handed to the writer and are not known to be committed.
    pub(crate) fn unsettled(&self) -> watch::Receiver<u64> {
        self.unsettled.subscribe()
    }

    /// So many wait behind the last one that was read.
    pub(crate) fn unread(&self, messages: Option<u64>) {
        self.change(|parts| parts.unread = messages);
    }

    /// So many were handed to the writer, and so many wait behind them, where that is known.
    pub(crate) fn fed(&self, messages: usize, unread: Option<u64>) {
        self.change(|parts| {
            parts.unread = unread;
            parts.unsettled = parts.unsettled.saturating_add(count(messages));
        });
    }

    /// So many of them are committed.
    pub(crate) fn settled(&self, messages: usize) {
        self.change(|parts| parts.unsettled = parts.unsettled.saturating_sub(count(messages)));
    }

    fn change(&self, change: impl FnOnce(&mut Parts)) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut parts);
        let lag = parts.unread.map(|unread| unread.saturating_add(parts.unsettled));
        if let Some(lag) = lag {
            self.metrics.lag(lag);
        }
        self.unsettled.send_replace(parts.unsettled);
        self.told
            .send_if_modified(|told| std::mem::replace(told, lag) != lag);
    }
}

fn count(messages: usize) -> u64 {
    u64::try_from(messages).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Registry;

    #[test]
    fn what_is_read_but_not_committed_is_behind_too() {
        let metrics = NatsMetrics::register(&Registry::new("1").unwrap()).unwrap();
        let lag = Lag::new(metrics);
        let told = lag.told();
        let mut steps = Vec::new();
        lag.unread(Some(10));
        steps.push(*told.borrow());
        lag.fed(6, Some(4));
        steps.push(*told.borrow());
        lag.fed(4, Some(0));
        steps.push(*told.borrow());
        assert_eq!(*lag.unsettled().borrow(), 10);
        lag.settled(6);
        steps.push(*told.borrow());
        lag.unread(None);
        steps.push(*told.borrow());
        lag.settled(4);
        lag.unread(Some(0));
        steps.push(*told.borrow());
        assert_eq!(*lag.unsettled().borrow(), 0);
        assert_eq!(steps, [Some(10), Some(10), Some(10), Some(4), None, Some(0)]);
    }
}
