//! The pages of a shop, on an origin of their own, and the browser that looks at them.

use std::{fs, path::Path, process::Command};

use axum::{
    Router,
    http::header::CONTENT_TYPE,
    response::{Html, IntoResponse},
    routing::get,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{go_between::serve, installed::without_proxies, process::Running};

/// Whoever starts a browser knows it by one of these names.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser that is installed; none where there is none.
pub fn browser() -> Option<&'static str> {
    BROWSERS.into_iter().find(|name| {
        let asked = Command::new(name).arg("--version").output();
        asked.is_ok_and(|output| output.status.success())
    })
}

/// A page that is looked at, until it is closed.
pub struct Visit {
    browser: Running,
    _home: TempDir,
    _pages: Runtime,
}

impl Visit {
    /// Looks at `page` with the SDK `sdk`, which gets `query`.
    pub fn of(browser: &str, page: &Path, sdk: &Path, query: &str) -> Self {
        let (page, sdk) = (fs::read_to_string(page).unwrap(), fs::read(sdk).unwrap());
        let script = async move || ([(CONTENT_TYPE, "text/javascript")], sdk).into_response();
        let pages = Router::new()
            .route("/", get(async move || Html(page)))
            .route("/sdk.js", get(script));
        let (url, pages) = serve(pages);
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(browser);
        without_proxies(&mut command);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-breakpad",
            "--no-proxy-server",
            // Nobody else is looked for.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ]);
        command.arg(format!("--user-data-dir={}", home.path().display()));
        command.arg(format!("{url}/?{query}"));
        Self {
            browser: Running::start(command),
            _home: home,
            _pages: pages,
        }
    }

    pub fn close(self) {
        self.browser.kill();
    }
}
