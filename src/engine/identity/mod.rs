//! Who is one person: from an event's claim to the profiles that are shown.
//!
//! An event is placed in an atom (`place`), the atoms around what changed are found again (`seeds`, [`graph`], [`component`]) and
//! parted into persons (`resolve`), and ids follow them ([`membership`]). What a value does to many is done in small steps
//! (`repair`), and so is what other rules change (`renew`). The rules themselves are [`crate::domain::identity`]'s.

pub(crate) mod alike;
pub mod component;
pub(crate) mod devices;
pub(crate) mod edition;
pub mod graph;
pub(crate) mod index;
pub mod membership;
pub(crate) mod memory;
pub(crate) mod partition;
pub(crate) mod place;
pub mod possible;
pub(crate) mod refold;
pub(crate) mod renew;
pub(crate) mod repair;
pub(crate) mod resolve;
pub(crate) mod retract;
pub(crate) mod seeds;
pub(crate) mod steward;
pub(crate) mod words;
