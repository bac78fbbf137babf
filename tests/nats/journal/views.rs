//! What others see of the journal: the bucket of profiles, and the stream of what is published.

use async_nats::jetstream::{consumer::pull::OrderedConfig, kv::Operation};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::*;

/// A commit with a notice that `from` became `into`.
fn with_notice(batch: u64, updated: &[&str], kind: &str, from: &[&str], into: &[&str]) -> Commit {
    let mut commit = commit(batch, updated);
    commit.messages.push(Message {
        subject: format!("yekta.v1.default.profile.{kind}.{}", into[0]),
        key: from.join(","),
        body: serde_json::json!({ "from": from, "into": into })
            .to_string()
            .into(),
        trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
    });
    commit
}

#[test]
fn the_bucket_holds_the_latest_document_of_each_profile_there_is() {
    let ground = Ground::new();
    let mut journal = ground.open();
    ground.runtime.block_on(async {
        let bucket = ground
            .connection
            .jetstream
            .get_key_value("YEKTA_PROFILES_default")
            .await
            .unwrap();
        let mut watch = bucket.watch_all().await.unwrap();
        let commits = [
            commit(1, &["a", "b"]),
            commit(2, &["b"]),
            with_notice(3, &["a"], "merged", &["a", "b"], &["a"]),
        ];
        let journal = &mut journal;
        tokio::task::block_in_place(|| {
            for commit in &commits {
                journal.append(commit).unwrap();
            }
        });
        let mut seen = Vec::new();
        while seen.last() != Some(&("a".to_owned(), Operation::Put, "{\"version\":3}".to_owned())) {
            let entry = watch.next().await.unwrap().unwrap();
            let value = String::from_utf8(entry.value.to_vec()).unwrap();
            seen.push((entry.key, entry.operation, value));
        }
        assert!(
            seen.contains(&("b".to_owned(), Operation::Delete, String::new())),
            "{seen:?}"
        );
        assert_eq!(bucket.get("a").await.unwrap().unwrap(), "{\"version\":3}");
        assert_eq!(bucket.get("b").await.unwrap(), None);
        let keys: Vec<String> = bucket.keys().await.unwrap().try_collect().await.unwrap();
        assert_eq!(keys, ["a"]);
        // What comes back is there again.
        tokio::task::block_in_place(|| {
            journal
                .append(&with_notice(4, &["a", "b"], "split", &["a"], &["a", "b"]))
                .unwrap();
        });
        loop {
            let entry = watch.next().await.unwrap().unwrap();
            if entry.key == "b" && entry.operation == Operation::Put {
                break;
            }
        }
        assert_eq!(bucket.get("b").await.unwrap().unwrap(), "{\"version\":4}");
    });
}

#[test]
fn the_outgoing_stream_holds_what_is_published_in_order() {
    let ground = Ground::new();
    let mut journal = ground.open();
    let first = with_notice(1, &["a", "b"], "merged", &["a", "b"], &["a"]);
    let mut second = commit(2, &["a"]);
    second.messages.push(Message {
        subject: "yekta.v1.default.context.store.order_completed.a".into(),
        key: "a".into(),
        body: b"context".to_vec(),
        trace: None,
    });
    journal.append(&first).unwrap();
    journal.append(&second).unwrap();
    let expected: Vec<&Message> = first.messages.iter().chain(&second.messages).collect();
    ground.runtime.block_on(async {
        let out = ground
            .connection
            .jetstream
            .get_stream("YEKTA_OUT_default")
            .await
            .unwrap();
        let consumer = out.create_consumer(OrderedConfig::default()).await.unwrap();
        let mut messages = consumer.messages().await.unwrap().take(expected.len());
        let mut ids = Vec::new();
        for expected in expected {
            let message = messages.next().await.unwrap().unwrap();
            let header = |name: &str| {
                let headers = message.headers.as_ref().unwrap();
                headers.get(name).map(|value| value.as_str().to_owned())
            };
            assert_eq!(message.subject.as_str(), expected.subject);
            assert_eq!(message.payload, expected.body);
            assert_eq!(header("Yekta-Key").as_deref(), Some(expected.key.as_str()));
            assert_eq!(header("traceparent"), expected.trace);
            assert_eq!(header("ce-specversion").as_deref(), Some("1.0"));
            assert_eq!(header("ce-source").as_deref(), Some("/yekta/default"));
            assert_eq!(header("ce-time").as_deref(), Some("2026-05-28T20:26:40Z"));
            ids.push((header("ce-id").unwrap(), header("ce-type").unwrap()));
        }
        let expected = [
            ("default/1/0", "yekta.profile.updated.v1"),
            ("default/1/1", "yekta.profile.updated.v1"),
            ("default/1/2", "yekta.profile.merged.v1"),
            ("default/2/0", "yekta.profile.updated.v1"),
            ("default/2/1", "yekta.context.v1"),
        ];
        assert_eq!(ids, expected.map(|(id, kind)| (id.to_owned(), kind.to_owned())));
    });
}
