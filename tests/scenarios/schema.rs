//! Holds values to the schemas of the served descriptions: their shape, without bounds and patterns.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::town::Town;

/// `asyncapi.yaml` and the `openapi.json` that it refers to, as they are served.
pub struct Descriptions {
    pub asyncapi: Value,
    pub openapi: Value,
}

impl Descriptions {
    pub fn of(town: &Town, asyncapi: Value) -> Self {
        let (_, openapi) = town.text("/openapi.json");
        // Its references to itself, as the other has them.
        let openapi = openapi.replace("\"#/", "\"./openapi.json#/");
        Self {
            asyncapi,
            openapi: serde_json::from_str(&openapi).unwrap(),
        }
    }

    /// Where a reference leads.
    pub fn at(&self, reference: &str) -> Option<&Value> {
        let (file, pointer) = reference.split_once('#')?;
        match file {
            "" => self.asyncapi.pointer(pointer),
            "./openapi.json" => self.openapi.pointer(pointer),
            _ => None,
        }
    }

    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.followed(self.at(reference).unwrap()),
            None => schema,
        }
    }

    /// What about `value`, which stands at `place`, is not as `schema` says. A member that it does not name is one too.
    pub fn misfits(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let mut misfits = self.misfits_of_parts(schema, value, place);
        let mut named = BTreeSet::new();
        let open = self.name(schema, &mut named);
        for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !open && !named.contains(name.as_str()) {
                misfits.push(format!("{place}.{name} is not described"));
            }
        }
        misfits
    }

    /// As [`Self::misfits`], without members that are not named.
    fn misfits_of_parts(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.followed(schema);
        let mut misfits = Vec::new();
        let mut check = |fits: bool, keyword: &str| {
            if !fits {
                misfits.push(format!(
                    "{place} is {value}, expected {keyword} {}",
                    schema[keyword]
                ));
            }
        };
        if let Some(expected) = schema.get("const") {
            check(expected == value, "const");
        }
        if let Some(expected) = schema["enum"].as_array() {
            check(expected.contains(value), "enum");
        }
        match &schema["type"] {
            Value::Null => {}
            Value::Array(types) => check(types.iter().any(|one| is_of(value, one)), "type"),
            one => check(is_of(value, one), "type"),
        }
        let required = schema["required"].as_array().into_iter().flatten();
        check(
            required
                .map(|name| name.as_str().unwrap())
                .all(|name| value.get(name).is_some()),
            "required",
        );
        for part in schema["allOf"].as_array().into_iter().flatten() {
            misfits.extend(self.misfits_of_parts(part, value, place));
        }
        for keyword in ["oneOf", "anyOf"] {
            let Some(parts) = schema[keyword].as_array() else {
                continue;
            };
            let mut tried = parts.iter().map(|part| self.misfits(part, value, place));
            if tried.all(|misfits| !misfits.is_empty()) {
                misfits.push(format!("{place} is {value}, and none of {parts:?}"));
            }
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            if let Some(schema) = schema.get("items") {
                misfits.extend(self.misfits(schema, item, &format!("{place}[{index}]")));
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            let other = schema
                .get("additionalProperties")
                .filter(|other| other.is_object());
            if let Some(schema) = schema["properties"].get(name).or(other) {
                misfits.extend(self.misfits(schema, member, &format!("{place}.{name}")));
            }
        }
        misfits
    }

    /// Collects the members that a schema names; whether there may be others.
    fn name<'a>(&'a self, schema: &'a Value, named: &mut BTreeSet<&'a str>) -> bool {
        let schema = self.followed(schema);
        let own = schema["properties"].as_object();
        named.extend(own.into_iter().flatten().map(|(name, _)| name.as_str()));
        let mut open = matches!(
            &schema["additionalProperties"],
            Value::Object(_) | Value::Bool(true)
        );
        let mut parts = 0;
        for keyword in ["allOf", "oneOf", "anyOf"] {
            for part in schema[keyword].as_array().into_iter().flatten() {
                open |= self.name(part, named);
                parts += 1;
            }
        }
        open || (own.is_none() && parts == 0)
    }
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => panic!("{other} is no type"),
    }
}
