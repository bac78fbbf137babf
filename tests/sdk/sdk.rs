//! The six SDKs: what each is installed from, how it is run, and what it can tell.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::{
    installed::{are_there, install, python, succeeds, without_proxies},
    process::Running,
    shop::{Visit, browser},
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/clients");
const SEGMENT: &str = "node_modules/@segment/analytics-next/dist/umd/index.js";
const RUDDERSTACK: &str = "node_modules/@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js";

/// An SDK, by the name of its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sdk {
    Node(&'static str),
    Python(&'static str),
    Browser(&'static str, Bundle),
}

/// What a page loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle {
    Segment,
    RudderStack,
}

/// One that tells its story.
pub enum Telling {
    Script(Running),
    Page(Visit),
}

impl Sdk {
    /// Its name, which its golden file has too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Node(name) | Self::Python(name) | Self::Browser(name, _) => name,
        }
    }

    /// The types of the events that it tells, sorted.
    pub fn story(self) -> Vec<&'static str> {
        let mut story = vec![
            "Alias",
            "Group Joined",
            "Identify",
            "Page Viewed",
            "Product Added to Wishlist",
            "Product Viewed",
        ];
        // A page is no screen.
        if !matches!(self, Self::Browser(..)) {
            story.push("Screen Viewed");
        }
        story
    }

    /// Whether what it needs is there; a test without passes, but for where everything has to be there.
    pub fn is_there(self) -> bool {
        match self {
            Self::Node(_) => are_there(&["node", "npm"]),
            Self::Python(_) => are_there(&["python3"]),
            Self::Browser(..) => are_there(&["node", "npm", browser().unwrap_or("chromium")]),
        }
    }

    /// Begins to tell the service at `url` the story of `user`.
    pub fn tell(self, url: &str, user: &str) -> Telling {
        let mut command = match self {
            Self::Node(name) => {
                let mut node = Command::new("node");
                node.arg(source(&format!("{name}.mjs"))).current_dir(packages());
                node
            }
            Self::Python(name) => {
                let mut python = Command::new(interpreter());
                python.arg(source(&format!("{name}.py")));
                python
            }
            Self::Browser(name, bundle) => {
                let bundle = match bundle {
                    Bundle::Segment => SEGMENT,
                    Bundle::RudderStack => RUDDERSTACK,
                };
                let (page, sdk) = (source(&format!("{name}.html")), packages().join(bundle));
                let query = format!("url={url}&user={user}&anonymous=anon-{user}");
                return Telling::Page(Visit::of(browser().unwrap(), &page, &sdk, &query));
            }
        };
        without_proxies(&mut command);
        command.args([url, user]);
        Telling::Script(Running::start(command))
    }
}

impl Telling {
    /// It was heard out: a script has to have come to its end with success.
    pub fn end(self) {
        match self {
            Self::Page(visit) => visit.close(),
            Self::Script(mut script) => {
                let status = script.ended();
                assert!(status.success(), "{status}: {}", script.log());
            }
        }
    }
}

/// The folder in which node finds the packages, installed by whichever test is first.
fn packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let manifests = ["package.json", "package-lock.json"];
    FOLDER.get_or_init(|| {
        install("sdk-node", Path::new(SOURCES), &manifests, |folder| {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                .current_dir(folder);
            succeeds(npm);
        })
    })
}

/// The Python that finds its packages.
fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| python("sdk-python", Path::new(SOURCES)))
}

fn source(file: &str) -> PathBuf {
    Path::new(SOURCES).join(file)
}
