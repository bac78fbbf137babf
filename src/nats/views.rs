//! The views of a journal that several servers keep: sees to it that they go on when a server is lost. Owns when a view is led anew;
//! must never change what one holds. Run by whoever owns the tenant.
//!
//! The server that leads a view reads the journal by a consumer, which says each second that it is there. Where that went with the
//! server that led the journal, or was asked for while nobody led it, the view stands still for 10 to 40 s: the server looks only
//! every 10 s whether it hears anything, and waits 30 s for an answer that does not come (`processAllSourceMsgs` and
//! `trySetupSourceConsumer` of nats-server 2.15). Whoever leads a view anew asks at once.

use std::time::Duration;

use async_nats::{
    Client, SubscribeError, Subscriber,
    jetstream::{
        context::{Context, RequestError},
        response::Response,
        stream::{Info, SourceInfo},
    },
};
use futures_util::{FutureExt, StreamExt, stream::SelectAll};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::nats::{assets::Names, connect::Connection, leader::is_leaders};

/// A consumer that says nothing for so long is gone: it speaks every second.
const SILENT: Duration = Duration::from_millis(3_500);
/// Between two looks at the views, while they are looked at.
const LOOK: Duration = Duration::from_millis(500);
/// So long after a change of leaders whoever is heard is heard for good.
const SETTLED: Duration = Duration::from_secs(5);
/// How long the views of one change are looked at.
const PATIENCE: Duration = Duration::from_secs(120);
/// The time that a view has to go on in, once it is led anew.
const RENEWING: Duration = Duration::from_secs(5);
/// What a server of the cluster tells when a stream has a leader.
const ELECTED: &str = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED";

/// The views of a tenant's journal.
#[derive(Debug)]
pub(crate) struct Views {
    client: Client,
    jetstream: Context,
    journal: String,
    views: [View; 2],
}

/// One of them.
#[derive(Debug)]
struct View {
    stream: String,
    /// Whether its leader did not hear of the journal when it was looked at last.
    was_deaf: bool,
    /// When it was led anew last.
    renewed: Option<Instant>,
}

/// How a view follows its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hearing {
    /// It has a leader who hears of the journal.
    Hears,
    /// It has one who does not.
    Deaf,
    /// Nobody says so.
    Unknown,
}

impl Views {
    /// Those of the tenant with these names.
    pub(crate) fn of(connection: &Connection, names: &Names) -> Self {
        Self {
            client: connection.client.clone(),
            jetstream: connection.jetstream.clone(),
            journal: names.journal(),
            views: [names.out(), names.profiles()].map(|stream| View {
                stream,
                was_deaf: false,
                renewed: None,
            }),
        }
    }

    /// Looks at the views now, and whenever one of them or the journal gets another leader. Ends only where nobody tells of leaders.
    pub(crate) async fn keep_going(mut self) {
        let mut elections = match self.elections().await {
            Ok(elections) => elections,
            Err(error) => {
                tracing::warn!(%error, "listen for who leads the journal and its views: they may stand still for a while when a server is lost");
                return;
            }
        };
        loop {
            self.attend(&mut elections).await;
            if elections.next().await.is_none() {
                return;
            }
        }
    }

    async fn elections(&self) -> Result<SelectAll<Subscriber>, SubscribeError> {
        let views = self.views.iter().map(|view| &view.stream);
        let mut elections = SelectAll::new();
        for stream in views.chain([&self.journal]) {
            elections.push(self.client.subscribe(format!("{ELECTED}.{stream}")).await?);
        }
        Ok(elections)
    }

    /// Looks until all views go on, some time after the last change of leaders.
    async fn attend(&mut self, elections: &mut SelectAll<Subscriber>) {
        let begun = Instant::now();
        let mut changed = begun;
        while begun.elapsed() < PATIENCE {
            sleep(LOOK).await;
            while let Some(Some(_)) = elections.next().now_or_never() {
                changed = Instant::now();
            }
            let mut go_on = true;
            for number in 0..self.views.len() {
                go_on &= self.see_to(number).await;
            }
            if go_on && changed.elapsed() >= SETTLED {
                return;
            }
        }
        tracing::warn!("views of the journal do not go on");
    }

    /// Has a view led anew that does not hear of its journal; whether it does.
    async fn see_to(&mut self, number: usize) -> bool {
        let Some(view) = self.views.get(number) else {
            return true;
        };
        let hearing = hearing(self.info(&view.stream).await.as_ref());
        let is_due = view.renewed.is_none_or(|renewed| renewed.elapsed() >= RENEWING);
        let is_deaf = hearing == Hearing::Deaf;
        // Who leads it since a moment ago may hear in the next: only who does not in two looks is led anew. And whoever asks
        // while nobody leads the journal waits for long.
        let renews = is_deaf && view.was_deaf && is_due && self.is_led(&self.journal).await;
        if renews {
            self.lead_anew(&view.stream).await;
        }
        if let Some(view) = self.views.get_mut(number) {
            view.was_deaf = is_deaf;
            if renews {
                view.renewed = Some(Instant::now());
            }
        }
        hearing == Hearing::Hears
    }

    async fn is_led(&self, stream: &str) -> bool {
        self.info(stream).await.as_ref().is_some_and(is_leaders)
    }

    /// What is said of a stream, if anything is said soon.
    async fn info(&self, stream: &str) -> Option<Info> {
        let found = timeout(LOOK, self.jetstream.get_stream(stream)).await;
        Some(found.ok()?.ok()?.cached_info().clone())
    }

    async fn lead_anew(&self, stream: &str) {
        let subject = format!("STREAM.LEADER.STEPDOWN.{stream}");
        let said: Result<Response<Value>, RequestError> = self.jetstream.request(subject, &json!({})).await;
        match said {
            Ok(Response::Ok(_)) => tracing::info!(
                nats.stream = stream,
                "a view did not hear of its journal any more: another server leads it"
            ),
            Ok(Response::Err { error }) => {
                tracing::warn!(%error, nats.stream = stream, "have another server lead a view that stands still");
            }
            Err(error) => {
                tracing::warn!(%error, nats.stream = stream, "have another server lead a view that stands still");
            }
        }
    }
}

/// Whether a view hears of what it is made of, by what its leader says.
fn hearing(info: Option<&Info>) -> Hearing {
    let Some(info) = info.filter(|info| is_leaders(info)) else {
        return Hearing::Unknown;
    };
    let is_heard = |source: &SourceInfo| source.active.is_some_and(|since| since < SILENT);
    match info.sources.iter().all(is_heard) {
        true => Hearing::Hears,
        false => Hearing::Deaf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_hears_of_its_journal_where_its_leader_says_so_and_the_consumer_spoke_lately() {
        let check = |leader: Value, active: i64, expected| {
            let info = json!({
                "config": { "name": "V", "retention": "limits", "storage": "file", "discard": "old", "num_replicas": 3 },
                "created": "2026-01-02T03:04:05Z",
                "state": {
                    "messages": 88, "bytes": 1, "first_seq": 1, "first_ts": "2026-01-02T03:04:05Z",
                    "last_seq": 88, "last_ts": "2026-01-02T03:04:05Z", "consumer_count": 0
                },
                "ts": "2026-01-02T03:04:05Z",
                "cluster": { "name": "c", "leader": leader, "replicas": [] },
                "sources": [{ "name": "J", "lag": 0, "active": active }],
            });
            let info: Info = serde_json::from_value(info).expect("what a server says of a view");
            assert_eq!(hearing(Some(&info)), expected, "{leader} {active}");
        };
        check(json!("n1"), 785_683_421, Hearing::Hears);
        check(json!("n1"), 4_188_953_860, Hearing::Deaf);
        // Whoever leads it since a moment ago never heard of it.
        check(json!("n1"), -1, Hearing::Deaf);
        check(Value::Null, 785_683_421, Hearing::Unknown);
        assert_eq!(hearing(None), Hearing::Unknown);
    }
}
