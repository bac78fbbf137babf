//! Where the members of each call stand on the route of HTTP that asks the same: one row per call. Pure.
//!
//! A tenant with partitions is asked so, as its gateway knows the routes. What cannot be read is refused in the words in which it
//! is refused to anybody else, and what a route would not take for a member is handed to none.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode_byte, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    api::{self, Failure, OnRoute, Order, Shown},
    nats::service::calls::Call,
};

/// What is encoded in a path or a query: all that could mean something there.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Members of many rows.
const POSITION: &[&str] = &["min_position"];
const PAGE: &[&str] = &["limit", "cursor", "min_position"];
const DAYS: &[&str] = &["from", "until", "min_position"];

/// A route, and where the members stand: those that its path names there, and the others where they are listed.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// What goes into the query.
    pub(crate) query: &'static [&'static str],
    pub(crate) body: Body,
    /// Whether the request can be read.
    check: fn(&[u8]) -> Result<(), Failure>,
}

/// What the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// There is none.
    Nothing,
    /// All that stands nowhere else.
    Rest,
    /// The object that this member is.
    Of(&'static str),
}

/// The route of a call; of one that is asked on two, that which is about somebody (`who`) or the other. `None` of what a resolver
/// answers itself, which has no route.
#[rustfmt::skip]
pub(crate) fn row(call: Call, is_of_somebody: bool) -> Option<Row> {
    Some(match call {
        Call::Profile => get::<api::ProfileRequest>("/v1/profiles/{who}", POSITION),
        Call::Timeline => get::<api::TimelineRequest>(
            "/v1/profiles/{who}/timeline", &["limit", "cursor", "channel", "min_position"]),
        Call::Identity => get::<api::IdentityRequest>("/v1/profiles/{who}/identity", POSITION),
        Call::Readers => get::<api::ReadersRequest>("/v1/profiles/{who}/readers", PAGE),
        // Posted, so that no value stands in an address.
        Call::Explain => post::<api::ExplainRequest>("/v1/identity/explain"),
        Call::Merges => get::<api::MergesRequest>("/v1/profiles/{who}/merges", &["limit", "min_position"]),
        Call::Matches if is_of_somebody => get::<api::MatchesRequest>("/v1/profiles/{who}/matches", PAGE),
        Call::Matches => get::<api::MatchesRequest>("/v1/identity/matches", PAGE),
        Call::Rules => get::<api::RulesRequest>("/v1/identity/rules", POSITION),
        Call::Lookup => post::<api::LookupRequest>("/v1/lookup"),
        Call::Context if is_of_somebody => get::<api::ContextRequest>(
            "/v1/context/{view}/{who}", &["flat", "region", "deadline_ms", "min_position", "store_id"]),
        Call::Context => Row { query: POSITION, ..post::<api::ContextRequest>("/v1/context/{view}") },
        Call::Qr => get::<api::QrReadRequest>("/v1/qr/{token}", &["store_id", "min_position"]),
        Call::Scan => post::<api::ScanRequest>("/v1/scan"),
        Call::Rejections => get::<api::RejectionsRequest>("/v1/rejections", &["limit", "min_position"]),
        Call::Rulebook => get::<api::RulebookRequest>("/v1/rules", POSITION),
        Call::SegmentReport => get::<api::SegmentReportRequest>("/v1/reports/segments", POSITION),
        Call::Members => get::<api::MembersRequest>("/v1/segments/{segment}/members", PAGE),
        Call::ContactReport => get::<api::ContactReportRequest>(
            "/v1/reports/contacts", &["from", "until", "by", "min_position"]),
        Call::CxReport => get::<api::CxRequest>("/v1/reports/cx", &["from", "until", "by", "min_position"]),
        Call::JourneyReport => get::<api::JourneyRequest>(
            "/v1/reports/journey", &["from", "until", "journey", "min_position"]),
        Call::GapReport => get::<api::GapRequest>(
            "/v1/reports/gap", &["from", "until", "journey", "beside_from", "beside_until", "min_position"]),
        Call::CoverageReport => get::<api::CoverageRequest>("/v1/reports/coverage", DAYS),
        Call::Insights => get::<api::InsightsRequest>("/v1/insights", POSITION),
        Call::MintQr => post::<api::QrMintRequest>("/v1/qr"),
        Call::RedeemQr => post::<api::QrRedeemRequest>("/v1/qr/{token}/redeem"),
        Call::SettleQr => post::<api::QrSettleRequest>("/v1/qr/settle"),
        Call::RevokeQr => post::<api::QrRevokeRequest>("/v1/qr/{token}/revoke"),
        Call::Consent => Row {
            method: "PUT",
            body: Body::Of("consent"),
            ..get::<api::ConsentRequest>("/v1/profiles/{who}/consent", &["request_id"])
        },
        Call::Contact => post::<api::ContactRequest>("/v1/contacts/decide"),
        Call::StartFlow => post::<api::StartRequest>("/v1/flows/{flow}/start"),
        Call::Rank => post::<api::RankRequest>("/v1/values/rank"),
        Call::Routing => post::<api::RoutingRequest>("/v1/routing/decide"),
        Call::Erase => Row {
            method: "DELETE",
            ..get::<api::EraseRequest>("/v1/profiles/{who}", &["now", "request_id"])
        },
        Call::Erasure => get::<api::ErasureRequest>("/v1/erasures/{erasure}", &[]),
        Call::Merge => post::<api::WordRequest>("/v1/identity/merge"),
        Call::Separate => post::<api::WordRequest>("/v1/identity/separate"),
        Call::Undo => post::<api::UndoRequest>("/v1/identity/undo"),
        Call::Connect | Call::EraseRefused | Call::Owner => return None,
    })
}

fn get<T: DeserializeOwned>(path: &'static str, query: &'static [&'static str]) -> Row {
    Row {
        method: "GET",
        path,
        query,
        body: Body::Nothing,
        check: |body| api::read::<T>(body).map(drop),
    }
}

fn post<T: DeserializeOwned>(path: &'static str) -> Row {
    Row {
        method: "POST",
        body: Body::Rest,
        ..get::<T>(path, &[])
    }
}

impl Row {
    /// The members that stand in the path.
    #[cfg(test)]
    pub(crate) fn named(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.path.split('/');
        parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    fn written(&self, mut members: Map<String, Value>) -> Result<(String, Vec<u8>), Failure> {
        let mut path = String::new();
        for part in self.path.split('/').skip(1) {
            path.push('/');
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                None => path.push_str(part),
                Some(name) => {
                    let value = members.remove(name).as_ref().and_then(text);
                    let value = value
                        .filter(|value| !value.is_empty())
                        .ok_or_else(|| nothing(name))?;
                    path.push_str(&named(&value));
                }
            }
        }
        let mut sign = '?';
        for name in self.query {
            let Some(value) = members.remove(*name).as_ref().and_then(text) else {
                continue;
            };
            path.push_str(&format!("{sign}{name}={}", utf8_percent_encode(&value, ENCODED)));
            sign = '&';
        }
        let body = match self.body {
            Body::Nothing => return Ok((path, Vec::new())),
            Body::Rest => serde_json::to_vec(&members),
            Body::Of(name) => serde_json::to_vec(&members.remove(name)),
        };
        Ok((path, body.map_err(|error| Failure::internal(&error))?))
    }
}

/// A call as it is asked on its route; `None` of what a resolver answers itself.
///
/// # Errors
/// `bad_body`, and `bad_address` where it names nobody or twice.
pub(crate) fn on_route(call: Call, body: &[u8], shown: Shown) -> Result<Option<OnRoute>, Failure> {
    let Some(row) = row(call, false) else {
        return Ok(None);
    };
    (row.check)(body)?;
    // An empty body is an empty object, which is read by now.
    let mut members: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    members.retain(|_, value| !value.is_null());
    let is_of_somebody = members.contains_key("who");
    if call == Call::Context && is_of_somebody == members.contains_key("identifiers") {
        return Err(Failure::either());
    }
    let Some(row) = self::row(call, is_of_somebody) else {
        return Ok(None);
    };
    let order = call.is_command().then(|| Order {
        call: call.subject(),
        members: members.clone(),
    });
    let (path, body) = row.written(members)?;
    Ok(Some(OnRoute {
        method: row.method,
        path,
        body,
        shown,
        order,
    }))
}

/// A value as a path names it: its first letter is encoded in any case, so that it is no word of another route.
fn named(value: &str) -> String {
    let first = value.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = value.split_at(first);
    let mut part: String = first.bytes().map(percent_encode_byte).collect();
    part.extend(utf8_percent_encode(rest, ENCODED));
    part
}

/// What a member is as a text. What is checked holds nothing else where a path or a query has it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn nothing(member: &str) -> Failure {
    Failure::bad_request(
        "bad_address",
        format!("expected {member} to be a text that is not empty"),
    )
}

#[cfg(test)]
mod tests;
