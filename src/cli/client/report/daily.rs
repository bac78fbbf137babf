//! All reports of a day, and the page of them.

use std::io::Write;

use jiff::{ToSpan as _, civil::Date};
use serde_json::{Value, json};

use crate::cli::{
    client::{
        address::with_query,
        connection::{Client, document},
        error::ClientError,
        report::page::{Reports, page},
    },
    output::{Format, json_line},
};

const ATTEMPT: &str = "read the reports of a day";

/// What is drawn over days is drawn over so many, the day the last of them. So are gaps and what is not known: one day alone
/// has too few answers.
const TREND_DAYS: i64 = 28;
/// Journeys are told over so many: whoever does nothing is lost only after a while, which is a month where the rules say nothing.
const JOURNEY_DAYS: i64 = 90;

/// Asks for all of them, and writes the page; with `--json` what it is made of.
pub(super) fn write(
    day: Date,
    format: Format,
    client: &Client,
    out: &mut impl Write,
) -> Result<(), ClientError> {
    let last = day.to_string();
    let [trend_from, journey_from] =
        [TREND_DAYS, JOURNEY_DAYS].map(|days| day.saturating_sub((days - 1).days()).to_string());
    let ask = |path: &str, from: &str, by: Option<&str>| -> Result<Value, ClientError> {
        let query = [("from", Some(from)), ("until", Some(last.as_str())), ("by", by)];
        document(ATTEMPT, &client.get(ATTEMPT, &with_query(path, &query))?)
    };
    // By team, so that the scores of a team stand beside what it did.
    let cx = ask("/v1/reports/cx", &last, Some("team"))?;
    let trend = ask("/v1/reports/cx", &trend_from, Some("channel"))?;
    let journey = ask("/v1/reports/journey", &journey_from, None)?;
    let gap = ask("/v1/reports/gap", &trend_from, None)?;
    let coverage = ask("/v1/reports/coverage", &trend_from, None)?;
    let contacts = ask("/v1/reports/contacts", &last, None)?;
    let segments = document(ATTEMPT, &client.get(ATTEMPT, "/v1/reports/segments")?)?;
    let reports = Reports {
        cx: &cx,
        trend: &trend,
        journey: &journey,
        gap: &gap,
        coverage: &coverage,
        segments: &segments,
        contacts: &contacts,
    };
    let written = match format.is_json() {
        false => out.write_all(page(&last, &reports).as_bytes()),
        true => {
            let Reports {
                cx,
                trend,
                journey,
                gap,
                coverage,
                segments,
                contacts,
            } = reports;
            let all = json!({"day": last, "cx": cx, "trend": trend, "journey": journey, "gap": gap, "coverage": coverage,
                "segments": segments, "contacts": contacts});
            json_line(out, &all.to_string())
        }
    };
    written.map_err(ClientError::Output)
}
