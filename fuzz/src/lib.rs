//! The targets of `tests/hostile`, for the fuzzer.

#[path = "../../tests/hostile/targets/mod.rs"]
pub mod targets;
