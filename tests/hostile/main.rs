//! Hostile bytes, without a fuzzer: every seed as it is, and mutations of it that a fixed number makes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test has no users")]

mod mutate;
mod run;
mod targets;

/// One test per target, so that they run beside each other and fail one by one.
macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run::target(stringify!($name)); })*

        #[test]
        fn every_target_is_tested() {
            let tested = [$(stringify!($name)),*];
            let names = targets::ALL.map(|target| target.name);
            assert_eq!(tested, names);
        }

        #[test]
        fn every_target_is_fuzzed() {
            let manifest = include_str!("../../fuzz/Cargo.toml").parse::<toml::Table>().unwrap();
            let fuzzed = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap());
            let names = targets::ALL.map(|target| target.name);
            assert_eq!(fuzzed.collect::<Vec<_>>(), names);
        }
    };
}

tests! {
    event_native event_segment event_cloud event_binary event_message identifier qr_token record commit journal snapshot
    request http settings weights
}
