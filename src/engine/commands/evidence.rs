//! Evidence as events of our own hold it. Whoever writes a decision down calls this, and whoever repeats it.

use std::collections::BTreeMap;

use crate::{
    decide::evidence::Evidence,
    domain::{event::Event, value::Value},
    wire::time,
};

/// The property that holds it.
pub(crate) const EVIDENCE: &str = "evidence";

/// Evidence as a property.
pub(crate) fn written(evidence: &[Evidence]) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let facts = evidence.iter().map(|fact| {
        let mut members = BTreeMap::from([
            ("what".to_owned(), text(&fact.what)),
            ("name".to_owned(), text(&fact.name)),
        ]);
        members.extend(fact.at.map(|at| ("at".to_owned(), Value::Text(time::format(at)))));
        Value::Map(members)
    });
    Value::List(facts.collect())
}

/// The evidence that an event holds.
pub(crate) fn read(event: &Event) -> Vec<Evidence> {
    let facts = event.property(EVIDENCE).and_then(Value::as_list);
    let fact = |fact: &Value| {
        let text = |name: &str| fact.get(name).and_then(Value::as_text);
        Some(Evidence {
            what: text("what")?.to_owned(),
            name: text("name")?.to_owned(),
            at: text("at").and_then(time::parse),
        })
    };
    facts.unwrap_or_default().iter().filter_map(fact).collect()
}
