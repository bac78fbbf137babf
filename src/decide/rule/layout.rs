//! Which layout a channel shows a customer.

use crate::decide::rule::condition::Condition;

/// A variant of what a channel shows, for those for whom a condition holds.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Its name.
    pub name: String,
    /// Who sees it; the first that holds is shown.
    pub when: Condition,
    /// Its place among the others, the smallest first; those of one place by their names.
    pub order: u32,
}
