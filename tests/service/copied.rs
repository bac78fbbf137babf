//! A subscriber's copy of the profiles, made of the stream of updates alone.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::process::{fingerprint_of, printed};

/// The profiles as a subscriber knows them who was told everything from the beginning.
#[derive(Default)]
pub struct Copied {
    /// The documents by the id of their profile.
    pub profiles: BTreeMap<String, Value>,
    versions: BTreeMap<String, u64>,
}

impl Copied {
    /// Takes what is told next: an update, whose version follows on the one before, or a merge or a split.
    pub fn take(&mut self, told: &Value) {
        match told["kind"].as_str() {
            Some("updated") => {
                let id = told["profile"].as_str().unwrap().to_owned();
                let version = told["version"].as_u64().unwrap();
                let before = self.versions.insert(id.clone(), version).unwrap_or(0);
                assert_eq!(version, before + 1, "of {id}");
                self.profiles.insert(id, told["document"].clone());
            }
            Some("merged" | "split" | "moved" | "erased") => {
                let ids = |name: &str| told[name].as_array().unwrap().clone();
                let into = ids("into");
                for gone in ids("from").iter().filter(|id| !into.contains(id)) {
                    self.profiles.remove(gone.as_str().unwrap());
                }
            }
            other => panic!("told {other:?}"),
        }
    }

    /// How many events all profiles together count.
    pub fn events(&self) -> usize {
        let counted = self
            .profiles
            .values()
            .map(|one| one["counters"]["events"].as_u64().unwrap());
        usize::try_from(counted.sum::<u64>()).unwrap()
    }

    /// Compares the fingerprints with those of a folder that no process has.
    pub fn is_what_is_stored(&self, folder: &Path) {
        let print = |document: &Value| document["fingerprint"].as_str().unwrap().to_owned();
        let told: BTreeMap<String, String> = self
            .profiles
            .iter()
            .map(|(id, document)| (id.clone(), print(document)))
            .collect();
        let stored = stored_prints(folder);
        let differing: Vec<&String> = told
            .keys()
            .chain(stored.keys())
            .filter(|id| told.get(*id) != stored.get(*id))
            .collect();
        assert!(differing.is_empty(), "told otherwise than stored: {differing:?}");
    }
}

/// Profiles and their fingerprints as they are in the folder.
fn stored_prints(folder: &Path) -> BTreeMap<String, String> {
    let mut command = fingerprint_of(folder);
    command.arg("--json");
    let text = |line: &Value, name: &str| line[name].as_str().map(str::to_owned);
    printed(command, b"")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter_map(|line: Value| Some((text(&line, "profile")?, text(&line, "fingerprint").unwrap())))
        .collect()
}
