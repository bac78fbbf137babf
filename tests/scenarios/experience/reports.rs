//! Reports as they are asked for, and held to what is expected of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::town::Town;

/// That day alone.
pub const DAY: &str = "from=2026-11-22&until=2026-11-22";

/// Numbers are told to four places.
const NEAR: f64 = 0.000_06;

pub fn report(town: &Town, kind: &str, query: &str) -> Value {
    town.get(&format!("/v1/reports/{kind}?{query}"))
}

/// The report of the day, grouped by something.
pub fn by(town: &Town, by: &str) -> Value {
    report(town, "cx", &format!("{DAY}&by={by}"))
}

/// Everything that is reported of some days.
pub fn everything(town: &Town, days: &str) -> Vec<Value> {
    let groups = ["channel", "stage", "segment", "team", "day"];
    let of_all = groups.map(|by| report(town, "cx", &format!("{days}&by={by}")));
    let others = ["journey", "gap", "coverage"].map(|kind| report(town, kind, days));
    of_all.into_iter().chain(others).collect()
}

/// The members of a list by some of their own members, which name each once: `purchase/buy`.
#[track_caller]
pub fn named(list: &Value, members: &[&str]) -> Value {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    let mut named = Map::new();
    for one in list {
        let name = members.iter().map(|member| one[*member].as_str().unwrap());
        let name = name.collect::<Vec<_>>().join("/");
        assert_eq!(named.insert(name.clone(), one.clone()), None, "{name} twice");
    }
    Value::Object(named)
}

/// The member of a list that has this name.
#[track_caller]
pub fn one(list: &Value, name: &str) -> Value {
    named(list, &["name"])[name].clone()
}

/// The groups of a report that have scores: name and scores by style.
#[track_caller]
pub fn groups(report: &Value) -> Value {
    let groups = named(&report["groups"], &["name"]);
    let groups = groups.as_object().unwrap().iter();
    let scores = groups.map(|(name, group)| (name.clone(), named(&group["scores"], &["style"])));
    let with_some = scores.filter(|(_, scores)| scores.as_object().is_some_and(|scores| !scores.is_empty()));
    Value::Object(with_some.collect())
}

/// Fails unless `told` has all that is `wanted`: of a list each member in its order, of an object those that are named.
#[track_caller]
pub fn has(told: &Value, wanted: &Value) {
    let misfits = misfits(told, wanted, "");
    assert!(misfits.is_empty(), "{misfits:#?} in {told}");
}

/// The same, and fails where something is told under a name that is not wanted.
#[track_caller]
pub fn has_only(told: &Value, wanted: &Value) {
    let names = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(told), names(wanted), "{told}");
    has(told, wanted);
}

fn misfits(told: &Value, wanted: &Value, place: &str) -> Vec<String> {
    match (told, wanted) {
        (Value::Object(told), Value::Object(wanted)) => {
            let member = |name: &String| told.get(name).cloned().unwrap_or_default();
            let members = wanted.iter();
            members
                .flat_map(|(name, wanted)| misfits(&member(name), wanted, &format!("{place}.{name}")))
                .collect()
        }
        (Value::Array(told), Value::Array(wanted)) if told.len() == wanted.len() => {
            let both = told.iter().zip(wanted).enumerate();
            both.flat_map(|(n, (told, wanted))| misfits(told, wanted, &format!("{place}.{n}")))
                .collect()
        }
        (Value::Number(told), Value::Number(wanted)) => {
            let [told, wanted] = [told, wanted].map(|number| number.as_f64().unwrap());
            let is_near = (told - wanted).abs() < NEAR;
            let misfit = (!is_near).then(|| format!("{place}: {told}, not {wanted}"));
            misfit.into_iter().collect()
        }
        _ if told == wanted => Vec::new(),
        _ => vec![format!("{place}: {told}, not {wanted}")],
    }
}
