//! Runs a target over its seeds and over mutations of them, and says what it takes to run the same again.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::Path,
};

use crate::{
    mutate::Mutator,
    targets::{self, Target},
};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/seeds");
/// Mutations that a target gets which costs nothing to speak of, where `YEKTA_FUZZ` does not say.
const RUNS: u64 = 40_000;

/// Runs the target called `name`.
pub fn target(name: &str) {
    let target = targets::named(name).unwrap();
    let seeds = seeds(&Path::new(SEEDS).join(name));
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let mut latest = Latest::new(name);
    for (file, seed) in &seeds {
        latest.run(target, seed, file, None);
    }
    let runs = std::env::var("YEKTA_FUZZ").map_or(RUNS, |runs| runs.parse().expect("YEKTA_FUZZ is a number"));
    let each = runs
        .div_ceil(u64::from(target.costs))
        .div_ceil(seeds.len() as u64);
    for (file, seed) in &seeds {
        let mut mutator = Mutator::new(&format!("{name}/{file}"), &seeds);
        for number in 0..each {
            latest.run(target, &mutator.mutated(seed), file, Some(number));
        }
    }
}

/// The files in `folder` by name, in the order of their names.
fn seeds(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut seeds: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().to_str().unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    seeds.sort();
    seeds
}

/// A file with the latest input, behind a line with its length: what overflows the stack or runs out of memory ends the
/// process and says nothing.
struct Latest {
    file: File,
}

/// Says, when a target panics, on what.
struct Told<'a> {
    target: Target,
    bytes: &'a [u8],
    file: &'a str,
    number: Option<u64>,
}

impl Latest {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{name}"));
        Self {
            file: File::create(path).unwrap(),
        }
    }

    fn run(&mut self, target: Target, bytes: &[u8], file: &str, number: Option<u64>) {
        let line = format!("{:08}\n", bytes.len());
        // Not made anew and not cut: that takes longer than most targets.
        self.file
            .write_all_at(&[line.as_bytes(), bytes].concat(), 0)
            .unwrap();
        let told = Told {
            target,
            bytes,
            file,
            number,
        };
        (target.run)(bytes);
        drop(told);
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let hex: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = String::from_utf8_lossy(self.bytes);
        let (name, file) = (self.target.name, self.file);
        match self.number {
            None => eprintln!("target {name} failed on its seed {file}: {hex}\n{text}"),
            Some(number) => {
                eprintln!("target {name} failed on mutation {number} of its seed {file}: {hex}\n{text}")
            }
        }
    }
}
