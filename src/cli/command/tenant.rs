//! `yekta tenant`: whom a process serves that has several tenants. The process looks at their files itself, so none has to be
//! told.

use std::{
    fs,
    io::{self, Read as _, Write},
    path::PathBuf,
};

use clap::Subcommand;

use crate::{
    cli::{command::settings::SettingsArgs, exit::Failure},
    config::Tenants,
};

/// Where a file is read from that has no name.
const STDIN: &str = "-";

/// The tenants of a process.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the tenants, a line each: the name, and "ok" or what is wrong with their file
    ///
    /// Exits 1 where a file cannot be used.
    List(ListArgs),
    /// Have a tenant of this name, or one whose file says something else
    ///
    /// The file is looked at first: one that cannot be used changes nothing. A running process serves it within ten seconds.
    Add(AddArgs),
    /// Have no tenant of this name any more
    ///
    /// A running process drains and ends it within ten seconds. What it knows stays in its folder and its streams.
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// The tenant: 1 to 64 characters of a-z, 0-9 and _.
    name: String,
    /// What differs from the configuration of the process, its keys above all (TOML); - reads it from here.
    file: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The tenant.
    name: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.command {
            Command::List(args) => list(&tenants(&args.settings)?, out),
            Command::Add(args) => add(&args, out),
            Command::Remove(args) => remove(&args, out),
        }
    }
}

fn tenants(settings: &SettingsArgs) -> Result<Tenants, Failure> {
    let found = settings.tenants()?;
    found.ok_or_else(|| anyhow::anyhow!("expected a folder in tenants.dir").into())
}

fn list(tenants: &Tenants, out: &mut impl Write) -> Result<(), Failure> {
    let mut unsound = 0_usize;
    for (name, text) in tenants.texts()? {
        match tenants.beside_others(&name, &text) {
            Ok(_) => writeln!(out, "{name}\tok")?,
            Err(error) => {
                unsound = unsound.saturating_add(1);
                let shown = error.to_string().replace('\n', "; ");
                writeln!(out, "{name}\t{shown}")?;
            }
        }
    }
    match unsound {
        0 => Ok(()),
        _ => Err(anyhow::anyhow!("{unsound} of the files cannot be used").into()),
    }
}

fn add(args: &AddArgs, out: &mut impl Write) -> Result<(), Failure> {
    let tenants = tenants(&args.settings)?;
    let text = read(&args.file)?;
    let settings = tenants.beside_others(&args.name, &text)?;
    tenants.put(&args.name, &text)?;
    writeln!(out, "{}\t{}", args.name, settings.http.path)?;
    Ok(())
}

fn remove(args: &RemoveArgs, out: &mut impl Write) -> Result<(), Failure> {
    match tenants(&args.settings)?.remove(&args.name)? {
        true => Ok(writeln!(out, "{}\tremoved", args.name)?),
        false => Err(anyhow::anyhow!("there is no tenant {}", args.name).into()),
    }
}

fn read(file: &PathBuf) -> Result<String, Failure> {
    if file.as_os_str() == STDIN {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    let read = fs::read_to_string(file);
    Ok(read.map_err(|error| anyhow::anyhow!("read {}: {error}", file.display()))?)
}
