//! `[sources.NAME]`: an open table; the name is for people, the prefix says whom the settings are about.

use std::collections::BTreeMap;

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::channels::REGION_EXPECTED,
    },
    domain::{
        channel::Source,
        identifier::{Region, Trust},
    },
};

/// What holds for a source that says no more than its prefix: the same as for one without any settings.
fn unsaid() -> Map<String, Value> {
    let source = Source::default();
    blank([
        ("trust_default", source.trust_default.as_str().into()),
        ("trust_max", source.trust_max.as_str().into()),
        ("may_alias", source.may_alias.into()),
        ("region", "".into()),
        ("order_namespace", "".into()),
    ])
}

/// Sources by prefix.
pub(crate) fn read(root: &mut Reader<'_>) -> BTreeMap<String, Source> {
    let mut by_prefix = BTreeMap::new();
    let mut twice = Vec::new();
    root.entries("sources", &unsaid(), |name, table| {
        let (prefix, source) = source(table);
        if by_prefix.insert(prefix, source).is_some() {
            twice.push(name.to_owned());
        }
    });
    for name in twice {
        root.refuse_inside(
            &["sources", &name, "prefix"],
            None,
            "expected a prefix that no other source has",
        );
    }
    by_prefix
}

fn source(table: &mut Reader<'_>) -> (String, Source) {
    let trusts = Trust::ALL.map(|trust| (trust.as_str(), trust));
    let named = |text: &str| Some(text.to_owned());
    let prefix = table.text(
        "prefix",
        "expected how the names of these sources start",
        String::new(),
        named,
    );
    let source = Source {
        trust_default: table.word("trust_default", &trusts, Trust::Observed),
        trust_max: table.word("trust_max", &trusts, Trust::Verified),
        may_alias: table.switch("may_alias"),
        region: table.optional("region", REGION_EXPECTED, |code| code.parse::<Region>().ok()),
        order_namespace: table.optional("order_namespace", "expected a text", named),
    };
    if source.trust_default > source.trust_max {
        let shown = format!("\"{}\"", source.trust_default.as_str());
        let expected = format!(
            "expected no more than trust_max, which is {}",
            source.trust_max.as_str()
        );
        table.refuse("trust_default", Some(shown), expected);
    }
    (prefix, source)
}
