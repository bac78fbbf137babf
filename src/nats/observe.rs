//! What is counted of the connection itself.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{nats::connect::Link, telemetry::NatsMetrics};

/// Counts how the connection fares until `stop`, or until nobody tells any more.
pub async fn count_link(mut link: watch::Receiver<Link>, metrics: NatsMetrics, stop: CancellationToken) {
    loop {
        let Link {
            connected,
            reconnects,
        } = *link.borrow_and_update();
        metrics.link(connected, reconnects);
        match stop.run_until_cancelled(link.changed()).await {
            Some(Ok(())) => {}
            Some(Err(_)) | None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Registry;

    #[tokio::test]
    async fn the_connection_is_counted_as_it_fares() {
        let registry = Registry::new("1").unwrap();
        let metrics = NatsMetrics::register(&registry).unwrap();
        let (sender, link) = watch::channel(Link {
            connected: true,
            reconnects: 0,
        });
        let counting = tokio::spawn(count_link(link, metrics, CancellationToken::new()));
        sender.send_replace(Link {
            connected: false,
            reconnects: 3,
        });
        drop(sender);
        counting.await.unwrap();
        let text = registry.render().unwrap();
        assert!(
            text.contains("yekta_nats_connected 0") && text.contains("yekta_nats_reconnects_total 3"),
            "{text}"
        );
    }
}
