//! How many files the process may have open: each connection is one.

use rustix::process::{Resource, getrlimit};

use crate::{
    cli::command::doctor::finding::{Finding, Verdict},
    config::Settings,
};

/// Files beside the connections: store, journal, snapshots, the connection to NATS, the runtime's own.
const OTHERS: u64 = 256;

/// What the system lets the process have against what the settings may take.
pub(crate) fn look(settings: &Settings) -> Finding {
    let connections = u64::try_from(settings.http.connections_max).unwrap_or(u64::MAX);
    judged(getrlimit(Resource::Nofile).current, connections)
}

fn judged(limit: Option<u64>, connections: u64) -> Finding {
    let least = connections.saturating_add(OTHERS);
    let verdict = match limit {
        // The store would not open.
        Some(limit) if limit < OTHERS => Verdict::Fail,
        Some(limit) if limit < least => Verdict::Warn,
        _ => Verdict::Ok,
    };
    Finding::new(
        "limit.files",
        verdict,
        limit.map_or_else(|| "without bound".to_owned(), |limit| limit.to_string()),
        format!("{least}: http.connections_max and {OTHERS} (LimitNOFILE=, ulimit -n)"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_file_for_each_connection() {
        let verdict = |limit| judged(limit, 1_024).verdict;
        assert_eq!(verdict(None), Verdict::Ok);
        assert_eq!(verdict(Some(1_280)), Verdict::Ok);
        assert_eq!(verdict(Some(1_024)), Verdict::Warn);
        assert_eq!(verdict(Some(64)), Verdict::Fail);
    }
}
