//! Where those are whom a request is about. What cannot be read of it names nobody: whoever answers says what is wrong with it.

use serde_json::Value;

use crate::{
    api::{Api, AskedIdentifier},
    domain::{
        identifier::{Kind, Region},
        identity::Key,
    },
    engine::{Query, QueryError, api::Target, queries::query::Address},
    http::{
        failure::Failure,
        partitions::{asked::Asked, served::Partitions, table::Named},
    },
};

/// The view by which numbers are read that call centres send.
const CALLS: &str = "callcenter";

/// Whom a request is about, where it names them so.
pub(crate) fn targets(api: &Api, asked: &Asked, named: Named) -> Vec<Target> {
    let own = api.limits.region.as_ref();
    match named {
        Named::Path => whom(api, asked.in_path("who"), own),
        Named::Who | Named::WhoOrSegment => whom(api, asked.text("who"), own),
        Named::PathOfView => {
            let view = asked.in_path("view").unwrap_or_default();
            let Ok(region) = api.region_asked(asked.said("region"), view) else {
                return Vec::new();
            };
            whom(api, asked.in_path("who"), region.as_ref())
        }
        Named::Identifiers => identifiers(api, asked, asked.text("view").unwrap_or(CALLS)),
        Named::IdentifiersOfView => identifiers(api, asked, asked.in_path("view").unwrap_or_default()),
        Named::Phone => phone(api, asked.text("phone")),
        Named::PhoneOfLink => phone(api, asked.in_query("phone")),
    }
}

/// Whom a text names.
pub(crate) fn whom(api: &Api, who: Option<&str>, region: Option<&Region>) -> Vec<Target> {
    who.and_then(|who| api.named(who, region)).into_iter().collect()
}

/// Whom a code is for: `profile` or `identifier` of the body.
pub(crate) fn holder(api: &Api, asked: &Asked) -> Vec<Target> {
    let identifier = asked
        .in_body("identifier")
        .and_then(|identifier| key(api, identifier, api.limits.region.as_ref()));
    match (asked.text("profile"), identifier) {
        (Some(id), None) => whom(api, Some(id), None),
        (None, identifier) => identifier.map(Target::Identifier).into_iter().collect(),
        (Some(_), Some(_)) => Vec::new(),
    }
}

/// What a code is known by, where there is one.
pub(crate) fn code(api: &Api, token: &str) -> Option<Key> {
    api.key(Kind::QR_TOKEN.as_str(), token, None).ok()?.ok()
}

fn phone(api: &Api, phone: Option<&str>) -> Vec<Target> {
    let who = phone.map(|phone| format!("phone:{phone}"));
    whom(api, who.as_deref(), api.region(CALLS))
}

fn identifiers(api: &Api, asked: &Asked, view: &str) -> Vec<Target> {
    let Ok(region) = api.region_asked(asked.text("region"), view) else {
        return Vec::new();
    };
    let listed = asked.in_body("identifiers").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().take(api.limits.identifiers_max);
    listed
        .filter_map(|one| key(api, one, region.as_ref()))
        .map(Target::Identifier)
        .collect()
}

fn key(api: &Api, stated: &Value, region: Option<&Region>) -> Option<Key> {
    let identifier: AskedIdentifier = serde_json::from_value(stated.clone()).ok()?;
    identifier.key(api, region).ok()?.ok()
}

/// Which partition has each of them: of a value the resolver knows it, of an id whoever has it; `None` where nobody has.
///
/// # Errors
/// Where a partition would have to be asked that is not served now, or a store cannot be read.
pub(crate) async fn places(
    api: &Api,
    partitions: &Partitions,
    targets: Vec<Target>,
) -> Result<Vec<Option<u32>>, Failure> {
    let is_by_id = targets.iter().any(|one| matches!(one, Target::Profile(_)));
    let served = match is_by_id {
        true => partitions.all()?,
        false => Vec::new(),
    };
    let parts: Vec<(u32, Query)> = served.iter().map(|one| (one.index, one.handle.query())).collect();
    let asked = api.ask("find", move |query| {
        targets
            .iter()
            .map(|target| place(query, &parts, target))
            .collect()
    });
    Ok(asked.await?)
}

fn place(query: &Query, parts: &[(u32, Query)], target: &Target) -> Result<Option<u32>, QueryError> {
    match target {
        Target::Identifier(key) => query.partition_of(key),
        Target::Profile(id) => first(parts, |part| part.has(&Address::Id(*id))),
    }
}

/// The first partition that says yes.
pub(crate) fn first(
    parts: &[(u32, Query)],
    ask: impl Fn(&Query) -> Result<bool, QueryError>,
) -> Result<Option<u32>, QueryError> {
    for (index, part) in parts {
        if ask(part)? {
            return Ok(Some(*index));
        }
    }
    Ok(None)
}
