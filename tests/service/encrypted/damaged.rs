//! Flipped bits in a folder that is kept under a key: what is there again is right, and what cannot be is refused.

use std::{
    collections::BTreeMap,
    fs, iter,
    path::{Path, PathBuf},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    encrypted::{keyed, on, print_of, put},
    folder::{copied, files},
    load,
    process::{Running, Service, fingerprint_of, output, printed, serve},
};

const SEED: u64 = 62;
const EVENTS: usize = 600;
/// Of how many events somebody is asked for.
const ASKED: usize = 6;
/// How many bits are flipped, one after the other, in what.
const FLIPS: [(&str, usize); 4] = [("store/db", 12), ("snapshots", 5), ("journal", 7), ("secrets", 4)];

/// A folder as it was before anything was damaged.
struct Known {
    key_file: PathBuf,
    fingerprint: String,
    /// Questions, and who it is.
    people: Vec<(String, Vec<Value>)>,
}

/// Questions about people of these events.
fn questions(events: &[Value]) -> Vec<String> {
    let some = events.iter().step_by(EVENTS / ASKED);
    let identifiers = some.filter_map(|event| {
        let all = event["identifiers"].as_array()?;
        all.iter().find(|one| one["value"].is_string())
    });
    identifiers
        .map(|one| {
            let one = json!({"kind": one["kind"], "value": one["value"]});
            json!({"identifiers": [one], "view": "callcenter"}).to_string()
        })
        .collect()
}

/// Who it is, by the answer to a question.
fn who(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let profiles = answer["profiles"].as_array().into_iter().flatten();
    let ids = profiles.map(|one| one["profile"].clone());
    iter::once(answer["match"].clone()).chain(ids).collect()
}

/// Fills a folder that is to be damaged, with a snapshot.
fn filled(folder: &Path, key_file: PathBuf) -> Known {
    let events = generate::events(SEED, 30, EVENTS);
    let mut command = keyed(serve(folder), Some(&key_file));
    command.env("YEKTA_JOURNAL__SEGMENT_BYTES", "65536");
    let service = Service::of(command);
    load::send_all(&service.url, &events);
    service.stop();
    let fingerprint = print_of(folder, Some(&key_file));
    let service = Service::of(keyed(serve(folder), Some(&key_file)));
    let api = Api::of(&service.url);
    let ask = |question: String| {
        let (status, answer) = api.try_post("/v1/lookup", &question).unwrap();
        assert_eq!(status, 200, "{answer}");
        (question, who(&answer))
    };
    let people = questions(&events).into_iter().map(ask).collect();
    service.stop();
    printed(keyed(on(folder, "snapshot"), Some(&key_file)), b"");
    Known {
        key_file,
        fingerprint,
        people,
    }
}

/// Flips one bit in a file of a part of the folder, where something was written; says where.
fn flip(folder: &Path, part: &str, dice: &mut ChaCha8Rng) -> String {
    let part = folder.join("default").join(part);
    let mut all = if part.is_dir() { files(&part) } else { vec![part] };
    all.retain(|path| fs::metadata(path).unwrap().len() > 0);
    all.sort();
    let path = &all[dice.random_range(0..all.len())];
    let mut content = fs::read(path).unwrap();
    let written: Vec<usize> = (0..content.len()).filter(|at| content[*at] != 0).collect();
    let at = written[dice.random_range(0..written.len())];
    content[at] ^= 1 << dice.random_range(0..8);
    fs::write(path, content).unwrap();
    format!("{} at {at}", path.display())
}

impl Known {
    /// Starts a service on a damaged folder; whether it could. What is told then is what was known.
    fn is_back(&self, folder: &Path, place: &str) -> bool {
        let key_file = Some(self.key_file.as_path());
        let mut running = Running::start(keyed(serve(folder), key_file));
        let Some(url) = running.listens() else {
            let (status, log) = (running.ended(), running.log());
            assert!(matches!(status.code(), Some(1 | 78)), "{place}: {log}");
            let is_told = ["secrets", "journal"].iter().any(|part| log.contains(part));
            assert!(is_told, "{place}: {log}");
            let mut all = files(folder).into_iter();
            let aside = all.find(|path| path.to_string_lossy().contains(".damaged"));
            assert_eq!(aside, None, "{place}: refused, and set aside: {log}");
            return false;
        };
        let api = Api::of(&url);
        for (question, known) in &self.people {
            // Where it meets the damage only now, it ends, or says that it failed.
            if let Ok((200, answer)) = api.try_post("/v1/lookup", question) {
                assert_eq!(&who(&answer), known, "{place}");
            }
        }
        running.terminate();
        running.ended();
        let found = output(keyed(fingerprint_of(folder), key_file), b"");
        // The same: the next start builds the store again.
        let found = match found.status.success() {
            true => String::from_utf8_lossy(&found.stdout).trim().to_owned(),
            false => print_of(folder, key_file),
        };
        assert_eq!(found, self.fingerprint, "{place}");
        true
    }
}

#[test]
fn no_flipped_bit_is_believed_under_a_key() {
    let [data, keys] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let known = filled(data.path(), put(keys.path(), &[1]));
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let mut came: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for (part, times) in FLIPS {
        for _ in 0..times {
            let copy = copied(data.path());
            let place = flip(copy.path(), part, &mut dice);
            // A snapshot is looked at where there is no store.
            if part == "snapshots" {
                fs::remove_dir_all(copy.path().join("default/store")).unwrap();
            }
            let is_back = known.is_back(copy.path(), &place);
            // A store can always be built again; what the journal lacks, and secrets, somebody has to restore.
            assert!(is_back || ["journal", "secrets"].contains(&part), "{place}");
            *came.entry((part, is_back)).or_default() += 1;
        }
    }
    eprintln!("folders with a flipped bit, and whether they came back: {came:?}");
}
