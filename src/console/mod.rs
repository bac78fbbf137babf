//! The pages: the console, which shows what comes in, who is who, the reports and how the service fares; the agent's card;
//! the till; what a customer's own telephone shows of a code. All are files that are part of the program, in English and
//! in Persian.
//!
//! Owns the files and their headers. The pages are clients like any other: they know the HTTP API alone, and nothing of
//! this crate. They load nothing from elsewhere and run no script but their own. `app` puts [`router`] beside the API.

use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// What a page may do: load its own files and ask its own service. Who may show it in a frame is said behind it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors";

/// Below which path the files are that pages load.
const FILES: &str = "/console/";

/// A file of the pages.
#[derive(Clone, Copy, Debug)]
struct Asset {
    path: &'static str,
    media_type: &'static str,
    text: &'static str,
    framed: bool,
}

const fn file(media_type: &'static str, path: &'static str, text: &'static str) -> Asset {
    Asset {
        path,
        media_type,
        text,
        framed: false,
    }
}

const fn page(path: &'static str, text: &'static str) -> Asset {
    file("text/html; charset=utf-8", path, text)
}

const fn style(path: &'static str, text: &'static str) -> Asset {
    file("text/css; charset=utf-8", path, text)
}

const fn script(path: &'static str, text: &'static str) -> Asset {
    file("text/javascript; charset=utf-8", path, text)
}

/// The console, the agent's card and the till, what a customer's own telephone shows of a code, and what they load.
#[rustfmt::skip]
const ASSETS: [Asset; 51] = [
    page("/", include_str!("assets/index.html")),
    // A desk shows it in a frame.
    Asset { framed: true, ..page("/agent", include_str!("assets/agent.html")) },
    page("/pos", include_str!("assets/pos.html")),
    page("/Q/{token}", include_str!("assets/code.html")),
    page("/q/{token}", include_str!("assets/code.html")),
    style("/console/style.css", include_str!("assets/style.css")),
    style("/console/agent.css", include_str!("assets/agent.css")),
    style("/console/console.css", include_str!("assets/console.css")),
    style("/console/drawings.css", include_str!("assets/drawings.css")),
    style("/console/pos.css", include_str!("assets/pos.css")),
    script("/console/agent.js", include_str!("assets/agent.js")),
    script("/console/api.js", include_str!("assets/api.js")),
    script("/console/app.js", include_str!("assets/app.js")),
    script("/console/card.js", include_str!("assets/card.js")),
    script("/console/charts.js", include_str!("assets/charts.js")),
    script("/console/consent.js", include_str!("assets/consent.js")),
    script("/console/curve.js", include_str!("assets/curve.js")),
    script("/console/dom.js", include_str!("assets/dom.js")),
    script("/console/en.js", include_str!("assets/en.js")),
    script("/console/fa.js", include_str!("assets/fa.js")),
    script("/console/feed.js", include_str!("assets/feed.js")),
    script("/console/force.js", include_str!("assets/force.js")),
    script("/console/frame.js", include_str!("assets/frame.js")),
    script("/console/graph.js", include_str!("assets/graph.js")),
    script("/console/health.js", include_str!("assets/health.js")),
    script("/console/i18n.js", include_str!("assets/i18n.js")),
    script("/console/jobs.js", include_str!("assets/jobs.js")),
    script("/console/live.js", include_str!("assets/live.js")),
    script("/console/matches.js", include_str!("assets/matches.js")),
    script("/console/matters.js", include_str!("assets/matters.js")),
    script("/console/merges.js", include_str!("assets/merges.js")),
    script("/console/metrics.js", include_str!("assets/metrics.js")),
    script("/console/offline.js", include_str!("assets/offline.js")),
    script("/console/outcomes.js", include_str!("assets/outcomes.js")),
    script("/console/pos.js", include_str!("assets/pos.js")),
    script("/console/posview.js", include_str!("assets/posview.js")),
    script("/console/profile.js", include_str!("assets/profile.js")),
    script("/console/rcx.js", include_str!("assets/rcx.js")),
    script("/console/readers.js", include_str!("assets/readers.js")),
    script("/console/reports.js", include_str!("assets/reports.js")),
    script("/console/rgap.js", include_str!("assets/rgap.js")),
    script("/console/rjourney.js", include_str!("assets/rjourney.js")),
    script("/console/rlists.js", include_str!("assets/rlists.js")),
    script("/console/scan.js", include_str!("assets/scan.js")),
    script("/console/search.js", include_str!("assets/search.js")),
    script("/console/service.js", include_str!("assets/service.js")),
    script("/console/start.js", include_str!("assets/start.js")),
    script("/console/steps.js", include_str!("assets/steps.js")),
    script("/console/timeline.js", include_str!("assets/timeline.js")),
    script("/console/wedge.js", include_str!("assets/wedge.js")),
    script("/console/words.js", include_str!("assets/words.js")),
];

/// Serves the pages, and their files under `/console/`. The agent's card may be shown in frames of our own pages and of
/// those of the origins `framed_by`.
pub fn router(framed_by: &[String]) -> Router {
    let framed = [&["'self'".to_owned()], framed_by].concat().join(" ");
    served(ASSETS.into_iter(), &framed)
}

/// The files under `/console/` alone, which the pages of several tenants have in common.
pub fn files() -> Router {
    let files = ASSETS.into_iter().filter(|asset| asset.path.starts_with(FILES));
    served(files, "'none'")
}

fn served(assets: impl Iterator<Item = Asset>, framed: &str) -> Router {
    assets.fold(Router::new(), |router, asset| {
        let ancestors = if asset.framed { framed } else { "'none'" };
        let policy = HeaderValue::from_str(&format!("{POLICY} {ancestors}")).ok();
        router.route(
            asset.path,
            get(async move |headers: HeaderMap| asset.answer(&headers, policy.clone())),
        )
    })
}

impl Asset {
    /// A page whose policy cannot be said is not shown.
    fn answer(self, headers: &HeaderMap, policy: Option<HeaderValue>) -> Response {
        let Some(policy) = policy else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let tag = self.tag();
        let held = headers
            .get_all(header::IF_NONE_MATCH)
            .into_iter()
            .filter_map(|text| text.to_str().ok());
        let mut response = if held.flat_map(|text| text.split(',')).any(|one| one.trim() == tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, self.media_type)], self.text).into_response()
        };
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
        let fixed: [(HeaderName, &str); 3] = [
            (header::CACHE_CONTROL, "no-cache"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
        response.headers_mut().extend(fixed);
        response
            .headers_mut()
            .extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
        response
    }

    /// Changes with the file.
    fn tag(self) -> String {
        format!("\"{:016x}\"", fnv1a(self.text.as_bytes()))
    }
}

/// FNV-1a of 64 bits: tells versions of our own files apart, and protects nothing.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
