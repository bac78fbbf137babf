//! Hands what the fuzzer makes to the target that is called as this binary is.
#![no_main]

use std::sync::LazyLock;

use yekta_fuzz::targets::{Target, named};

static TARGET: LazyLock<Target> = LazyLock::new(|| named(env!("CARGO_BIN_NAME")).expect("a target of this name"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
