//! What the process measures of all tenants, and a tenant of itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::tenants::{
    brands::{AIRLINE, Brands, SHOP, sent},
    raw,
};

/// Endings of the samples of a histogram.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];
/// How the families are called that the process has figures of its own in.
const PROCESS: [&str; 3] = ["yekta_build_info", "yekta_http_", "yekta_guard_"];

/// What a page of figures says, as whoever collects it reads it.
struct Figures {
    /// What kind each family is.
    kinds: BTreeMap<String, String>,
    /// The family, the name with its labels and the value of each sample.
    samples: Vec<(String, String, f64)>,
}

impl Figures {
    /// Fails where a collector would: a family that is begun twice, a sample outside of its family or told twice.
    fn of(text: &str) -> Self {
        let (mut kinds, mut samples, mut seen) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        let (mut family, mut helped) = (String::new(), BTreeSet::new());
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let name = rest.split(' ').next().unwrap().to_owned();
                assert!(helped.insert(name), "told twice: {line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                name.clone_into(&mut family);
                let before = kinds.insert(name.to_owned(), kind.to_owned());
                assert!(before.is_none(), "{name} is begun twice");
            } else {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                let name = sample.split('{').next().unwrap();
                let is_part = PARTS
                    .iter()
                    .any(|part| name.strip_suffix(part) == Some(family.as_str()));
                assert!(
                    name == family || is_part,
                    "{line} stands outside of its family, in {family}"
                );
                assert!(seen.insert(sample.to_owned()), "{sample} is told twice");
                samples.push((family.clone(), sample.to_owned(), value.parse().unwrap()));
            }
        }
        assert!(samples.len() > 50, "{text}");
        Self { kinds, samples }
    }

    /// The sum of a family's samples with all of these labels.
    fn sum(&self, family: &str, labels: &[&str]) -> f64 {
        let of = self
            .samples
            .iter()
            .filter(|(of, sample, _)| of == family && labels.iter().all(|label| sample.contains(label)));
        of.map(|(_, _, value)| value).sum()
    }
    /// How many samples of a family have this label.
    fn count(&self, family: &str, label: &str) -> usize {
        let samples = self.samples.iter();
        samples
            .filter(|(of, sample, _)| of == family && sample.contains(label))
            .count()
    }
}

fn event(number: usize) -> Value {
    json!({"id": format!("e-{number}"), "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "mina"}]})
}

#[test]
fn the_process_tells_each_family_once_and_whose_each_figure_is() {
    let brands = Brands::two();
    let service = brands.start();
    let url = service.url.as_str();
    for (tenant, count) in [(SHOP, 3), (AIRLINE, 2)] {
        for number in 0..count {
            sent(url, tenant, &event(number)).fine();
        }
    }
    let figures = |path: &str| {
        let reply = raw::ask(url, ["GET", path], &[], "");
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.body
    };
    let all = Figures::of(&figures("/metrics"));
    let events = "yekta_engine_events_total";
    let accepted = "outcome=\"accepted\"";
    assert_eq!(all.sum(events, &[accepted, "tenant=\"shop\""]).to_string(), "3");
    assert_eq!(
        all.sum(events, &[accepted, "tenant=\"airline\""]).to_string(),
        "2"
    );
    assert_eq!(all.sum(events, &[accepted]).to_string(), "5", "somebody else's");
    // What has no tenant is of the process' own build, listener and keys.
    let nobodys = all.samples.iter().find(|(family, sample, _)| {
        let is_the_process = PROCESS.iter().any(|own| family.starts_with(own));
        !sample.contains("tenant=\"") && !is_the_process
    });
    assert!(nobodys.is_none(), "{nobodys:?} is nobody's");

    for (tenant, other, count) in [(SHOP, AIRLINE, "3"), (AIRLINE, SHOP, "2")] {
        let text = figures(&format!("/t/{tenant}/metrics"));
        let of_another = text
            .lines()
            .find(|line| !line.starts_with('#') && line.contains(other));
        assert!(of_another.is_none(), "{tenant} tells of {other}: {of_another:?}");
        let own = Figures::of(&text);
        assert_eq!(own.sum(events, &[accepted]).to_string(), count);
        // What one tells the process tells, too, and as the same.
        let all = Figures::of(&figures("/metrics"));
        let label = format!("tenant=\"{tenant}\"");
        for (family, kind) in &own.kinds {
            assert_eq!(all.kinds.get(family), Some(kind), "{family}");
            let (own, told) = (own.count(family, ""), all.count(family, &label));
            assert!(own <= told, "{family} of {tenant}: {told} of {own}");
        }
    }
    service.stop();
}
