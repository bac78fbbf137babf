//! What members show: what they tell of themselves over NATS, whom they know, and what they share in their bucket.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt;
use serde_json::Value;

use crate::{answers::try_send, broker::EVENTS, process::wait_for, town::Town};

/// The bucket that members share.
const BUCKET: &str = "YEKTA_CLUSTER";
/// How long members may take to tell of themselves.
const TOLD_WAIT: Duration = Duration::from_secs(1);

impl<S> Town<S> {
    /// Waits until each member answers of a customer.
    pub fn wait_until_known(&self, who: &str) {
        for (_, member) in self.running() {
            let url = format!("{}/v1/profiles/{who}", member.url());
            wait_for(&format!("{} to know of {who}", member.name), || {
                (try_send("GET", &url, None)?.status == 200).then_some(())
            });
        }
    }

    /// Who holds the lease, as the bucket has it.
    pub fn lease(&self) -> Option<Value> {
        self.shared("owner.default")
    }

    /// What members share under a key.
    pub fn shared(&self, key: &str) -> Option<Value> {
        Some(serde_json::from_slice(&self.shared_bytes(key)?).unwrap_or_default())
    }

    /// The same as it lies there.
    pub fn shared_bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.broker.value(BUCKET, key)
    }

    /// What each member that runs tells of itself, where all do so in time.
    pub fn told_by_all(&self) -> Option<BTreeMap<String, Value>> {
        let told = self.told();
        (told.len() == self.running().count()).then_some(told)
    }

    /// What each member tells operators of itself over NATS, by its name, as far as they do so in time.
    pub fn told(&self) -> BTreeMap<String, Value> {
        let (client, count) = (&self.broker.client, self.running().count());
        self.broker.runtime.block_on(async {
            let inbox = client.new_inbox();
            let mut answers = client.subscribe(inbox.clone()).await.unwrap();
            let asked = client.publish_with_reply("$SRV.STATS.yekta", inbox, "".into());
            asked.await.unwrap();
            let mut told = BTreeMap::new();
            while told.len() < count {
                let Ok(Some(answer)) = tokio::time::timeout(TOLD_WAIT, answers.next()).await else {
                    break;
                };
                // Where nobody answers the server says so, without a body.
                let Ok(mut stats) = serde_json::from_slice::<Value>(&answer.payload) else {
                    break;
                };
                let told_of_itself = stats["endpoints"][0]["data"].take();
                let name = told_of_itself["name"].as_str();
                told.insert(name.expect("a member says its name").to_owned(), told_of_itself);
            }
            told
        })
    }

    /// Waits until all that was published is consumed, and each member shows it.
    pub fn wait_until_level(&self) {
        let last = self.broker.last_sequence(EVENTS);
        wait_for("all members to show all events", || {
            let told = self.told_by_all()?;
            let position = told.values().next()?["position"].as_u64()?;
            let shows = |one: &Value| one["position"] == position && one["input"].as_u64() >= Some(last);
            told.values().all(shows).then_some(())
        });
    }
}
