//! `yekta report`: what is counted by day, as tables, as JSON or as rows; and a day as one page.
//!
//! | what | where |
//! |---|---|
//! | what is asked for, of the reports one by one | [`asked`] |
//! | what an answer looks like as tables | [`tables`] |
//! | a day of all reports, and the page of it | [`daily`], [`page`] |

mod asked;
mod daily;
mod page;
mod tables;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use crate::cli::{
    client::{
        address::with_query,
        connection::{Client, document},
        error::ClientError,
        server::ServerArgs,
    },
    output::{Format, json_line},
};

pub use self::asked::What;

const ATTEMPT: &str = "read a report";

/// What is reported.
#[derive(Clone, Debug, clap::Args)]
#[command(
    subcommand_negates_reqs = true,
    after_help = "\
Without the name of one report, all of them are read, and a page of the day is written: one file of HTML that needs
nothing but itself.

Examples:
  yekta report --day 2026-11-22 --out day.html
  yekta report contacts
  yekta report contacts --from 2026-11-01 --until 2026-11-30 --by rule --json
  yekta report cx --by team
  yekta report gap --journey purchase --from 2026-11-01 --beside-from 2026-10-01 --beside-until 2026-10-31
  yekta report journey --csv > journey.csv"
)]
pub struct Args {
    /// The day, in UTC, of which a page is written; of one report, its first and last day where these are not said
    #[arg(long, required = true, value_name = "DAY")]
    pub day: Option<Date>,
    /// The file that is written; standard output where it is not said
    #[arg(long, global = true, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// One report
    #[command(subcommand)]
    pub what: Option<What>,
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks and prints, or writes the file. A file that is there is kept where the service does not answer.
///
/// # Errors
/// When the service refuses (a day is none, or there are too many; there is no such journey) or cannot be reached, the file
/// cannot be written, or `out` takes no more.
pub fn run(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let Some(path) = &args.out else {
        return print(args, client, out);
    };
    let mut whole = Vec::new();
    print(args, client, &mut whole)?;
    write_file(path, &whole)?;
    writeln!(out, "wrote {}", path.display()).map_err(ClientError::Output)
}

fn print(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let day = args.day.map(|day| day.to_string());
    match (&args.what, args.day) {
        (Some(what), _) => one(what, day.as_deref(), args.format, client, out),
        (None, Some(day)) => daily::write(day, args.format, client, out),
        // The flags are read so that one of both is there.
        (None, None) => Ok(()),
    }
}

fn one(
    what: &What,
    day: Option<&str>,
    format: Format,
    client: &Client,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    let mut query = what.query(day);
    if what.is_csv() {
        query.push(("format", Some("csv")));
        return client.copy(ATTEMPT, &with_query(what.path(), &query), out);
    }
    let answer = client.get(ATTEMPT, &with_query(what.path(), &query))?;
    let printed = match format.is_json() {
        true => json_line(out, &answer),
        false => tables::print(out, what.tables(), &document(ATTEMPT, &answer)?),
    };
    printed.map_err(ClientError::Output)
}

fn write_file(path: &Path, whole: &[u8]) -> Result<(), ClientError> {
    fs::write(path, whole).map_err(|source| ClientError::File {
        name: path.display().to_string(),
        source,
    })
}

#[cfg(test)]
mod tests;
