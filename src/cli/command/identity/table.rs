//! How an evaluation is shown to people: one line per set, and below what the figures are not about.

use std::io::{self, Write};

use crate::{
    cli::output::plain,
    quality::{Counts, Rates, Report},
};

/// Writes the table.
pub(super) fn write(out: &mut impl Write, reports: &[Report]) -> io::Result<()> {
    let names: Vec<String> = reports.iter().map(|report| plain(&report.set)).collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or_default()
        .max(3);
    writeln!(
        out,
        "{:width$}  {:>7} {:>7} {:>7}  {:20}  {:20}  {:20}  {:>6} {:>7} {:>7}",
        "", "", "true", "found", "pairs", "B-cubed", "exact persons", "over-", "largest", "records"
    )?;
    write!(
        out,
        "{:width$}  {:>7} {:>7} {:>7}",
        "set", "records", "persons", "persons"
    )?;
    for _ in 0..3 {
        write!(out, "  {:>6} {:>6} {:>6}", "P", "R", "F1")?;
    }
    writeln!(out, "  {:>6} {:>7} {:>7}", "merged", "person", "/s")?;
    for (report, name) in reports.iter().zip(&names) {
        let scores = &report.scores;
        write!(
            out,
            "{name:width$}  {:>7} {:>7} {:>7}",
            scores.records, scores.people, scores.found
        )?;
        for rates in [scores.pairs, scores.b_cubed, scores.clusters] {
            let Rates {
                precision,
                recall,
                f1,
            } = rates;
            write!(out, "  {precision:>6.4} {recall:>6.4} {f1:>6.4}")?;
        }
        let speed = report.records_per_second;
        writeln!(
            out,
            "  {:>6} {:>7} {speed:>7.0}",
            scores.over_merged, scores.largest
        )?;
    }
    for (report, name) in reports.iter().zip(&names) {
        for line in beside(&report.run) {
            writeln!(out, "{name}: {line}")?;
        }
    }
    Ok(())
}

/// What the figures of a set are not about.
fn beside(run: &Counts) -> Vec<String> {
    let mut lines = Vec::new();
    if !run.refused.is_empty() {
        let total: usize = run.refused.values().sum();
        let reasons = run.refused.iter().map(|(code, count)| format!("{code} {count}"));
        let reasons: Vec<String> = reasons.collect();
        lines.push(format!(
            "{total} refused, each scored as somebody of its own: {}",
            reasons.join(", ")
        ));
    }
    let count = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    lines.extend(count(run.duplicates, "sent twice and counted once"));
    lines.extend(count(run.conflicting, "left out: another record had the same id"));
    lines.extend(count(
        run.not_in_truth,
        "run and not scored: the truth does not name them",
    ));
    lines.extend(count(run.only_in_truth, "in the truth and not among the records"));
    let uneven = usize::try_from(run.uneven_rows).unwrap_or(usize::MAX);
    lines.extend(count(
        uneven,
        "rows with more or fewer fields than columns, read as far as they go",
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::{Cell, Scores};

    fn report(set: &str, cells: &[(usize, usize)], run: Counts) -> Report {
        let cells: Vec<Cell> = cells
            .iter()
            .map(|&(found, truth)| Cell { found, truth })
            .collect();
        Report {
            set: set.to_owned(),
            scores: Scores::of(&cells).unwrap(),
            records_per_second: 12_345.6,
            run,
        }
    }

    #[test]
    fn a_set_is_a_line_and_what_is_not_scored_is_said_below() {
        let run = Counts {
            records: 16,
            refused: [("no_identity", 2), ("bad_time", 1)].into(),
            duplicates: 1,
            conflicting: 2,
            not_in_truth: 3,
            only_in_truth: 4,
            uneven_rows: 5,
        };
        let cells = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 4)];
        let reports = [
            report("a", &[(1, 1), (1, 1), (2, 2)], Counts::default()),
            report("a+\u{1b}b", &cells, run),
        ];
        let mut out = Vec::new();
        write(&mut out, &reports).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
