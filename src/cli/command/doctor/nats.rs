//! The NATS server, where one is set: reached as the service reaches it, with its credentials and TLS.

use crate::{
    app::{BrokerFacts, broker_facts},
    cli::command::doctor::finding::{Finding, Verdict, bytes},
    config::Settings,
};

/// Streams of a tenant: events, journal, profiles, what goes out.
const STREAMS: u64 = 4;
/// What a server takes unless it is told otherwise; larger commits go in more messages where it is less.
const PAYLOAD: u64 = 1 << 20;

/// Connects and asks.
pub(crate) async fn look(settings: &Settings) -> Vec<Finding> {
    const EXPECTED: &str = "nats-server 2.14 or newer, with JetStream";
    match broker_facts(settings).await {
        Ok(None) => vec![Finding::new(
            "nats.server",
            Verdict::Ok,
            "none is set: standalone",
            EXPECTED,
        )],
        Ok(Some(facts)) => {
            let measured = format!(
                "version {} with JetStream, answers within {:.1} ms",
                facts.version,
                facts.round_trip.as_secs_f64() * 1_000.
            );
            let server = Finding::new("nats.server", Verdict::Ok, measured, EXPECTED);
            vec![
                server,
                payload(facts.max_payload, settings),
                streams(&facts),
                storage(&facts),
            ]
        }
        // Says what to change; why it is so stands behind.
        Err(error) => vec![Finding::new(
            "nats.server",
            Verdict::Fail,
            format!("{:#}", anyhow::Error::new(error)),
            EXPECTED,
        )],
    }
}

fn payload(max: u64, settings: &Settings) -> Finding {
    let event = u64::try_from(settings.decode.event_bytes_max).unwrap_or(u64::MAX);
    let verdict = match max {
        max if max < event => Verdict::Fail,
        max if max < PAYLOAD => Verdict::Warn,
        _ => Verdict::Ok,
    };
    let expected = format!(
        "max_payload of {} or more, at least decode.event_bytes_max ({})",
        bytes(PAYLOAD),
        bytes(event)
    );
    Finding::new("nats.max_payload", verdict, bytes(max), expected)
}

fn streams(facts: &BrokerFacts) -> Finding {
    let left = facts
        .streams_max
        .map_or(u64::MAX, |most| most.saturating_sub(facts.streams));
    let verdict = match facts.streams_max {
        Some(most) if most < STREAMS => Verdict::Fail,
        _ if left < STREAMS => Verdict::Warn,
        _ => Verdict::Ok,
    };
    Finding::new(
        "nats.streams",
        verdict,
        format!(
            "{} of {}",
            facts.streams,
            most(facts.streams_max, |n| n.to_string())
        ),
        format!("room for {STREAMS}, unless those of the tenant are there"),
    )
}

fn storage(facts: &BrokerFacts) -> Finding {
    let verdict = match facts.storage_max {
        Some(most) if facts.storage >= most => Verdict::Fail,
        Some(most) if facts.storage > most / 5 * 4 => Verdict::Warn,
        _ => Verdict::Ok,
    };
    Finding::new(
        "nats.storage",
        verdict,
        format!("{} of {}", bytes(facts.storage), most(facts.storage_max, bytes)),
        "no more than four fifths of what the account may keep",
    )
}

fn most(bound: Option<u64>, said: impl Fn(u64) -> String) -> String {
    bound.map_or_else(|| "any number".to_owned(), said)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn facts() -> BrokerFacts {
        BrokerFacts {
            version: "2.15.1".to_owned(),
            max_payload: PAYLOAD,
            streams: 4,
            streams_max: None,
            storage: 900,
            storage_max: None,
            round_trip: Duration::from_millis(1),
        }
    }

    #[test]
    fn an_account_has_to_have_room() {
        let of = |streams_max, storage_max| {
            let facts = BrokerFacts {
                streams_max,
                storage_max,
                ..facts()
            };
            (streams(&facts).verdict, storage(&facts).verdict)
        };
        assert_eq!(of(None, None), (Verdict::Ok, Verdict::Ok));
        assert_eq!(of(Some(16), Some(10_000)), (Verdict::Ok, Verdict::Ok));
        assert_eq!(of(Some(6), Some(1_000)), (Verdict::Warn, Verdict::Warn));
        assert_eq!(of(Some(3), Some(900)), (Verdict::Fail, Verdict::Fail));
        assert_eq!(streams(&facts()).measured, "4 of any number");
    }
}
