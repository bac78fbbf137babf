//! `yekta cluster`: what the processes that share a tenant say of themselves.

use std::io::Write;

use clap::Subcommand;

use crate::{
    app::{
        self,
        inspect::{Member, Status, Stream},
    },
    cli::{
        command::{serve::runtime, settings::SettingsArgs},
        exit::Failure,
    },
};

/// Processes that share a tenant.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print who owns the tenant, who stands by and how closely, and how its streams are kept
    ///
    /// The same of each of its partitions, where it has some. Exits 1 where nobody owns it or one of these.
    Status(StatusArgs),
    /// Have another process own the tenant: one that stands by, as `status` calls it
    ///
    /// The owner commits what it has taken and gives the tenant up; nothing is lost, and what is asked meanwhile waits or is
    /// sent there. Waits until that process owns it.
    HandOver(HandOverArgs),
}

#[derive(Debug, clap::Args)]
struct HandOverArgs {
    /// The process that is to own it.
    name: String,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl HandOverArgs {
    fn run(&self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        let took = runtime()?.block_on(app::hand_over(&settings, &self.name))?;
        writeln!(
            out,
            "{} owns {} after {} ms",
            self.name,
            settings.data.tenant,
            took.as_millis()
        )?;
        Ok(())
    }
}

#[derive(Debug, clap::Args)]
struct StatusArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.command {
            Command::Status(args) => args.run(out),
            Command::HandOver(args) => args.run(out),
        }
    }
}

impl StatusArgs {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        let found = runtime()?.block_on(app::cluster_status(&settings))?;
        let Some(status) = found else {
            return Err(anyhow::anyhow!("cluster status: expected a server in nats.url").into());
        };
        match self.json {
            true => writeln!(
                out,
                "{}",
                serde_json::to_string(&status).map_err(anyhow::Error::new)?
            )?,
            false => write(out, &status)?,
        }
        match status.ownerless().as_slice() {
            [] => Ok(()),
            ownerless => Err(Failure::Failed(anyhow::anyhow!(
                "cluster status: nobody owns the tenant {}",
                ownerless.join(", ")
            ))),
        }
    }
}

fn write(out: &mut impl Write, status: &Status) -> std::io::Result<()> {
    match status.partitions.len() {
        0 => writeln!(out, "tenant {}", status.tenant)?,
        partitions => writeln!(
            out,
            "tenant {}, the resolver of {partitions} partitions",
            status.tenant
        )?,
    }
    match &status.holder {
        Some(holder) => writeln!(
            out,
            "lease  {} at {} since {}",
            holder.name, holder.url, holder.since
        )?,
        None => writeln!(out, "lease  nobody")?,
    }
    writeln!(
        out,
        "\n{:<24} {:<8} {:>6} {:>12} {:>12} {:>8}",
        "member", "role", "epoch", "position", "input", "lag"
    )?;
    for member in &status.members {
        write_member(out, member)?;
    }
    writeln!(
        out,
        "\n{:<32} {:>12} {:>14} {:>8}  leader and followers",
        "stream", "messages", "bytes", "replicas"
    )?;
    for stream in &status.streams {
        write_stream(out, stream)?;
    }
    for partition in &status.partitions {
        writeln!(out)?;
        write(out, partition)?;
    }
    Ok(())
}

fn write_member(out: &mut impl Write, member: &Member) -> std::io::Result<()> {
    let or_none = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    writeln!(
        out,
        "{:<24} {:<8} {:>6} {:>12} {:>12} {:>8}",
        member.name,
        member.role,
        member.epoch,
        member.position,
        or_none(member.input),
        or_none(member.lag)
    )
}

fn write_stream(out: &mut impl Write, stream: &Stream) -> std::io::Result<()> {
    let followers = stream.followers.iter().map(|follower| {
        let state = match (follower.is_offline, follower.is_current) {
            (true, _) => "offline".to_owned(),
            (_, true) => "current".to_owned(),
            (_, false) => format!("{} behind", follower.lag),
        };
        format!("{} ({state})", follower.name)
    });
    let leader = stream.leader.clone().unwrap_or_else(|| "-".to_owned());
    let servers: Vec<String> = std::iter::once(leader).chain(followers).collect();
    writeln!(
        out,
        "{:<32} {:>12} {:>14} {:>8}  {}",
        stream.name,
        stream.messages,
        stream.bytes,
        stream.replicas,
        servers.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::inspect::{Follower, Holder};

    #[test]
    fn a_cluster_is_told_on_one_screen() {
        let member = |name: &str, role: &str, epoch, lag| Member {
            tenant: "default".to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
            epoch,
            position: 7,
            input: Some(3),
            lag,
            room: true,
        };
        let follower = |name: &str, is_current, is_offline| Follower {
            name: name.to_owned(),
            is_current,
            is_offline,
            lag: 9,
        };
        let status = Status {
            tenant: "default".to_owned(),
            holder: Some(Holder {
                id: "i".to_owned(),
                name: "a".to_owned(),
                url: "http://a:8080".to_owned(),
                since: "2026-11-22T10:15:00Z".to_owned(),
            }),
            members: vec![member("a", "owner", 4, Some(0)), member("b", "standby", 0, None)],
            streams: vec![Stream {
                name: "YEKTA_JOURNAL_default".to_owned(),
                messages: 12,
                bytes: 3_456,
                last: 12,
                replicas: 3,
                leader: Some("n1".to_owned()),
                followers: vec![
                    follower("n2", true, false),
                    follower("n3", false, false),
                    follower("n4", false, true),
                ],
            }],
            partitions: vec![Status {
                tenant: "default-p0".to_owned(),
                holder: None,
                members: vec![member("b", "standby", 0, None)],
                streams: Vec::new(),
                partitions: Vec::new(),
            }],
        };
        assert_eq!(status.ownerless(), ["default-p0"]);
        let mut out = Vec::new();
        write(&mut out, &status).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in [
            "lease  a at http://a:8080 since 2026-11-22T10:15:00Z",
            "a                        owner         4            7            3        0",
            "b                        standby       0            7            3        -",
            "n1, n2 (current), n3 (9 behind), n4 (offline)",
            "tenant default, the resolver of 1 partitions",
            "tenant default-p0",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
