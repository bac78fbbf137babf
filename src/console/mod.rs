//! The console: one page that shows events and profiles live, in files that are part of the program.
//!
//! Owns the files and their headers. The page is a client like any other: it knows the HTTP API alone, and nothing of
//! this crate. It loads nothing from elsewhere and runs no script but its own. `app` puts [`router`] beside the API.

use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// What the page may do: load its own files and ask its own service.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
#[derive(Clone, Copy, Debug)]
struct Asset {
    path: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 8] = [
    Asset {
        path: "/",
        media_type: HTML,
        text: include_str!("assets/index.html"),
    },
    Asset {
        path: "/console/style.css",
        media_type: CSS,
        text: include_str!("assets/style.css"),
    },
    Asset {
        path: "/console/app.js",
        media_type: SCRIPT,
        text: include_str!("assets/app.js"),
    },
    Asset {
        path: "/console/api.js",
        media_type: SCRIPT,
        text: include_str!("assets/api.js"),
    },
    Asset {
        path: "/console/detail.js",
        media_type: SCRIPT,
        text: include_str!("assets/detail.js"),
    },
    Asset {
        path: "/console/dom.js",
        media_type: SCRIPT,
        text: include_str!("assets/dom.js"),
    },
    Asset {
        path: "/console/lists.js",
        media_type: SCRIPT,
        text: include_str!("assets/lists.js"),
    },
    Asset {
        path: "/console/world.js",
        media_type: SCRIPT,
        text: include_str!("assets/world.js"),
    },
];

/// Serves the page at `/` and its files under `/console/`.
pub fn router() -> Router {
    ASSETS.into_iter().fold(Router::new(), |router, asset| {
        router.route(
            asset.path,
            get(async move |headers: HeaderMap| asset.answer(&headers)),
        )
    })
}

impl Asset {
    fn answer(self, headers: &HeaderMap) -> Response {
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
        let fixed: [(HeaderName, &str); 4] = [
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
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
