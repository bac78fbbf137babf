//! `yekta tenant`: whom a process serves that has several tenants. Their files say it, at which the process looks itself; or
//! the process is told, where it is named, and writes the files.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _, Write},
    path::PathBuf,
};

use clap::Subcommand;

use crate::{
    cli::{
        client::{
            connection::Client,
            error::ClientError,
            tenants::{self as running, ProcessArgs},
        },
        command::settings::SettingsArgs,
        exit::Failure,
    },
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
    /// A process that is named by --url says "ready" or "starting" instead of "ok". Exits 1 where a file cannot be used.
    List(ListArgs),
    /// Have a tenant of this name, or one whose file says something else
    ///
    /// The file is looked at first: one that cannot be used changes nothing. A running process serves it within ten seconds; one
    /// that is named by --url has it when the command ends.
    Add(AddArgs),
    /// Have no tenant of this name any more
    ///
    /// A running process drains and ends it within ten seconds; one that is named by --url has ended it when the command ends.
    /// What it knows stays in its folder and its streams.
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    process: ProcessArgs,
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
    process: ProcessArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The tenant.
    name: String,
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.command {
            Command::List(args) => match args.process.client() {
                Some(client) => asked(|out| running::list(&client, out), out).and_then(all_sound),
                None => list(&tenants(&args.settings)?, out).and_then(all_sound),
            },
            Command::Add(args) => match args.process.client() {
                Some(client) => add_to(&client, &args, out),
                None => add(&args, out),
            },
            Command::Remove(args) => match args.process.client() {
                Some(client) => asked(|out| running::remove(&client, &args.name, out), out),
                None => remove(&args, out),
            },
        }
    }
}

/// What a running process is asked. Who has read enough of the answer is no failure.
fn asked<T: Default, W: Write>(
    ask: impl FnOnce(&mut W) -> Result<T, ClientError>,
    out: &mut W,
) -> Result<T, Failure> {
    match ask(out) {
        Err(error) if error.is_closed_output() => Ok(T::default()),
        answered => Ok(answered?),
    }
}

fn tenants(settings: &SettingsArgs) -> Result<Tenants, Failure> {
    let found = settings.tenants()?;
    found.ok_or_else(|| anyhow::anyhow!("expected a folder in tenants.dir").into())
}

/// Prints what is to be said of each file; answers how many cannot be used.
fn list(tenants: &Tenants, out: &mut impl Write) -> Result<usize, Failure> {
    let found = tenants.look()?;
    let read = found.texts.iter().map(|(name, text)| {
        let settings = tenants.beside_others(name, text);
        (name, settings.err().map(|error| error.to_string()))
    });
    let unread = found
        .unread
        .iter()
        .map(|(name, error)| (name, Some(error.to_string())));
    let mut unsound = 0_usize;
    for (name, problem) in read.chain(unread).collect::<BTreeMap<_, _>>() {
        unsound = unsound.saturating_add(usize::from(problem.is_some()));
        let told = problem.map_or_else(|| "ok".to_owned(), |problem| problem.replace('\n', "; "));
        writeln!(out, "{name}\t{told}")?;
    }
    Ok(unsound)
}

fn all_sound(unsound: usize) -> Result<(), Failure> {
    match unsound {
        0 => Ok(()),
        _ => Err(anyhow::anyhow!("{unsound} of the files cannot be used").into()),
    }
}

fn add_to(client: &Client, args: &AddArgs, out: &mut impl Write) -> Result<(), Failure> {
    let text = read(&args.file)?;
    asked(|out| running::add(client, &args.name, &text, out), out)
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
