//! What a service's metrics say, and what they may not say.

use std::collections::BTreeSet;

use serde_json::Value;

/// The sum of the samples of a metric, over its labels.
pub fn sample(metrics: &str, name: &str) -> f64 {
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(name));
    samples
        .filter(|rest| rest.starts_with([' ', '{']))
        .map(|rest| rest.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
        .sum()
}

/// Values by which customers are known, long enough not to occur by chance.
pub fn values(events: &[Value]) -> BTreeSet<String> {
    let identifiers = events
        .iter()
        .filter_map(|event| event["identifiers"].as_array())
        .flatten();
    identifiers
        .filter(|one| {
            matches!(
                one["kind"].as_str(),
                Some("phone" | "email" | "user_id" | "loyalty_id")
            )
        })
        .map(|one| one["value"].as_str().unwrap().to_owned())
        .collect()
}
