//! The `yekta` binary: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    yekta::cli::Cli::parse().run()
}
