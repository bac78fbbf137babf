//! The table of routes against what `openapi.json` says of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::{
    api::guard::{Field, Grant, Member, Members, members},
    domain::role::Role,
    http::routes::operation::OPENAPI,
};

fn described() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

#[test]
fn the_description_and_the_table_have_the_same_routes() {
    let description = described();
    let paths = description["paths"].as_object().unwrap().iter();
    let described: BTreeSet<(String, String)> = paths
        .flat_map(|(path, item)| {
            let methods = item
                .as_object()
                .unwrap()
                .keys()
                .filter(|name| *name != "parameters");
            methods
                .map(|method| (path.clone(), method.to_uppercase()))
                .collect::<Vec<_>>()
        })
        .collect();
    let routed: BTreeSet<(String, String)> = table()
        .iter()
        .map(|route| (route.path.to_owned(), route.method.to_string()))
        .collect();
    assert_eq!(
        routed.difference(&described).collect::<Vec<_>>(),
        Vec::<&_>::new(),
        "routes not described"
    );
    assert_eq!(
        described.difference(&routed).collect::<Vec<_>>(),
        Vec::<&_>::new(),
        "described, but no route"
    );
    assert_eq!(routed.len(), table().len(), "a route stands twice in the table");
}

#[test]
fn the_description_says_which_key_a_route_takes() {
    let description = described();
    for route in table() {
        let operation = &description["paths"][route.path][route.method.as_str().to_lowercase()];
        let security = operation["security"]
            .as_array()
            .map(|list| list[0].as_object().unwrap());
        let named = security.and_then(|one| one.keys().next().map(String::as_str));
        // Nobody needs a key to ask where to send to.
        let settings = route.path.ends_with("/settings") || route.path == "/sourceConfig";
        let expected = match route.access {
            Access::Open => None,
            Access::Write if settings => None,
            Access::Write => Some("writeKey"),
            Access::Ask(_) => Some("readKey"),
            Access::Link => Some("link"),
        };
        assert_eq!(named, expected, "{} {}", route.method, route.path);
    }
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let description = described();
    let mut waiting = vec![&description];
    let mut followed = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.trim_start_matches('#');
                    assert!(
                        description.pointer(pointer).is_some(),
                        "{reference} leads nowhere"
                    );
                    followed += 1;
                }
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    assert!(followed > 20);
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let description = described();
    for route in table() {
        let item = &description["paths"][route.path];
        let operation = &item[route.method.as_str().to_lowercase()];
        let lists = [&item["parameters"], &operation["parameters"]];
        let parameters = lists.into_iter().filter_map(Value::as_array).flatten();
        let named: BTreeSet<&str> = parameters
            .map(|one| {
                one["$ref"].as_str().map_or(one, |path| {
                    description.pointer(path.trim_start_matches('#')).unwrap()
                })
            })
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let expected: BTreeSet<&str> = route
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(named, expected, "{}", route.path);
    }
}

/// Where the members of an answer stand, as far as its description says.
fn paths(description: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let referred = description.pointer(reference.trim_start_matches('#')).unwrap();
        return paths(description, referred, path, found);
    }
    let mut is_leaf = true;
    for list in ["allOf", "oneOf", "anyOf"] {
        for one in schema[list].as_array().into_iter().flatten() {
            is_leaf = false;
            paths(description, one, path, found);
        }
    }
    if schema["items"].is_object() {
        is_leaf = false;
        paths(description, &schema["items"], path, found);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        is_leaf = false;
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        paths(description, member, &below, found);
    }
    if is_leaf && !path.is_empty() {
        found.insert(path.to_owned());
    }
}

/// Whether it is said what kind of data the member at `path` is, or something around it.
fn has_kind(members: Members, path: &str) -> bool {
    let (name, below) = path.split_once('.').unwrap_or((path, ""));
    let listed = members.iter().find(|(listed, _)| *listed == name);
    listed.is_some_and(|(_, member)| match member {
        Member::Is(_) => true,
        Member::Holds(members) => has_kind(members, below),
    })
}

/// A member that is added is shown to nobody who sees a part of an answer, until it is said what it is.
#[test]
fn every_member_of_an_answer_that_is_shown_in_part_has_a_kind() {
    let description = described();
    let mut seen_in_part = 0;
    for route in table() {
        let Access::Ask(action) = route.access else {
            continue;
        };
        let scopes = Role::ALL.map(|role| action.scope(role));
        let is_whole = scopes
            .iter()
            .flatten()
            .all(|scope| Field::ALL.iter().all(|field| scope.grant(*field) == Grant::Full));
        if is_whole {
            assert!(
                members(action).is_empty(),
                "{action:?}: kinds that nobody looks at"
            );
            continue;
        }
        let operation = &description["paths"][route.path][route.method.as_str().to_lowercase()];
        let content = operation["responses"]["200"]["content"].as_object().unwrap();
        let mut described = BTreeSet::new();
        for one in content.values() {
            paths(&description, &one["schema"], "", &mut described);
        }
        for path in described {
            assert!(has_kind(members(action), &path), "{action:?}: {path}");
        }
        seen_in_part += 1;
    }
    assert!(seen_in_part >= 6);
}
