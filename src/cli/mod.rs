//! The command line: one file per command that runs or inspects a service, [`client`] for those that talk to one.
//!
//! Holds no logic of the service; composes `app`, prints, and turns errors into exit codes.

pub mod client;
mod command;
mod exit;
pub mod generate;
pub mod output;
pub mod story;

use std::{io, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand};

use crate::{
    cli::{
        client::ClientCommand,
        command::{
            audit, cluster, completions, config, demo, doctor, fingerprint, generate as generate_command,
            identity, man, migrate, rebuild, restore, rules, serve, snapshot, tenant, verify,
        },
    },
    telemetry,
};

/// One customer, one profile, on every channel.
#[derive(Debug, Parser)]
#[command(name = "yekta", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service on a persistent folder.
    Serve(serve::Args),
    /// Run the service on a temporary folder and play a story to it.
    Demo(demo::Args),
    /// Write synthetic four-channel traffic, to standard output or to a running service.
    Generate(generate_command::Args),
    /// Print the fingerprint of a data folder; no service may be running on it.
    Fingerprint(fingerprint::Args),
    /// Who is who: explain, merge, separate, undo; measure how well people are told apart, learn what agreement weighs.
    Identity(identity::Args),
    /// Bring a standalone data folder onto NATS.
    Migrate(migrate::Args),
    /// Write a stopped standalone data folder down as one file.
    Snapshot(snapshot::Args),
    /// Make a standalone data folder of a snapshot.
    Restore(restore::Args),
    /// Make the store of a standalone data folder again.
    Rebuild(rebuild::Args),
    /// Read everything in a data folder and check that it is what was written.
    Verify(verify::Args),
    /// The tenants of a process that has several: list them, add one, remove one.
    Tenant(tenant::Args),
    /// Processes that share a tenant.
    Cluster(cluster::Args),
    /// The log of who was told of whom.
    Audit(audit::Args),
    /// Look whether the service can run here: port, disk, open files, clock, NATS.
    Doctor(doctor::Args),
    /// Check, print or describe the configuration.
    Config(config::Args),
    /// The rules of the tenant: check, test by cases and try out those of a folder; list those of a running service.
    Rules(rules::Args),
    /// Write the completions of a shell to standard output.
    Completions(completions::Args),
    /// Write the manual page to standard output, or one for each command into a folder.
    Man(man::Args),
    #[command(flatten)]
    Client(ClientCommand),
}

impl Cli {
    /// Carries the command out.
    pub fn run(self) -> ExitCode {
        telemetry::keep_records_out_of_panics();
        let mut out = io::stdout().lock();
        let result = match self.command {
            Command::Serve(args) => args.run(&mut out),
            Command::Demo(args) => args.run(&mut out),
            Command::Tenant(args) => args.run(&mut out),
            Command::Cluster(args) => args.run(&mut out),
            Command::Audit(args) => args.run(&mut out),
            Command::Generate(args) => args.run(&mut out),
            Command::Fingerprint(args) => args.run(&mut out),
            Command::Identity(args) => args.run(&mut out),
            Command::Migrate(args) => args.run(&mut out),
            Command::Snapshot(args) => args.run(&mut out),
            Command::Restore(args) => args.run(&mut out),
            Command::Rebuild(args) => args.run(&mut out),
            Command::Verify(args) => args.run(&mut out),
            Command::Doctor(args) => args.run(&mut out),
            Command::Config(args) => args.run(&mut out),
            Command::Rules(args) => args.run(&mut out),
            Command::Completions(args) => args.run(Self::command(), &mut out),
            Command::Man(args) => args.run(Self::command(), &mut out),
            Command::Client(command) => {
                let client = command.server().client();
                command.run(&client, &mut out).map_err(Into::into)
            }
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(),
        }
    }
}
