//! Who is in a segment.

use crate::decide::rule::condition::Condition;

/// A segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name, of letters that a subject may hold.
    pub name: String,
    /// Who is in it.
    pub when: Condition,
    /// Whether those in it are leaving without a complaint: they are counted apart.
    pub silent: bool,
}
