//! How the partition of each route is found. Pure; every row of [`crate::http::router`] has one here.

use axum::http::Method;

/// How whoever answers a request is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The resolver's process by itself: what is taken in, and what the process says of itself.
    Own,
    /// The same, once all partitions say it as well.
    Ready,
    /// All partitions together.
    All,
    /// Whoever has the customer.
    Somebody(Named),
    /// Whoever has the caller of a card, until they go elsewhere.
    Live,
    /// Whoever has both customers.
    Both,
    /// Whoever has the code of the path.
    Code,
    /// Whoever has what a scanner typed.
    Scan,
    /// Whoever has the codes of the body.
    Codes,
    /// Whoever is to have both customers, and the command there.
    Word,
    /// Whoever has what is taken back.
    Undo,
    /// Whoever has the customer, and the code is known to be theirs before it is told.
    Mint,
    /// Whoever has the customer, once the resolver keeps nothing refused that names them.
    Erase,
}

/// Where a request names the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// `{who}` of the path.
    Path,
    /// `{who}` of the path, as a view reads it.
    PathOfView,
    /// `who` of the body.
    Who,
    /// `who` of the body; where it names a segment, everybody who is in it, in all partitions.
    WhoOrSegment,
    /// `identifiers` of the body.
    Identifiers,
    /// The same, as the view of the path reads them.
    IdentifiersOfView,
    /// `phone` of the body, as call centres write it.
    Phone,
    /// The same of the query.
    PhoneOfLink,
}

/// How whoever answers a route is found; `None` of what is no route.
#[rustfmt::skip]
pub(crate) fn way(method: &Method, path: &str) -> Option<Way> {
    use Named::{Identifiers, IdentifiersOfView, Path, PathOfView, Phone, PhoneOfLink, Who, WhoOrSegment};
    use Way::{All, Both, Code, Codes, Erase, Live, Mint, Own, Ready, Scan, Somebody, Undo, Word};
    Some(match (method.as_str(), path) {
        // Taken in by the resolver, and routed.
        ("POST", "/v1/events" | "/v1/identify" | "/v1/i" | "/v1/track" | "/v1/t" | "/v1/page" | "/v1/p"
            | "/v1/screen" | "/v1/s" | "/v1/group" | "/v1/g" | "/v1/alias" | "/v1/a" | "/v1/batch" | "/v1/b"
            | "/v1/import" | "/v1/merge" | "/beacon/v1/batch" | "/v1/m") => Own,
        ("GET", "/pixel/v1/track" | "/pixel/v1/page") => Own,
        ("GET", "/v1/projects/{key}/settings" | "/projects/{key}/settings" | "/sourceConfig") => Own,

        ("GET", "/v1/profiles/{who}" | "/v1/profiles/{who}/timeline" | "/v1/profiles/{who}/identity"
            | "/v1/profiles/{who}/export" | "/v1/profiles/{who}/readers" | "/v1/profiles/{who}/merges"
            | "/v1/profiles/{who}/matches") => Somebody(Path),
        ("PUT", "/v1/profiles/{who}/consent") => Somebody(Path),
        ("DELETE", "/v1/profiles/{who}") => Erase,
        ("POST", "/v1/contacts/decide" | "/v1/routing/decide") => Somebody(Who),
        ("POST", "/v1/lookup") => Somebody(Identifiers),
        ("GET", "/v1/context/{view}/{who}") => Somebody(PathOfView),
        ("POST", "/v1/context/{view}") => Somebody(IdentifiersOfView),
        ("POST", "/v1/agent/links") => Somebody(Phone),
        ("GET", "/v1/agent/card") => Somebody(PhoneOfLink),
        ("GET", "/v1/agent/card/live") => Live,
        ("POST", "/v1/flows/{flow}/start") => Somebody(WhoOrSegment),

        ("GET" | "POST", "/v1/identity/explain") => Both,
        ("POST", "/v1/identity/merge" | "/v1/identity/separate") => Word,
        ("POST", "/v1/identity/undo") => Undo,

        ("POST", "/v1/qr") => Mint,
        ("GET", "/v1/qr/{token}") => Code,
        ("POST", "/v1/qr/{token}/redeem" | "/v1/qr/{token}/revoke") => Code,
        ("POST", "/v1/qr/settle") => Codes,
        // The same keys in all of them.
        ("GET", "/v1/qr/keys") => Own,
        ("POST", "/v1/scan") => Scan,

        ("GET", "/v1/erasures/{erasure}") => All,
        ("GET", "/v1/identity/matches" | "/v1/identity/rules") => All,
        ("GET", "/v1/rejections" | "/v1/rejections/{sequence}") => All,
        ("POST", "/v1/rejections/{sequence}/retry") => All,
        ("GET", "/v1/rules" | "/v1/segments/{segment}/members") => All,
        ("GET", "/v1/reports/cx" | "/v1/reports/journey" | "/v1/reports/gap" | "/v1/reports/coverage"
            | "/v1/reports/segments" | "/v1/reports/contacts") => All,
        ("GET", "/v1/insights" | "/v1/updates") | ("POST", "/v1/values/rank") => All,

        ("GET", "/readyz" | "/healthz") => Ready,
        ("GET", "/livez" | "/version" | "/metrics" | "/openapi.json" | "/asyncapi.yaml") => Own,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{access::Access, router::table};

    #[test]
    fn every_route_is_decided() {
        for route in table() {
            let decided = way(&route.method, route.path);
            assert!(
                decided.is_some(),
                "{} {} is not decided",
                route.method,
                route.path
            );
        }
    }

    #[test]
    fn what_is_no_route_is_not_decided() {
        for (method, path) in [
            (Method::GET, "/v1/nothing"),
            (Method::DELETE, "/v1/events"),
            (Method::POST, "/readyz"),
        ] {
            assert_eq!(way(&method, path), None, "{method} {path}");
        }
    }

    /// What is taken in is the resolver's, and what is asked or commanded of customers is not.
    #[test]
    fn only_what_is_about_nobody_is_the_resolvers() {
        for route in table() {
            let decided = way(&route.method, route.path);
            match route.access {
                Access::Write => assert_eq!(decided, Some(Way::Own), "{}", route.path),
                Access::Ask(_) | Access::Link => assert_ne!(decided, Some(Way::Own), "{}", route.path),
                Access::Open => assert!(matches!(decided, Some(Way::Own | Way::Ready)), "{}", route.path),
            }
        }
    }

    /// A path has what is looked for in it.
    #[test]
    fn whoever_is_looked_for_in_a_path_stands_there() {
        for route in table() {
            let needed: &[&str] = match way(&route.method, route.path) {
                Some(Way::Somebody(Named::Path) | Way::Erase) => &["{who}"],
                Some(Way::Somebody(Named::PathOfView)) => &["{view}", "{who}"],
                Some(Way::Somebody(Named::IdentifiersOfView)) => &["{view}"],
                Some(Way::Code) => &["{token}"],
                _ => &[],
            };
            for part in needed {
                assert!(route.path.contains(part), "{} has no {part}", route.path);
            }
        }
    }
}
