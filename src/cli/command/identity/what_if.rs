//! `yekta identity what-if`: who would join or part if other rules held.

use std::{collections::BTreeSet, io::Write, path::PathBuf};

use serde_json::json;

use crate::{
    app::{engine_config, standalone},
    cli::{
        command::{serve::runtime, settings::SettingsArgs, temporary::TemporaryFolder},
        exit::Failure,
        output::Format,
    },
    engine::{Offline, ProfileId},
    quality::{Change, Recorded, WhatIf},
    telemetry::init_tracing,
};

/// Resolves what a data folder recorded under other rules, and tells who would join or part.
///
/// The folder is only read; no service may be running on it. Rules are what the settings say about identity and
/// identifiers. All recorded events are held in memory.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A configuration file (TOML) with the other rules.
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let config = engine_config(&settings);
        let folder = Offline::open(&config)?;
        let recorded = Recorded::read(&folder)?;
        let temporary = TemporaryFolder::new("what-if")?;
        let other = SettingsArgs {
            config: Some(self.rules),
            data_dir: Some(temporary.path().to_owned()),
            // Whatever the file says: what is tried here stays here.
            nats_url: Some(String::new()),
            ..SettingsArgs::default()
        };
        let other = other.load()?;
        // With the same secrets people who stay the same keep their ids.
        let tried = engine_config(&other).dir;
        std::fs::create_dir_all(&tried)?;
        std::fs::copy(config.dir.join("secrets"), tried.join("secrets"))?;
        let engine = standalone(&other)?;
        let answer = runtime()?.block_on(recorded.what_if(&engine.handle));
        engine.stop().map_err(anyhow::Error::new)?;
        let answer = answer?;
        drop(folder);
        match self.format.is_json() {
            true => tell_json(out, &answer),
            false => tell(out, &answer),
        }
    }
}

fn tell(out: &mut impl Write, answer: &WhatIf) -> Result<(), Failure> {
    for Change { from, into, events } in &answer.changes {
        let what = match (from.len(), into.len()) {
            (_, 1) => "would join",
            (1, _) => "would part",
            _ => "would be others",
        };
        let ids = |ids: &BTreeSet<ProfileId>| {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            ids.join(" ")
        };
        writeln!(out, "{what}: {} -> {} ({events} events)", ids(from), ids(into))?;
    }
    let WhatIf {
        events,
        before,
        after,
        changes,
    } = answer;
    let changes = changes.len();
    writeln!(
        out,
        "{events} events, {before} people now, {after} then; {changes} changes"
    )?;
    Ok(())
}

/// One line per change, then one for the whole.
fn tell_json(out: &mut impl Write, answer: &WhatIf) -> Result<(), Failure> {
    let ids = |ids: &BTreeSet<ProfileId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    for Change { from, into, events } in &answer.changes {
        writeln!(
            out,
            "{}",
            json!({"from": ids(from), "into": ids(into), "events": events})
        )?;
    }
    let whole = json!({"events": answer.events, "before": answer.before, "after": answer.after,
        "changes": answer.changes.len()});
    writeln!(out, "{whole}")?;
    Ok(())
}
