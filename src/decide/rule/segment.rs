//! Who is in a segment.

use crate::decide::rule::condition::Condition;

/// A segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name, of letters that a subject may hold.
    pub name: String,
    /// Who is in it.
    pub when: Condition,
}
