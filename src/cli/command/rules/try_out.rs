//! `yekta rules try`: what rules would have done with what a folder recorded.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    app::{engine_config, engine_rules},
    cli::{
        command::{settings::SettingsArgs, temporary::TemporaryFolder},
        exit::Failure,
        output::{Format, plain},
    },
    config::{RuleFiles, Settings},
    domain::time::Timestamp,
    engine::{self, EngineConfig, Offline, trial::Trial},
    telemetry::init_tracing,
    tryout::{
        FlowTally, History, Simulation, Tally, TryError,
        seen::{Seen, What},
    },
    wire::time,
};

/// Puts everything that a data folder recorded through rules, in the order and at the times at which it came, and tells
/// what they would have done.
///
/// The folder is that of a stopped service, and is left as it is; or a snapshot of a running one is read. What was really
/// sent counts as sent, what the rules of then decided does not. The settings that hold now are those that are tried:
/// channels, identity, contact policy. Flows that were started by hand are not started again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder with the rules; by default the one that the configuration names.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Tell only of what would have happened from then on, such as 2026-05-01T00:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = point)]
    from: Option<Timestamp>,
    /// Let time go on until then; by default until the last event that was recorded.
    #[arg(long, value_name = "TIME", value_parser = point)]
    until: Option<Timestamp>,
    /// Tell each action, and each message that was not sent or held back.
    #[arg(long)]
    list: bool,
    /// Read this snapshot instead of a data folder.
    #[arg(long, value_name = "FILE", requires = "secrets")]
    snapshot: Option<PathBuf>,
    /// The secrets of the folder in which the snapshot was made.
    #[arg(long, value_name = "FILE", requires = "snapshot")]
    secrets: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(flatten)]
    format: Format,
}

fn point(text: &str) -> Result<Timestamp, String> {
    time::parse(text).ok_or_else(|| "expected a point such as 2026-05-01T12:00:00Z".to_owned())
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let files = match &self.rules {
            Some(folder) => Some(RuleFiles::read(folder)?),
            None => settings.decide.files.clone(),
        };
        let book = files.ok_or_else(crate::cli::command::rules::no_folder)?.book()?;
        settings.decide.book.replace(book);
        let temporary = TemporaryFolder::new("try")?;
        let recorded = self.recorded(&settings, temporary.path())?;
        let folder = Offline::open(&recorded)?;
        let history = History::of(&folder, temporary.path())?;
        let tried = EngineConfig {
            dir: temporary.path().join("tried"),
            ..recorded.clone()
        };
        // With the same secrets people have the same ids.
        std::fs::create_dir_all(&tried.dir)?;
        std::fs::copy(recorded.dir.join("secrets"), tried.dir.join("secrets"))?;
        let simulation = Simulation::start(&tried, engine_rules(&settings))?;
        self.tell(history, simulation, out)
    }

    /// Where what was recorded lies.
    fn recorded(&self, settings: &Settings, temporary: &Path) -> Result<EngineConfig, Failure> {
        let config = engine_config(settings);
        let (Some(snapshot), Some(secrets)) = (&self.snapshot, &self.secrets) else {
            if !config.dir.join("secrets").exists() {
                let told = format!("{} is no data folder", config.dir.display());
                return Err(Failure::Usage(told));
            }
            return Ok(config);
        };
        let config = EngineConfig {
            dir: temporary.join("restored"),
            ..config
        };
        engine::restore(&config, snapshot, secrets)?;
        Ok(config)
    }

    fn tell(
        &self,
        history: History<'_>,
        mut simulation: Simulation,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let events = history.events();
        let until = self.until.or(history.last()).unwrap_or_default();
        let mut tally = Tally::of(simulation.trial(), self.from);
        // What cannot be written is told behind it all: a simulation knows no output.
        let mut written = Ok(());
        history.replay(&mut simulation, until, &mut |trial, seen| {
            if tally.count(&seen) && self.list && written.is_ok() {
                written = self.one(trial, &seen, out)?;
            }
            Ok(())
        })?;
        written?;
        let trial = simulation.trial();
        tally.close(trial)?;
        let failures = trial.failures();
        if self.format.is_json() {
            let failing: Vec<_> = failures
                .iter()
                .map(|one| json!({"rule": one.rule, "times": one.times, "problem": one.problem}))
                .collect();
            let whole = json!({"events": events, "from": self.from.map(time::format), "until": time::format(until),
                "flows": tally.flows, "segments": tally.segments, "failing": failing});
            writeln!(out, "{whole}")?;
            return Ok(());
        }
        for (name, flow) in &tally.flows {
            writeln!(out, "flow {name}: {}", line(flow))?;
        }
        for (name, segment) in &tally.segments {
            let (entered, left, size) = (segment.entered, segment.left, segment.size);
            writeln!(
                out,
                "segment {name}: {entered} entered, {left} left, {size} in it at the end"
            )?;
        }
        for one in failures {
            writeln!(
                out,
                "{} cannot be evaluated, {} times: {}",
                one.rule, one.times, one.problem
            )?;
        }
        writeln!(out, "{events} events, until {}", time::format(until))?;
        Ok(())
    }

    /// Tells one of what was seen, as far as it is listed.
    fn one(&self, trial: &Trial, seen: &Seen, out: &mut impl Write) -> Result<std::io::Result<()>, TryError> {
        let (kind, deed) = match &seen.what {
            What::Action(deed) => ("action", deed),
            What::Held(deed) => ("held", deed),
            What::Suppressed(deed) => ("suppressed", deed),
            What::Begun { .. } | What::Ended { .. } | What::Moved(_) => return Ok(Ok(())),
        };
        let whose = trial.whose(&deed.event)?.map(|profile| profile.to_string());
        if self.format.is_json() {
            return Ok(writeln!(out, "{}", seen.to_json(whose.as_deref())));
        }
        let whose = whose.unwrap_or_default();
        let text = format!(
            "{} {kind} {} {} of {} for {whose}: {} {}",
            time::format(seen.at),
            deed.channel,
            deed.name,
            deed.flow,
            deed.rule,
            deed.reason
        );
        Ok(writeln!(out, "{}", plain(&text)))
    }
}

/// What a flow did, in a line.
fn line(flow: &FlowTally) -> String {
    let FlowTally {
        begun,
        actions,
        held,
        suppressed,
        ended,
    } = flow;
    let mut text = format!("{begun} set going, {actions} actions");
    for (what, counts) in [("held", held), ("suppressed", suppressed), ("ended", ended)] {
        let sum = counts.values().copied().fold(0, u64::saturating_add);
        let each: Vec<String> = counts
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        if sum > 0 {
            text.push_str(&format!(", {sum} {what} ({})", each.join(", ")));
        }
    }
    text
}
