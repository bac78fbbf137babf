//! How the names in a service's answers read to people.

use crate::cli::client::report::page::html::{Html, el};

/// A name that somebody gave, or none: whichever way it is written, what stands beside it keeps its place.
pub(super) fn name(given: &str) -> Html {
    match given {
        "" => unnamed().into(),
        given => el("bdi", &[], given),
    }
}

/// A token as words where no markup can stand, or that there is none.
pub(super) fn plain_name(given: &str) -> String {
    match given {
        "" => unnamed(),
        given => spaced(given),
    }
}

/// A token as words: `late_delivery` as `late delivery`.
pub(super) fn title(token: &str) -> Html {
    name(&spaced(token))
}

/// The same where no markup can stand.
pub(super) fn spaced(token: &str) -> String {
    token.replace('_', " ")
}

fn unnamed() -> String {
    "(not said)".to_owned()
}
