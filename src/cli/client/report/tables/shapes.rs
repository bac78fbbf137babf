//! Which figures of each report are shown.

/// A table: a list of a report, with a row for each of its items.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli::client::report) struct Shape {
    /// What its first column is called; `by` stands for what the report is grouped by.
    pub(super) head: &'static str,
    /// The path of the list.
    pub(super) list: &'static str,
    /// The member that names an item.
    pub(super) name: &'static str,
    /// The paths of its other columns; a style stands for the score of it.
    pub(super) members: &'static [&'static str],
    /// The path of what all items are together.
    pub(super) total: Option<&'static str>,
}

const fn table(
    head: &'static str,
    list: &'static str,
    name: &'static str,
    members: &'static [&'static str],
) -> Shape {
    Shape {
        head,
        list,
        name,
        members,
        total: None,
    }
}

const COUNTS: &[&str] = &[
    "decided",
    "allow",
    "hold",
    "suppress",
    "sent",
    "failed",
    "unanswered",
    "allow_rate",
    "hold_rate",
    "suppress_rate",
    "failure_rate",
    "unanswered_rate",
];
const STYLES: &[&str] = &["nps", "csat", "ces"];
const SERVED: &[&str] = &[
    "contacts",
    "queue_mean_s",
    "handling_mean_s",
    "abandonment_rate",
    "repeat_rate",
    "first_contact_resolution",
];
const KINDS: &[&str] = &[
    "behaviour",
    "transaction",
    "service",
    "attitude",
    "emotion",
    "situation",
    "missing",
];

/// Of what was decided about messages.
pub(in crate::cli::client::report) const CONTACTS: &[Shape] = &[
    Shape {
        total: Some("total"),
        ..table("day", "days", "day", COUNTS)
    },
    table("by", "groups", "name", COUNTS),
    table(
        "decision",
        "reasons",
        "decision",
        &["rule", "reason", "count", "share"],
    ),
];

/// Of how it was for customers.
pub(in crate::cli::client::report) const CX: &[Shape] = &[
    table(
        "score",
        "scores",
        "style",
        &["value", "low", "high", "n", "enough"],
    ),
    table("by", "groups", "name", STYLES),
    table("day", "days", "day", STYLES),
    Shape {
        total: Some("operations.total"),
        ..table("team", "operations.teams", "name", SERVED)
    },
    table("friction", "frictions", "kind", &["count"]),
    table("silent segment", "silent", "segment", &["members", "entered"]),
    table(
        "figure",
        "moves",
        "figure",
        &["style", "days", "rank_correlation"],
    ),
    table("team", "employees", "team", &["n", "mean", "low", "high"]),
    table("team", "training", "team", &["cause", "contacts", "repeated"]),
    table(
        "flow",
        "trials",
        "flow",
        &[
            "treated.people",
            "held_out.people",
            "orders_per_person_difference",
            "difference_low",
            "difference_high",
        ],
    ),
];

/// Of how far customers come on a journey, and how it is on the way.
pub(in crate::cli::client::report) const JOURNEY: &[Shape] = &[
    table(
        "stage",
        "stages",
        "name",
        &[
            "entered",
            "moved_on",
            "lost",
            "waiting",
            "time_mean_s",
            "time_median_s",
        ],
    ),
    table(
        "touchpoint",
        "curve",
        "touchpoint",
        &["stage", "touches", "effect", "n", "kind", "nps", "csat", "ces"],
    ),
];

/// Of what is expected and what is observed.
pub(in crate::cli::client::report) const GAP: &[Shape] = &[table(
    "touchpoint",
    "touchpoints",
    "touchpoint",
    &[
        "stage",
        "n",
        "observed",
        "low",
        "high",
        "expected",
        "acceptable",
        "gap",
        "verdict",
        "importance.customer",
        "importance.company",
        "beside.observed",
        "beside.change",
    ],
)];

/// Of which data there are.
pub(in crate::cli::client::report) const COVERAGE: &[Shape] = &[
    table("touchpoint", "touchpoints", "touchpoint", KINDS),
    table("segment", "segments", "name", KINDS),
];

/// Of who is in which segment.
pub(in crate::cli::client::report) const SEGMENTS: &[Shape] =
    &[table("segment", "segments", "name", &["members", "share"])];

/// Of what many customers show.
pub(in crate::cli::client::report) const INSIGHTS: &[Shape] =
    &[table("insight", "insights", "kind", &["about", "since"])];
