//! Who is who: the partition of claims into persons as a pure function of the claims and the rules.
//!
//! [`claim`] says what an event asserts about identity, [`ownership`] who owns a device at an instant, [`link`] what
//! per-event ids tie together, [`word`] what a steward says, and [`mod@cluster`] parts one connected component into persons. Nothing here depends on the
//! order of arrival, reads a store or knows a hash; the engine keeps the answer up to date one event at a time.
//!
//! A new identifier kind needs no code: it is a row of `[identifiers.kinds]` in the configuration.

mod canonical;
pub mod claim;
pub mod cluster;
pub mod link;
pub mod ownership;
pub mod rules;
pub mod word;

pub use claim::{Anchor, Bond, Claim, Key, Owner, Subject};
pub use cluster::{Clustering, Evidence, Likeness, Node, Reason, Verdict, cluster};
pub use link::{Link, LinkRole};
pub use ownership::Mark;
pub use rules::{Edition, IdentityRules, Similarity};
pub use word::{Reference, Said, Word};
