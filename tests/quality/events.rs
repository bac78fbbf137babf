//! Native events with the truth in a file of its own.

use yekta::quality::{Counts, QualityError};

use crate::run::{Bench, run, told};

const EVENTS: &str = r#"
{"id":"e1","channel":"web","type":"Signed In","time":"2024-05-01T10:00:00Z","source":"site","identifiers":[{"kind":"user_id","value":"u-1","trust":"verified"},{"kind":"email","value":"s@x.ir","trust":"verified"}]}
{"id":"e2","channel":"store","type":"Order Completed","time":"2024-05-02T10:00:00Z","source":"pos","identifiers":[{"kind":"email","value":"S@x.ir","trust":"staff"}]}
{"id":"e2","channel":"store","type":"Order Completed","time":"2024-05-02T10:00:00Z","source":"pos","identifiers":[{"kind":"email","value":"S@x.ir","trust":"staff"}]}
{"id":"e2","channel":"store","type":"Order Refunded","time":"2024-05-02T10:00:00Z","source":"pos","identifiers":[{"kind":"email","value":"t@x.ir","trust":"staff"}]}

{"id":"e3","channel":"callcenter","type":"Call Started","time":"2024-05-03T10:00:00Z","source":"pbx","identifiers":[{"kind":"phone","value":"+989123456789","trust":"staff"}]}
{"id":"e4","channel":"fax","type":"Call Started","source":"pbx","identifiers":[{"kind":"phone","value":"+989123456789"}]}
{"id":"e5","channel":"web","type":"Page Viewed","source":"site","time":"2024-05-03T11:00:00Z","identifiers":[{"kind":"anonymous_id","value":"c-1"}]}
{"id":"e6","channel":"web","type":"Form Submitted","source":"site","time":"2024-05-03T12:00:00Z","identifiers":[{"kind":"email","value":"s@x.ir","trust":"stated"}]}
{"id":"e7","channel":
"#;

#[test]
fn events_are_run_as_they_are_and_scored_where_the_truth_names_them() {
    let truth = "e1,sara\ne2,sara\ne3,sara\ne4,sara\ne9,mina\n";
    for head in ["", "event id,person\n"] {
        let truth = format!("{head}{truth}");
        let bench = Bench::new(&[("events.ndjson", EVENTS), ("truth.csv", &truth)]);
        let evaluation = run(bench.plan_with(&["events.ndjson"], &["truth.csv"])).unwrap();
        // The stated e-mail of e6 joins nothing, and e6 is shown with the one who holds it.
        assert_eq!(told(&evaluation), "e1=e1 e2=e1 e3=e3 e4=e4 e5=e5 e6=e1");
        let report = &evaluation.reports[0];
        assert_eq!(report.set, "events");
        let scores = &report.scores;
        assert_eq!(
            (
                scores.records,
                scores.people,
                scores.found,
                scores.true_pairs,
                scores.found_pairs
            ),
            (4, 1, 3, 6, 1)
        );
        let run = Counts {
            records: 9,
            refused: [("not_json", 1), ("unknown_channel", 1)].into(),
            duplicates: 1,
            conflicting: 1,
            not_in_truth: 2,
            only_in_truth: 1,
            uneven_rows: 0,
        };
        assert_eq!(report.run, run, "{head}");
    }
}

#[test]
fn a_truth_about_nothing_that_was_run_is_no_score() {
    let bench = Bench::new(&[("events.ndjson", EVENTS), ("truth.csv", "x1,sara\n")]);
    let scored = run(bench.plan_with(&["events.ndjson"], &["truth.csv"]));
    assert!(
        matches!(scored, Err(QualityError::NothingScored { .. })),
        "{scored:?}"
    );
    let none = bench.plan(&["events.ndjson"]).read().unwrap_err();
    assert!(
        none.to_string().contains("expected --truth with a file"),
        "{none}"
    );
}
