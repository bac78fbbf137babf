//! What is read from the flags of `yekta report`.

use clap::Parser;

use super::Args;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

fn check(typed: &str, expected: Option<&[(&str, &str)]>) {
    let typed = std::iter::once("report").chain(typed.split_whitespace());
    let args = Command::try_parse_from(typed.clone())
        .ok()
        .map(|command| command.args);
    let day = args.as_ref().and_then(|args| args.day).map(|day| day.to_string());
    let query = args.as_ref().map(|args| {
        let query = args.what.as_ref().map(|what| what.query(day.as_deref()));
        let given = query.unwrap_or_default();
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect::<Vec<_>>()
    });
    let typed = typed.collect::<Vec<_>>();
    assert_eq!(query.as_deref(), expected, "{typed:?}");
}

#[test]
fn a_day_or_the_name_of_a_report_is_said() {
    check("", None);
    check("--day 2026-02-30", None);
    check("--day 2026-11-22", Some(&[]));
    check("segments", Some(&[]));
    check("--day 2026-11-22 --csv", None);
    check("cx --csv --json", None);
}

#[test]
fn the_day_stands_for_days_that_are_not_said() {
    check("cx --by team", Some(&[("by", "team")]));
    let day = [("from", "2026-11-22"), ("until", "2026-11-22")];
    check("--day 2026-11-22 coverage", Some(&day));
    let from = [
        ("from", "2026-11-01"),
        ("until", "2026-11-22"),
        ("journey", "purchase"),
    ];
    check(
        "--day 2026-11-22 journey --from 2026-11-01 --journey purchase",
        Some(&from),
    );
    let beside = [
        ("from", "2026-11-01"),
        ("beside_from", "2026-10-01"),
        ("beside_until", "2026-10-31"),
    ];
    check(
        "gap --from 2026-11-01 --beside-from 2026-10-01 --beside-until 2026-10-31",
        Some(&beside),
    );
}
