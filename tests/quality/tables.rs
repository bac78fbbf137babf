//! Tables of records with exact identifiers.

use yekta::quality::{Counts, Plan};

use crate::run::{Bench, run, told};

const MAP: &str = r#"
id = "id"
truth = "who"
phone_region = "IR"
time = "at"
[traits]
first_name = "first"
[identifiers]
email = "mail"
phone = "phone"
"#;

/// 1 and 2 share an e-mail in two spellings; 3 to 5 a phone in two spellings; 6 is somebody else with the e-mail of 5;
/// 7 has a name alone, 8 nothing at all.
const PEOPLE: &str = "\
id, mail, phone, first, at, who
1, a@x.org,, Sara, 2024-05-01, p1
2, A@X.ORG,, Sara, 2024-04-01, p1
3,, 0912 345 6789, Mina, 2024-03-01T10:00:00Z, p2
4,, +98 912 345 6789, Mina,, p2
5, b@x.org, 09123456789, Mina,, p2
6, b@x.org,,,, p3
7,,, Nobody,, p4
8,,,,, p5
";

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[test]
fn records_that_share_an_identifier_are_one_person_and_are_scored() {
    let bench = Bench::new(&[("people.csv", PEOPLE), ("map.toml", MAP)]);
    let evaluation = run(bench.plan(&["people.csv"])).unwrap();
    assert_eq!(told(&evaluation), "1=1 2=1 3=3 4=3 5=3 6=3 7=7 8=8");
    let [report] = evaluation.reports.as_slice() else {
        panic!("one set is one report")
    };
    assert_eq!(report.set, "people");
    let scores = &report.scores;
    assert_eq!((scores.records, scores.people, scores.found), (8, 5, 4));
    assert_eq!((scores.over_merged, scores.largest), (1, 4));
    assert!(close(scores.pairs.precision, 4.0 / 7.0) && close(scores.pairs.recall, 1.0));
    assert!(close(scores.clusters.precision, 3.0 / 4.0) && close(scores.clusters.recall, 3.0 / 5.0));
    assert!(report.records_per_second > 0.0);
    let run = Counts {
        records: 8,
        refused: [("no_identity", 1)].into(),
        ..Counts::default()
    };
    assert_eq!(report.run, run);
    let refused: Vec<&str> = evaluation
        .partition
        .iter()
        .filter(|record| record.profile.is_none())
        .map(|record| record.id.as_str())
        .collect();
    assert_eq!(refused, ["8"]);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    // Chains of e-mail and phone over many commits, so that the order decides which merges there are.
    let mut people = "id,mail,phone,first,at,who\n".to_owned();
    for row in 0..700_u32 {
        let (person, step) = (row % 90, row / 90);
        people.push_str(&format!(
            "r{row},p{person}-{}@x.org,+98912{:07},,,{person}\n",
            step.div_ceil(2),
            person * 100 + step / 2
        ));
    }
    let bench = Bench::new(&[("people.csv", &people), ("map.toml", MAP)]);
    let plan = |shuffle| Plan {
        shuffle,
        ..bench.plan(&["people.csv"])
    };
    let straight = run(plan(None)).unwrap();
    assert!(close(straight.reports[0].scores.pairs.f1, 1.0));
    assert_eq!(straight.reports[0].scores.found, 90);
    for seed in 1..=3 {
        let shuffled = run(plan(Some(seed))).unwrap();
        assert_eq!(told(&shuffled), told(&straight), "seed {seed}");
        assert_eq!(
            shuffled.reports[0].scores, straight.reports[0].scores,
            "seed {seed}"
        );
    }
}

#[test]
fn several_files_with_other_columns_are_one_run_or_are_scored_one_after_the_other() {
    let map = "id = [\"src\", \"id\"]\nsource = { column = \"src\" }\n\
        [key]\nid = [\"src\", \"id\"]\nperson = \"cluster\"\n[identifiers]\nemail = \"mail\"\nphone = \"tel\"\n";
    let bench = Bench::new(&[
        ("map.toml", map),
        ("a.csv", "src,id,mail\nA,1,a@x.org\nA,2,b@x.org\n"),
        (
            "b.csv",
            "id,src,tel,mail\n1,B,+14155550100,a@x.org\n2,B,+14155550100,\n",
        ),
        ("key1.csv", "cluster,id,src\n1,1,A\n1,2,A\n"),
        ("key2.csv", "cluster,id,src\n1,1,A\n2,2,A\n1,1,B\n1,2,B\n3,9,Z\n"),
    ]);
    let staged = Plan {
        staged: true,
        ..bench.plan_with(&["a.csv", "b.csv"], &["key1.csv", "key2.csv"])
    };
    let evaluation = run(staged).unwrap();
    assert_eq!(told(&evaluation), "A:1=A:1 A:2=A:2 B:1=A:1 B:2=A:1");
    let [first, second] = evaluation.reports.as_slice() else {
        panic!("each load is scored")
    };
    assert_eq!((first.set.as_str(), second.set.as_str()), ("a", "a+b"));
    // The first key says that both are one, and nothing in the file does; the second says otherwise.
    assert!(close(first.scores.pairs.recall, 0.0) && close(second.scores.pairs.f1, 1.0));
    assert_eq!((second.scores.records, second.run.only_in_truth), (4, 1));

    let whole = run(bench.plan_with(&["a.csv", "b.csv"], &["key2.csv"])).unwrap();
    assert_eq!(told(&whole), told(&evaluation));
    assert_eq!(whole.reports.len(), 1);
    assert_eq!(whole.reports[0].scores, second.scores);
}

#[test]
fn rows_are_chosen_named_by_their_line_and_told_when_uneven() {
    let map = "truth = { column = \"who\", parts = 2, separator = \"-\" }\ndelimiter = \";\"\n\
        [only]\ncolumn = \"kind\"\nis = [\"\", \"match\"]\n[identifiers]\nloyalty_id = \"card\"\n";
    let bench = Bench::new(&[
        ("map.toml", map),
        (
            "t.csv",
            "card;who;kind\nL-1;rec-1-org;\nL-1;rec-1-dup-0;match\nL-1;rec-2-org;no_match\nL-2;rec-2-org\nL-3;;\n",
        ),
    ]);
    let evaluation = run(bench.plan(&["t.csv"])).unwrap();
    assert_eq!(told(&evaluation), "t:2=t:2 t:3=t:2 t:5=t:5 t:6=t:6");
    let report = &evaluation.reports[0];
    assert!(close(report.scores.pairs.f1, 1.0));
    assert_eq!(
        (
            report.scores.records,
            report.run.not_in_truth,
            report.run.uneven_rows
        ),
        (3, 1, 1)
    );
}

#[test]
fn what_does_not_fit_is_refused_before_anything_runs() {
    let check = |map: &str, truths: &[&str], staged: bool, expected: &str| {
        let bench = Bench::new(&[
            ("t.csv", "id,mail,who\n1,a@x.org,p\n,b@x.org,p\n"),
            ("u.csv", "id,mail,who\n3,a@x.org,p\n"),
            ("key.csv", "only\none\n"),
            ("map.toml", map),
        ]);
        let mut plan = bench.plan_with(&["u.csv"], truths);
        if staged {
            plan.files.push(bench.path("t.csv"));
        }
        let told = Plan { staged, ..plan }.read().unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("x.org"), "{told}");
    };
    let map = "id = \"id\"\n[identifiers]\nemail = \"mail\"\n";
    check(map, &[], false, "expected --truth, or truth in the mapping");
    check(
        map,
        &["key.csv"],
        false,
        "key.csv: expected a record's id and a person on each line",
    );
    check(
        map,
        &["key.csv", "key.csv"],
        false,
        "expected one --truth for a load",
    );
    check(map, &["key.csv"], true, "t.csv line 3: expected an id");
    let with_key = format!("{map}[key]\nid = \"id\"\nperson = \"who\"\n");
    check(
        &with_key,
        &["key.csv"],
        false,
        "expected the columns that the mapping names under key",
    );
    let other = format!("truth = \"whom\"\n{map}");
    check(&other, &[], false, "truth = [\"whom\"]");
}
