//! Somebody it may be: enough to ask for the right person, too little to learn who else there is.

use std::fmt;

use serde::Serialize;

use crate::domain::{
    context::{Mask, Person},
    profile::Profile,
};

/// Somebody it may be. `Debug` leaves the name out.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The profile's id.
    pub id: String,
    /// Why it may be them, such as `holds phone (stated)`; never a value.
    pub why: String,
    /// First name and initial, enough to ask for the right person.
    pub name: Option<String>,
}

impl Candidate {
    /// The candidate that the profile called `id` is.
    pub fn of(id: &str, why: impl Into<String>, profile: &Profile) -> Self {
        Self {
            id: id.to_owned(),
            why: why.into(),
            name: Person::of(profile, Mask::Surname).display_name,
        }
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Candidate")
            .field("id", &self.id)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}
