//! `yekta doctor`: whether this machine will do. Each file looks at one thing and gives [`finding::Finding`]s: what was
//! measured, what was expected, and whether the service runs well, badly or not at all with that.
//!
//! Changes nothing but for one file that it writes into the data folder and removes.

mod clock;
mod disk;
mod finding;
mod limit;
mod nats;
mod port;

use std::io::Write;

use serde_json::json;

use crate::{
    cli::{
        command::{
            doctor::finding::{Finding, Verdict},
            serve::runtime,
            settings::SettingsArgs,
        },
        exit::Failure,
    },
    config::Settings,
};

/// Looks whether the service can run here: port, disk, its syncs, open files, clock, NATS.
///
/// Exits 1 where something has to be mended; what only warns does not. Which `sync_interval` a nats-server has it tells no
/// client: look into its configuration, `always` is what keeps what was acknowledged through a loss of power.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        let findings = look(&settings)?;
        match self.json {
            true => writeln!(out, "{}", as_json(&findings))?,
            false => findings
                .iter()
                .try_for_each(|finding| writeln!(out, "{finding}"))?,
        }
        match failed(&findings) {
            0 => Ok(()),
            count => Err(Failure::Failed(anyhow::anyhow!(
                "doctor: {count} of {} things have to be mended",
                findings.len()
            ))),
        }
    }
}

/// Everything, in the order in which a start would meet it.
fn look(settings: &Settings) -> Result<Vec<Finding>, Failure> {
    let mut findings = vec![port::look(settings.http.listen)];
    findings.extend(disk::look(settings));
    findings.push(limit::look(settings));
    findings.extend(clock::look());
    findings.extend(runtime()?.block_on(nats::look(settings)));
    Ok(findings)
}

fn failed(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail)
        .count()
}

fn as_json(findings: &[Finding]) -> serde_json::Value {
    let told = findings.iter().map(|finding| {
        json!({"what": finding.what, "verdict": finding.verdict.as_str(), "measured": finding.measured,
            "expected": finding.expected})
    });
    json!({"ok": failed(findings) == 0, "findings": told.collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_warns_is_no_failure_and_what_fails_is() {
        let finding = |verdict| Finding {
            what: "disk.sync",
            verdict,
            measured: "31.0 ms".to_owned(),
            expected: "20 ms at most".to_owned(),
        };
        let mut findings = vec![finding(Verdict::Ok), finding(Verdict::Warn)];
        assert_eq!(as_json(&findings)["ok"], true);
        findings.push(finding(Verdict::Fail));
        let told = as_json(&findings);
        assert_eq!(told["ok"], false);
        assert_eq!(
            told["findings"][2],
            json!({"what": "disk.sync", "verdict": "fail", "measured": "31.0 ms", "expected": "20 ms at most"})
        );
    }
}
