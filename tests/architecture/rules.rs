//! The layers, as one table: who may import whom, and which outside crates each module may name.
//!
//! To let a module import something, add it to its row. A row may only import modules of rows **above** it,
//! so the table itself cannot hold a cycle.

/// What one top-level module of `src/` may name. A module may always name itself.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The module: `src/<module>.rs` or `src/<module>/`.
    pub(crate) module: &'static str,
    /// Modules of this crate that it may import.
    pub(crate) imports: &'static [&'static str],
    /// Outside crates it may name, each whole (`serde`) or in part (`tokio::sync`); `*` is any.
    pub(crate) crates: &'static [&'static str],
    /// What it may not name although `crates` allows it.
    pub(crate) never: &'static [&'static str],
}

/// Time, files, sockets, environment and threads: what the pure core is given as arguments or does without.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// The table of DESIGN.md, section 5. Telemetry imports nobody, so that all from layer 1 up may import it.
pub(crate) const RULES: &[Rule] = &[
    // Layer 0: pure and synchronous.
    Rule {
        module: "domain",
        imports: &[],
        crates: &[
            "std",
            "idna",
            "percent_encoding",
            "phonenumber",
            "siphasher",
            "strsim",
            "thiserror",
            "unicode_normalization",
        ],
        never: IMPURE,
    },
    Rule {
        module: "decide",
        imports: &["domain"],
        // Quiet hours and calendar days are by the customer's own clock, and zones are data that changes every year: the
        // database is the one that is built in.
        crates: &["std", "cel", "jiff", "thiserror"],
        never: &[
            "std::env",
            "std::fs",
            "std::io",
            "std::net",
            "std::process",
            "std::thread",
            "std::time::Instant",
            "std::time::SystemTime",
            "jiff::Timestamp::now",
            "jiff::Zoned::now",
            "jiff::tz::TimeZone::system",
        ],
    },
    // Layer 4 in the design, this high up because it is imported from layer 1 on.
    Rule {
        module: "telemetry",
        imports: &[],
        crates: &["*"],
        never: &["anyhow", "axum", "sled"],
    },
    // Files that are looked at again: by an edge and by who composes.
    Rule {
        module: "followed",
        imports: &[],
        crates: &["std", "tokio::time", "tracing"],
        never: &["std::fs"],
    },
    // Layer 1: the shapes outside, the view on disk, the log.
    Rule {
        module: "wire",
        imports: &["domain"],
        crates: &[
            "std",
            "data_encoding",
            "ed25519_dalek",
            "jiff",
            "percent_encoding",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "uuid",
        ],
        never: &[],
    },
    Rule {
        module: "cipher",
        imports: &[],
        crates: &[
            "std",
            "chacha20poly1305",
            "data_encoding",
            "getrandom",
            "thiserror",
        ],
        never: &["std::fs", "std::net", "std::thread"],
    },
    Rule {
        module: "store",
        imports: &["domain", "telemetry", "cipher"],
        crates: &[
            "std",
            "bincode",
            "crc32fast",
            "getrandom",
            "hmac",
            "lz4_flex",
            "sha2",
            "siphasher",
            "sled",
            "thiserror",
            "tracing",
        ],
        never: &[],
    },
    Rule {
        module: "journal",
        imports: &["telemetry", "cipher"],
        crates: &["std", "crc32fast", "lz4_flex", "thiserror", "tracing"],
        never: &[],
    },
    // Of tokio it has the channels alone: what is written is written by a thread of its own.
    Rule {
        module: "audit",
        imports: &["wire", "telemetry"],
        crates: &[
            "std",
            "serde",
            "serde_json",
            "thiserror",
            "tokio::sync",
            "tracing",
        ],
        never: &[],
    },
    // Layer 2: the writer. Of tokio it has the channels alone: a step runs without a runtime. Of serde it has what it
    // takes to publish a wire shape.
    Rule {
        module: "engine",
        imports: &[
            "domain",
            "decide",
            "wire",
            "store",
            "journal",
            "telemetry",
            "cipher",
        ],
        crates: &[
            "std",
            "data_encoding",
            "fs2",
            "getrandom",
            "serde",
            "serde_json",
            "thiserror",
            "tokio::sync",
            "tracing",
            "uuid",
        ],
        never: &[],
    },
    // Between layers 2 and 3: the public contract without an edge. Of tokio it has what it takes to ask and to wait.
    Rule {
        module: "api",
        imports: &["domain", "decide", "wire", "audit", "engine", "telemetry"],
        crates: &[
            "std",
            "data_encoding",
            "governor",
            "qrcode",
            "ring",
            "serde",
            "serde_json",
            "thiserror",
            "tokio::runtime",
            "tokio::task",
            "tokio::time",
            "tracing",
            "uuid",
        ],
        never: &[],
    },
    // Layer 3: the edges. They reach neither the store nor each other.
    Rule {
        module: "http",
        imports: &["domain", "wire", "engine", "api", "followed", "telemetry"],
        crates: &[
            "std",
            "axum",
            "data_encoding",
            "futures_util",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tokio_rustls",
            "tokio_util",
            "tower",
            "tower_http",
            "tracing",
            "uuid",
        ],
        never: &[],
    },
    Rule {
        module: "console",
        imports: &[],
        crates: &["std", "axum"],
        never: &[],
    },
    Rule {
        module: "nats",
        imports: &["domain", "wire", "engine", "api", "journal", "telemetry"],
        crates: &["*"],
        never: &["anyhow", "axum", "sled", "tower", "tower_http"],
    },
    // Layer 4: the settings of every module, composed. Nobody below imports them.
    Rule {
        module: "config",
        imports: &[
            "domain",
            "cipher",
            "decide",
            "wire",
            "store",
            "journal",
            "engine",
            "api",
            "http",
            "console",
            "nats",
            "telemetry",
        ],
        crates: &["*"],
        never: &["anyhow", "axum", "sled"],
    },
    // Between layers 4 and 5: evaluation. It uses the engine as an edge does, and says what is wrong with a mapping as
    // the configuration says it of settings.
    Rule {
        module: "quality",
        imports: &["domain", "wire", "engine", "config"],
        crates: &[
            "std",
            "csv",
            "futures_util",
            "jiff",
            "rand",
            "rand_chacha",
            "serde",
            "serde_json",
            "thiserror",
            "toml",
        ],
        never: &[],
    },
    // Beside it: rules tried out, without a service.
    Rule {
        module: "tryout",
        imports: &["domain", "decide", "wire", "engine", "config"],
        crates: &["std", "serde", "serde_json", "thiserror", "yaml_serde"],
        never: &[
            "std::net",
            "std::thread",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
    },
    // Layer 5: build, run, drain. The only place for anyhow.
    Rule {
        module: "app",
        imports: &[
            "domain",
            "cipher",
            "decide",
            "wire",
            "store",
            "audit",
            "journal",
            "engine",
            "api",
            "http",
            "console",
            "nats",
            "config",
            "followed",
            "telemetry",
        ],
        crates: &["*"],
        never: &[],
    },
    Rule {
        module: "cli",
        imports: &[
            "domain",
            "decide",
            "wire",
            "store",
            "audit",
            "journal",
            "engine",
            "config",
            "telemetry",
            "quality",
            "tryout",
            "app",
        ],
        crates: &["*"],
        never: &[],
    },
    Rule {
        module: "main",
        imports: &["app", "cli"],
        crates: &["*"],
        never: &[],
    },
    // The crate's front page declares the modules and re-exports nothing.
    Rule {
        module: "lib",
        imports: &[],
        crates: &["std"],
        never: &[],
    },
];

/// Names that say nothing about what a module owns.
pub(crate) const BANNED_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// A file longer than this does more than one thing.
pub(crate) const LINES_MAX: usize = 400;

/// Files that may be longer, each with its own limit. It only shrinks: an entry that is no longer needed fails.
pub(crate) const LONG_FILES: &[(&str, usize)] = &[];

/// The row of `module`.
pub(crate) fn rule_of(module: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.module == module)
}
