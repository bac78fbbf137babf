//! The `yekta` binary: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;

/// A step makes and drops hundreds of small values per event.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    yekta::cli::Cli::parse().run()
}
