//! The ordered, durable log of commits.
