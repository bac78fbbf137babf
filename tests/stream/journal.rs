//! The journal as it stands in its stream: whole commits and owners' records, and nothing else.

use std::collections::BTreeMap;

use crate::{
    broker::{Broker, JOURNAL},
    streams::{self, Stored, Wanted},
};

const ALL: &str = "yekta.v1.default.j.>";
const COMMIT: &str = "yekta.v1.default.j.commit";
const EPOCH: &str = "yekta.v1.default.j.epoch";
const DEFAULT: &str = "default";

/// Checks every message of the journal: each commit is one batch from its first message to its marker, nothing stands
/// between, and the numbers of the commits have no gap.
pub fn check_whole(broker: &Broker) {
    let messages = broker.read_all(Wanted {
        headers_only: true,
        ..streams::of(JOURNAL, ALL)
    });
    let mut open: Option<(&str, u64)> = None;
    for (expected, message) in (1..).zip(&messages) {
        assert_eq!(message.sequence, expected, "a sequence is missing");
        open = after(open, message);
    }
    assert_eq!(open, None, "the last commit is torn");
    let numbers: Vec<u64> = broker
        .read_all(streams::of(JOURNAL, COMMIT))
        .iter()
        .map(number)
        .collect();
    let wanted: Vec<u64> = (1..=u64::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, wanted, "the numbers of the commits");
    assert_eq!(
        messages
            .iter()
            .filter(|message| message.subject == COMMIT)
            .count(),
        numbers.len()
    );
}

/// The commit that is open behind `message`: the id of its batch and how many messages of it were there.
fn after<'a>(open: Option<(&'a str, u64)>, message: &'a Stored) -> Option<(&'a str, u64)> {
    let at = format!("{} at {}", message.subject, message.sequence);
    let Some(batch) = message.header("Nats-Batch-Id") else {
        assert_eq!(open, None, "{at} stands within a commit");
        assert_eq!(message.subject, EPOCH, "{at} is part of no commit");
        return None;
    };
    let number: u64 = message.header("Nats-Batch-Sequence").unwrap().parse().unwrap();
    let before = match open {
        Some((begun, count)) => {
            assert_eq!(batch, begun, "{at} stands within another commit");
            count
        }
        None => 0,
    };
    assert_eq!(number, before + 1, "{at} is not the next of its commit");
    let ends = message.header("Nats-Batch-Commit").is_some();
    assert!(
        message.subject != EPOCH || (number == 1 && ends),
        "{at} is part of a commit"
    );
    assert!(
        ends == (message.subject == COMMIT) || message.subject == EPOCH,
        "{at}: a commit ends with its marker"
    );
    (!ends).then_some((batch, number))
}

/// The number of the commit that a marker closes: behind its format (a byte) and its checksum (four).
fn number(marker: &Stored) -> u64 {
    u64::from_le_bytes(marker.body[5..13].try_into().unwrap())
}

/// The epoch of a commit: in its marker, behind its number, the fingerprint of the store (32 bytes) and the time (eight).
fn epoch(marker: &Stored) -> u64 {
    u64::from_le_bytes(marker.body[53..61].try_into().unwrap())
}

/// Checks that each commit is of whoever took the journal over last before it, and that epochs never go back. Gives how
/// many commits there are of the last epoch.
pub fn check_epochs(broker: &Broker) -> usize {
    check_epochs_of(broker, DEFAULT)
}

/// The same of a tenant's journal.
pub fn check_epochs_of(broker: &Broker, tenant: &str) -> usize {
    let records = epochs_of(broker, tenant);
    assert!(records.is_sorted_by_key(|(_, epoch)| *epoch), "{records:?}");
    let commits = read(broker, tenant, "commit");
    for commit in &commits {
        let before = records.partition_point(|(sequence, _)| *sequence < commit.sequence);
        let (_, owned) = records[before.checked_sub(1).expect("a commit before any owner")];
        assert_eq!(
            epoch(commit),
            owned,
            "of the commit at {}: {records:?}",
            commit.sequence
        );
    }
    let last = records.last().unwrap().1;
    commits.iter().filter(|commit| epoch(commit) == last).count()
}

/// Where the records of a tenant's owners stand in its journal, and the epoch of each.
pub fn epochs_of(broker: &Broker, tenant: &str) -> Vec<(u64, u64)> {
    let records = read(broker, tenant, "epoch");
    let own = |record: &Stored| (record.sequence, record.json()["epoch"].as_u64().unwrap());
    records.iter().map(own).collect()
}

/// The records of a kind in a tenant's journal.
fn read(broker: &Broker, tenant: &str, kind: &str) -> Vec<Stored> {
    let token = tenant.replace('-', "_");
    let (stream, filter) = (
        format!("YEKTA_JOURNAL_{tenant}"),
        format!("yekta.v1.{token}.j.{kind}"),
    );
    broker.read_all(streams::of(&stream, &filter))
}

/// The owners there were: from the oldest on, epoch and id.
pub fn owners(broker: &Broker) -> Vec<(u64, String)> {
    let records = read(broker, DEFAULT, "epoch");
    let owners: BTreeMap<u64, String> = records
        .iter()
        .map(|record| {
            let record = record.json();
            let id = record["owner"].as_str().unwrap().to_owned();
            (record["epoch"].as_u64().unwrap(), id)
        })
        .collect();
    owners.into_iter().collect()
}
