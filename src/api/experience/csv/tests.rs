//! Which rows a report is.

use serde_json::json;

use super::*;

fn told(report: &Value) -> Vec<String> {
    let rows = rows(report);
    let mut lines = rows.split("\r\n").map(str::to_owned);
    assert_eq!(
        lines.next().as_deref(),
        Some("part,journey,stage,touchpoint,name,style,figure,value")
    );
    let lines: Vec<String> = lines.collect();
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!(last, "", "each row ends");
    lines.to_vec()
}

#[test]
fn each_figure_is_a_row_with_its_names() {
    let report = json!({
        "from": "2026-11-11",
        "scores": [{"style": "nps", "n": 3, "value": -33.3333}],
        "groups": [{"name": "web", "scores": [{"style": "csat", "n": 1, "enough": false}]}],
        "frictions": [{"kind": "error", "count": 2}],
        "feelings": {"n": 2, "mean": null, "emotions": [{"name": "angry", "count": 2}]},
        "operations": {"total": {"contacts": 1}, "teams": [{"name": "care", "contacts": 1}]},
        "training": [{"team": "care", "cause": "size", "repeated": 4}],
        "trials": [{"flow": "recover", "treated": {"people": 9, "scores": [{"style": "ces", "n": 1}]}}],
        "moves": [{"figure": "repeat_rate", "style": "ces", "days": 6}],
        "first_missing": {"touchpoint": "page", "kind": "emotion"},
    });
    assert_eq!(
        told(&report),
        [
            "report,,,,,,from,2026-11-11",
            "feelings,,,,,,n,2",
            "feelings.emotions,,,,angry,,count,2",
            "first_missing,,,,,,kind,emotion",
            "first_missing,,,,,,touchpoint,page",
            "frictions,,,,error,,count,2",
            "groups,,,,web,csat,enough,false",
            "groups,,,,web,csat,n,1",
            "moves,,,,repeat_rate,ces,days,6",
            "operations.teams,,,,care,,contacts,1",
            "operations,,,,,,total.contacts,1",
            "scores,,,,,nps,n,3",
            "scores,,,,,nps,value,-33.3333",
            "training,,,,care/size,,repeated,4",
            "trials,,,,recover,,treated.people,9",
            "trials,,,,recover,ces,treated.n,1",
        ]
    );
}

#[test]
fn other_reports_are_rows_as_well() {
    let report = json!({
        "reasons": [{"decision": "hold", "rule": "quiet_hours", "reason": "quiet", "count": 2}],
        "insights": [{"kind": "new_low", "about": "purchase/till", "evidence": {"effect": -0.5}}],
        "total": {"allow": 1},
    });
    assert_eq!(
        told(&report),
        [
            "insights,,,,new_low/purchase/till,,evidence.effect,-0.5",
            "reasons,,,,hold/quiet,,count,2",
            "reasons,,,,hold/quiet,,rule,quiet_hours",
            "total,,,,,,allow,1",
        ]
    );
}

#[test]
fn rows_of_a_journey_name_where_they_are() {
    let report = json!({"journeys": [{
        "name": "purchase",
        "within_s": 60,
        "stages": [{"name": "discover", "lost": 3, "needs": ["find it", "trust"], "next": [{"stage": "buy", "count": 2}]}],
        "curve": [{"stage": "buy", "touchpoint": "till", "kind": "low", "frictions": [{"kind": "error", "count": 1}]}],
        "lost_most": {"stage": "discover", "lost": 3},
        "touchpoints": [{
            "stage": "buy", "touchpoint": "till", "missing": ["emotion"], "importance": {"customer": 70}, "beside": null,
            "benchmarks": [{"name": "rival", "observed": 72}],
        }],
    }]});
    assert_eq!(
        told(&report),
        [
            "journeys,purchase,,,,,within_s,60",
            "journeys.curve,purchase,buy,till,,,kind,low",
            "journeys.curve.frictions,purchase,buy,till,error,,count,1",
            "journeys,purchase,,,,,lost_most.lost,3",
            "journeys,purchase,,,,,lost_most.stage,discover",
            "journeys.stages,purchase,discover,,,,lost,3",
            "journeys.stages,purchase,discover,,,,needs,find it",
            "journeys.stages,purchase,discover,,,,needs,trust",
            "journeys.stages.next,purchase,discover,,buy,,count,2",
            "journeys.touchpoints.benchmarks,purchase,buy,till,rival,,observed,72",
            "journeys.touchpoints,purchase,buy,till,,,importance.customer,70",
            "journeys.touchpoints,purchase,buy,till,,,missing,emotion",
        ]
    );
}

#[test]
fn a_text_is_a_cell_whatever_it_holds() {
    for (text, expected) in [
        ("care", "care"),
        ("late, \"lost\"", "\"late, \"\"lost\"\"\""),
        ("two\nlines", "\"two\nlines\""),
        ("=1+1", "'=1+1"),
        ("+98", "'+98"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\t=1", "'\t=1"),
        ("=A1,\"x\"", "\"'=A1,\"\"x\"\"\""),
        ("\r=1", "\"'\r=1\""),
        ("a=1", "a=1"),
        ("", ""),
    ] {
        assert_eq!(cell(text), expected, "{text:?}");
    }
    let report = json!({"employees": [{"team": "=care", "mean": -1.5}]});
    assert_eq!(told(&report), ["employees,,,,'=care,,mean,-1.5"]);
}
