//! The whole API on one screen.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    http::{Method, StatusCode},
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on, on_service},
};
use tokio::sync::watch;

use crate::{
    api::guard::Action,
    http::{
        Http,
        access::{Access, Gate, require},
        duty::{Duty, needs_owner, stamped, to_owner, unless_awaited},
        edge,
        failure::Failure,
        observe::Observer,
        partitions::{Gateway, Way, way},
        routes::{
            card, consent, contact, context, erase, identity, ingest, lookup, operation, pixel, profile, qr,
            rejections, report, routing, rules, scan, segment, till, updates, value,
        },
        settings::Settings,
    },
    wire::Call,
};

use Access::{Ask, Link, Open, Write};
use Action::{
    Card, Consent, Contact, Context, Erase, Explain, Export, Identity, Lookup, Matches, Members, Merges,
    MintQr, Profile, Rank, ReadQr, Readers, RedeemQr, Rejections, Report, Retry, RevokeQr, Route as Routing,
    Rules, Scan, StartFlow, Steward, Timeline, Updates,
};

/// Where tills redeem codes.
const REDEEM: &str = "/v1/qr/{token}/redeem";
/// Where they settle what they redeemed while they were cut off.
const SETTLE: &str = "/v1/qr/settle";

/// One row of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    handler: MethodRouter<Http>,
}

/// The service: the API and `pages`, which are served to everybody.
pub fn build(http: Http, pages: Router) -> Router {
    let settings = http.settings.clone();
    let observer = Observer {
        metrics: http.metrics.clone(),
        templates: Arc::new(table().iter().map(|route| route.path).collect()),
    };
    edge::around(routes(http).merge(pages), &settings, observer)
}

/// The same for another edge of this process, which counts and bounds by itself what it hands on.
pub fn within(http: Http) -> Router {
    routes(http).fallback(async || Failure::no_route())
}

fn routes(http: Http) -> Router {
    let applied = http.api.handle.changes();
    let api = table().into_iter().fold(Router::new(), |api, route| {
        let path = route.path;
        let handler = match &http.gateway {
            Some(gateway) => through(gateway, route, &http),
            None => {
                let access = route.access;
                let handler = behind(access, own(route, &http.duty), &http.settings);
                match access {
                    Ask(_) => handler.layer(from_fn_with_state(applied.clone(), stamped)),
                    Open | Link | Write => handler,
                }
            }
        };
        api.route(path, handler)
    });
    api.with_state(http)
}

/// What is done on a route by a process with this duty.
fn own(route: Route, duty: &Duty) -> MethodRouter<Http> {
    match duty {
        Duty::Owner => route.handler,
        Duty::Shop(..) if route.path == REDEEM => on(MethodFilter::POST, till::redeem),
        Duty::Shop(..) if route.path == SETTLE => on(MethodFilter::POST, till::settle),
        Duty::Standby(owner) | Duty::Shop(owner, _) => {
            as_standby(route.handler, (&route.method, route.access), owner)
        }
    }
}

/// What is done on a route of a tenant with partitions.
fn through(gateway: &Gateway, route: Route, http: &Http) -> MethodRouter<Http> {
    let (method, access) = (route.method.clone(), route.access);
    match way(&method, route.path) {
        Some(Way::Own) => behind(access, own(route, &http.duty), &http.settings),
        Some(Way::Ready) => gateway.ready(&method, route.handler),
        Some(Way::All) => {
            let handler = match &http.duty {
                Duty::Owner => gateway.over(&method, route.handler),
                Duty::Standby(_) | Duty::Shop(..) if needs_owner(&method, access) => own(route, &http.duty),
                Duty::Standby(_) | Duty::Shop(..) => gateway.over(&method, route.handler),
            };
            behind(access, handler, &http.settings)
        }
        // Each route is decided; the resolver knows nothing of customers to tell on one that is not.
        decided => gateway.on(decided.unwrap_or(Way::Own), (&method, access)),
    }
}

/// What a standby does on a route.
fn as_standby(
    handler: MethodRouter<Http>,
    (method, access): (&Method, Access),
    owner: &watch::Receiver<Option<String>>,
) -> MethodRouter<Http> {
    if needs_owner(method, access) {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::POST);
        return on_service(filter, to_owner.with_state(owner.clone()));
    }
    match access {
        Write => handler.layer(from_fn_with_state(owner.clone(), unless_awaited)),
        Open | Link | Ask(_) => handler,
    }
}

/// The routes.
#[rustfmt::skip]
pub(crate) fn table() -> Vec<Route> {
    let mut table = vec![
        post("/v1/events",                   Write, ingest::events),
        sdk("/v1/identify", Call::Identify), sdk("/v1/i", Call::Identify),
        sdk("/v1/track",    Call::Track),    sdk("/v1/t", Call::Track),
        sdk("/v1/page",     Call::Page),     sdk("/v1/p", Call::Page),
        sdk("/v1/screen",   Call::Screen),   sdk("/v1/s", Call::Screen),
        sdk("/v1/group",    Call::Group),    sdk("/v1/g", Call::Group),
        sdk("/v1/alias",    Call::Alias),    sdk("/v1/a", Call::Alias),
        sdk("/v1/batch",    Call::Batch),    sdk("/v1/b", Call::Batch),
        sdk("/v1/import",   Call::Import),    sdk("/v1/merge", Call::Merge),
        sdk("/beacon/v1/batch", Call::Batch),
        get("/pixel/v1/track",               Write, pixel::track),
        get("/pixel/v1/page",                Write, pixel::page),
        post("/v1/m",                        Write, segment::metrics),
        // Asked before anything is sent, by browsers, with no key but the one in the path.
        get("/v1/projects/{key}/settings",   Write, segment::settings),
        get("/projects/{key}/settings",      Write, segment::settings),
        get("/sourceConfig",                 Write, segment::source_config),

        get("/v1/profiles/{who}",            Ask(Profile), profile::profile),
        get("/v1/profiles/{who}/timeline",   Ask(Timeline), profile::timeline),
        get("/v1/profiles/{who}/identity",   Ask(Identity), profile::identity),
        get("/v1/profiles/{who}/export",     Ask(Export), profile::export),
        get("/v1/profiles/{who}/readers",    Ask(Readers), profile::readers),
        get("/v1/profiles/{who}/merges",     Ask(Merges), identity::merges),
        get("/v1/profiles/{who}/matches",    Ask(Matches), identity::matches_of),
        put("/v1/profiles/{who}/consent",    Ask(Consent), consent::put),
        post("/v1/contacts/decide",          Ask(Contact), contact::decide),
        post("/v1/values/rank",              Ask(Rank), value::rank),
        post("/v1/routing/decide",           Ask(Routing), routing::decide),
        delete("/v1/profiles/{who}",         Ask(Erase), erase::erase),
        get("/v1/erasures/{erasure}",        Ask(Erase), erase::erasure),
        post("/v1/lookup",                   Ask(Lookup), lookup::lookup),
        get("/v1/context/{view}/{who}",      Ask(Context), context::get),
        post("/v1/context/{view}",           Ask(Context), context::post),

        get("/v1/identity/explain",          Ask(Explain), identity::explain),
        post("/v1/identity/explain",         Ask(Explain), identity::explain_posted),
        get("/v1/identity/matches",          Ask(Matches), identity::matches),
        get("/v1/identity/rules",            Ask(Rules), identity::rules),
        post("/v1/identity/merge",           Ask(Steward), identity::merge),
        post("/v1/identity/separate",        Ask(Steward), identity::separate),
        post("/v1/identity/undo",            Ask(Steward), identity::undo),

        post("/v1/qr",                       Ask(MintQr), qr::mint),
        get("/v1/qr/{token}",                Ask(ReadQr), qr::read),
        post(REDEEM,                         Ask(RedeemQr), qr::redeem),
        post("/v1/qr/{token}/revoke",        Ask(RevokeQr), qr::revoke),
        post(SETTLE,                         Ask(RedeemQr), qr::settle),
        get("/v1/qr/keys",                   Open,  qr::keys),
        post("/v1/scan",                     Ask(Scan), scan::scan),

        post("/v1/agent/links",              Ask(Card), card::link),
        get("/v1/agent/card",                Link,  card::card),
        get("/v1/agent/card/live",           Link,  card::live),

        get("/v1/rejections",                Ask(Rejections), rejections::rejections),
        get("/v1/rejections/{sequence}",     Ask(Rejections), rejections::rejection),
        post("/v1/rejections/{sequence}/retry", Ask(Retry), rejections::retry),

        get("/v1/rules",                     Ask(Report), rules::rulebook),
        post("/v1/flows/{flow}/start",       Ask(StartFlow), rules::start),
        get("/v1/segments/{segment}/members", Ask(Members), rules::members),

        get("/v1/updates",                   Ask(Updates), updates::updates),

        get("/livez",                        Open,  operation::livez),
        get("/readyz",                       Open,  operation::readyz),
        get("/healthz",                      Open,  operation::readyz),
        get("/version",                      Open,  operation::version),
        get("/metrics",                      Open,  operation::metrics),
        get("/openapi.json",                 Open,  operation::openapi),
        get("/asyncapi.yaml",                Open,  operation::asyncapi),
    ];
    table.extend(reports());
    table
}

/// What is counted, and what many customers show.
#[rustfmt::skip]
fn reports() -> [Route; 7] {
    [
        get("/v1/reports/cx",                Ask(Report), report::cx),
        get("/v1/reports/journey",           Ask(Report), report::journey),
        get("/v1/reports/gap",               Ask(Report), report::gap),
        get("/v1/reports/coverage",          Ask(Report), report::coverage),
        get("/v1/reports/segments",          Ask(Report), report::segments),
        get("/v1/reports/contacts",          Ask(Report), report::contacts),
        get("/v1/insights",                  Ask(Report), report::insights),
    ]
}

fn get<H: Handler<T, Http>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route {
        method: Method::GET,
        path,
        access,
        handler: on(MethodFilter::GET, handler),
    }
}

fn post<H: Handler<T, Http>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route {
        method: Method::POST,
        path,
        access,
        handler: on(MethodFilter::POST, handler),
    }
}

fn put<H: Handler<T, Http>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route {
        method: Method::PUT,
        path,
        access,
        handler: on(MethodFilter::PUT, handler),
    }
}

fn delete<H: Handler<T, Http>, T: 'static>(path: &'static str, access: Access, handler: H) -> Route {
    Route {
        method: Method::DELETE,
        path,
        access,
        handler: on(MethodFilter::DELETE, handler),
    }
}

/// A call of Segment's SDKs.
fn sdk(path: &'static str, call: Call) -> Route {
    use axum::extract::State;
    let handler = async move |State(http): State<Http>, posted| segment::message(call, http, posted).await;
    post(path, Write, handler)
}

/// A write key may stand in the body, so the handlers of [`Write`] read it themselves (`Posted`).
pub(crate) fn behind<S: Clone + Send + Sync + 'static>(
    access: Access,
    handler: MethodRouter<S>,
    settings: &Settings,
) -> MethodRouter<S> {
    match access {
        // What a link opens is said by what it is about, so the handlers of these look at it themselves.
        Open | Link => handler,
        // A preflight has to meet the layer, which answers it, and not the fallback for wrong methods.
        Write => handler
            .options(async || StatusCode::NO_CONTENT)
            .layer(edge::cors(&settings.origins)),
        Ask(action) => {
            let guard = settings.guard.clone();
            handler.layer(from_fn_with_state(Gate { guard, action }, require))
        }
    }
}

#[cfg(test)]
mod tests;
