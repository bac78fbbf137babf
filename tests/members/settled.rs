//! When nobody moves any more between the partitions of a tenant.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{giant::Giant, process::wait_for};

impl Giant {
    /// Waits until nobody moves any more: nothing was routed for a second, and whoever left a partition is told of by another.
    pub fn wait_until_settled(&self) {
        let mut quiet = (0, Instant::now());
        wait_for("customers to have moved", || {
            let last = self.broker.last_sequence("YEKTA_JOURNAL_giant");
            if quiet.0 != last {
                quiet = (last, Instant::now());
            }
            let is_quiet = quiet.1.elapsed() > Duration::from_secs(1);
            (is_quiet && self.on_their_way().is_empty()).then_some(())
        });
    }

    /// Those of whom a partition told that they left, and no other that they are there: that they came, what they did since, or of
    /// whom they are a part by now.
    fn on_their_way(&self) -> BTreeSet<String> {
        let (mut left, mut there) = (BTreeSet::new(), BTreeSet::new());
        for partition in 0..self.partitions {
            for message in self.told(partition, "profile") {
                let told = message.json();
                let whom = (partition, named(&told["profile"]));
                if told["kind"] == "departed" {
                    left.insert(whom);
                    continue;
                }
                there.insert(whom);
                let from = told["from"].as_array().into_iter().flatten();
                there.extend(from.map(|id| (partition, named(id))));
            }
        }
        let is_elsewhere = |(from, id): &(usize, String)| {
            let others = (0..self.partitions).filter(|partition| partition != from);
            others
                .into_iter()
                .any(|partition| there.contains(&(partition, id.clone())))
        };
        left.retain(|one| !is_elsewhere(one));
        left.into_iter().map(|(_, id)| id).collect()
    }
}

fn named(id: &Value) -> String {
    id.as_str().unwrap().to_owned()
}
