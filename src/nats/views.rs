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
        stream::Info,
    },
};
use futures_util::{FutureExt, StreamExt, stream::SelectAll};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::nats::{
    assets::Names,
    connect::{Connection, Link},
    leader::is_leaders,
};

/// A consumer that says nothing for so long is gone: it speaks every second.
const SILENT: Duration = Duration::from_millis(3_500);
/// Whoever leads a view since a moment ago asks for its consumer, and is left alone with that for so long.
const BEGINNING: Duration = Duration::from_secs(2);
/// Between two looks at the views, while they are looked at.
const LOOK: Duration = Duration::from_millis(500);
/// So long after a change of leaders whoever is heard is heard for good.
const SETTLED: Duration = Duration::from_secs(5);
/// How long the views of one change are looked at.
const PATIENCE: Duration = Duration::from_secs(120);
/// The time that a view has to go on in, once it is led anew: twice as much after each time.
const RENEWING: Duration = Duration::from_secs(5);
/// How often one view is led anew for one change.
const RENEWALS_MAX: u32 = 4;
/// What a server of the cluster tells when a stream has a leader.
const ELECTED: &str = "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED";

/// The views of a tenant's journal.
#[derive(Debug)]
pub(crate) struct Views {
    client: Client,
    jetstream: Context,
    link: watch::Receiver<Link>,
    journal: String,
    views: [View; 2],
}

/// One of them.
#[derive(Debug)]
struct View {
    stream: String,
    /// Since when the server of this name leads it and does not hear of the journal.
    deaf: Option<(String, Instant)>,
    /// How often it was led anew, and when last.
    renewed: Option<(u32, Instant)>,
}

/// How a view follows its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hearing {
    /// It has a leader who hears of the journal.
    Hears,
    /// The server of this name leads it and never heard of it, or heard of it once and does not any more.
    Deaf { leader: String, heard_once: bool },
    /// Nobody says so.
    Unknown,
}

impl Views {
    /// Those of the tenant with these names.
    pub(crate) fn of(connection: &Connection, names: &Names) -> Self {
        Self {
            client: connection.client.clone(),
            jetstream: connection.jetstream.clone(),
            link: connection.watch(),
            journal: names.journal(),
            views: [names.out(), names.profiles()].map(|stream| View {
                stream,
                deaf: None,
                renewed: None,
            }),
        }
    }

    /// Looks at the views now, whenever one of them or the journal gets another leader, and whenever the connection is made again:
    /// nobody tells who is not connected. Ends where the connection is closed.
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
            // What was told meanwhile was seen to.
            while let Some(Some(_)) = elections.next().now_or_never() {}
            self.link.borrow_and_update();
            tokio::select! {
                elected = elections.next() => if elected.is_none() { return },
                changed = self.link.changed() => if changed.is_err() { return },
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
        for view in &mut self.views {
            (view.deaf, view.renewed) = (None, None);
        }
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
        tracing::warn!(
            nats.stream = self.journal,
            "views of the journal do not go on, whoever leads them"
        );
    }

    /// Has a view led anew that does not hear of its journal; whether it does.
    async fn see_to(&mut self, number: usize) -> bool {
        let Some(stream) = self.views.get(number).map(|view| view.stream.clone()) else {
            return true;
        };
        let hearing = hearing(self.info(&stream).await.as_ref());
        let is_due = self
            .views
            .get_mut(number)
            .is_some_and(|view| view.is_due(&hearing));
        // Whoever asks while nobody leads the journal waits for long.
        if is_due && self.info(&self.journal).await.as_ref().is_some_and(is_leaders) {
            self.lead_anew(&stream).await;
            if let Some(view) = self.views.get_mut(number) {
                view.note_renewed();
            }
        }
        hearing == Hearing::Hears
    }

    /// What is said of a stream, if anything is said soon.
    async fn info(&self, stream: &str) -> Option<Info> {
        let found = timeout(LOOK, self.jetstream.get_stream(stream)).await;
        Some(found.ok()?.ok()?.cached_info().clone())
    }

    async fn lead_anew(&self, stream: &str) {
        let subject = format!("STREAM.LEADER.STEPDOWN.{stream}");
        let said: Result<Response<Value>, RequestError> = self.jetstream.request(subject, &json!({})).await;
        let failed: &dyn std::fmt::Display = match &said {
            Ok(Response::Ok(_)) => {
                tracing::info!(
                    nats.stream = stream,
                    "a view did not hear of its journal any more: another server leads it"
                );
                return;
            }
            Ok(Response::Err { error }) => error,
            Err(error) => error,
        };
        tracing::warn!(error = %failed, nats.stream = stream, "have another server lead a view that stands still");
    }
}

impl View {
    /// Whether it is to be led anew, by how it hears now: whoever leads it is deaf for long enough, and had time since it was last.
    fn is_due(&mut self, hearing: &Hearing) -> bool {
        let Hearing::Deaf { leader, heard_once } = hearing else {
            self.deaf = None;
            return false;
        };
        let since = match &self.deaf {
            Some((before, since)) if before == leader => *since,
            _ => {
                let since = Instant::now();
                self.deaf = Some((leader.clone(), since));
                since
            }
        };
        let long = if *heard_once { Duration::ZERO } else { BEGINNING };
        let had_time = self.renewed.is_none_or(|(times, last)| {
            let wait = RENEWING.saturating_mul(1 << times.min(RENEWALS_MAX).saturating_sub(1));
            times < RENEWALS_MAX && last.elapsed() >= wait
        });
        since.elapsed() >= long && had_time
    }

    fn note_renewed(&mut self) {
        let times = self.renewed.map_or(0, |(times, _)| times);
        self.renewed = Some((times.saturating_add(1), Instant::now()));
    }
}

/// Whether a view hears of what it is made of, by what its leader says. One that one server keeps goes with that.
fn hearing(info: Option<&Info>) -> Hearing {
    let Some(info) = info else {
        return Hearing::Unknown;
    };
    if info.config.num_replicas <= 1 {
        return Hearing::Hears;
    }
    let leader = info.cluster.as_ref().and_then(|cluster| cluster.leader.clone());
    // Whoever was just elected does not know yet what it is made of.
    let (Some(leader), Some(source)) = (leader, info.sources.first()) else {
        return Hearing::Unknown;
    };
    match source.active {
        Some(since) if since < SILENT => Hearing::Hears,
        active => Hearing::Deaf {
            leader,
            heard_once: active.is_some(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(leader: &Value, active: i64, replicas: usize) -> Info {
        let info = json!({
            "config": { "name": "V", "retention": "limits", "storage": "file", "discard": "old", "num_replicas": replicas },
            "created": "2026-01-02T03:04:05Z",
            "state": {
                "messages": 88, "bytes": 1, "first_seq": 1, "first_ts": "2026-01-02T03:04:05Z",
                "last_seq": 88, "last_ts": "2026-01-02T03:04:05Z", "consumer_count": 0
            },
            "ts": "2026-01-02T03:04:05Z",
            "cluster": { "name": "c", "leader": leader, "replicas": [] },
            "sources": [{ "name": "J", "lag": 0, "active": active }],
        });
        serde_json::from_value(info).expect("what a server says of a view")
    }

    fn deaf(leader: &str, heard_once: bool) -> Hearing {
        Hearing::Deaf {
            leader: leader.to_owned(),
            heard_once,
        }
    }

    #[test]
    fn a_view_hears_of_its_journal_where_its_leader_says_so_and_the_consumer_spoke_lately() {
        let of = |leader: Value, active, replicas| hearing(Some(&info(&leader, active, replicas)));
        assert_eq!(of(json!("n1"), 785_683_421, 3), Hearing::Hears);
        assert_eq!(of(json!("n1"), 4_188_953_860, 3), deaf("n1", true));
        assert_eq!(of(json!("n1"), -1, 3), deaf("n1", false));
        assert_eq!(of(Value::Null, 785_683_421, 3), Hearing::Unknown);
        // Nobody else could lead it.
        assert_eq!(of(json!("n1"), 4_188_953_860, 1), Hearing::Hears);
        assert_eq!(hearing(None), Hearing::Unknown);
        let mut unknown = info(&json!("n1"), -1, 3);
        unknown.sources.clear();
        assert_eq!(hearing(Some(&unknown)), Hearing::Unknown);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_just_began_to_lead_has_time_and_nobody_is_replaced_again_and_again() {
        let mut view = View {
            stream: "V".to_owned(),
            deaf: None,
            renewed: None,
        };
        let mut after = async |millis, hearing: Hearing| {
            sleep(Duration::from_millis(millis)).await;
            let is_due = view.is_due(&hearing);
            if is_due {
                view.note_renewed();
            }
            is_due
        };
        assert!(!after(0, Hearing::Hears).await && !after(0, Hearing::Unknown).await);
        assert!(!after(500, deaf("n1", false)).await && !after(1_500, deaf("n1", false)).await);
        assert!(!after(500, deaf("n2", false)).await, "another began to lead");
        assert!(!after(500, Hearing::Hears).await, "and hears");
        assert!(after(500, deaf("n2", true)).await, "it heard once");
        // Its successor has longer each time, and in the end it is left alone.
        for wait in [5_000, 10_000, 20_000] {
            assert!(
                !after(wait - 1, deaf("n3", true)).await && after(1, deaf("n3", true)).await,
                "{wait}"
            );
        }
        assert!(!after(3_600_000, deaf("n3", true)).await);
    }
}
