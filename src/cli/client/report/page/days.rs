//! The days up to the one of the page: owns [`Days`].

use std::fmt;

use jiff::civil::Date;

use crate::cli::client::report::page::said::Said;

/// Days that are shown, at most: no report has more.
const DAYS_MAX: usize = 366;

/// Days that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Days {
    /// All of them, the earliest first.
    pub(super) all: Vec<String>,
}

impl Days {
    /// Those of a report; none where it names none.
    pub(super) fn of(report: Said<'_>) -> Self {
        let ends = [report.text("from"), report.text("until")].map(|day| day.parse::<Date>().ok());
        let [Some(first), Some(last)] = ends else {
            return Self { all: Vec::new() };
        };
        let next = |day: &Date| day.tomorrow().ok();
        let all = std::iter::successors(Some(first), next).take_while(|day| *day <= last);
        Self {
            all: all.take(DAYS_MAX).map(|day| day.to_string()).collect(),
        }
    }

    /// The place of a day among them.
    pub(super) fn place(&self, day: &str) -> Option<usize> {
        self.all.iter().position(|one| one == day)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.all.len() {
            0 => out.write_str("these days"),
            1 => out.write_str("1 day"),
            many => write!(out, "{many} days"),
        }
    }
}
