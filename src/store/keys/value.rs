//! The keys of what customers are worth among all, and of how far finding that out is.

use crate::store::{ids::ProfileId, keys::join};

/// All that was found out.
pub const STANDINGS: &[u8] = b"r";

/// Where a profile stands.
pub fn standing(id: ProfileId) -> Vec<u8> {
    join(b'r', &[&id.0])
}

/// Behind where a profile stands.
pub fn behind_standing(id: ProfileId) -> Vec<u8> {
    join(b'r', &[&id.0, &[0]])
}

/// The profile in a key below [`STANDINGS`].
pub fn standing_of(key: &[u8]) -> Option<ProfileId> {
    let id = key.strip_prefix(STANDINGS)?.first_chunk::<16>()?;
    Some(ProfileId(*id))
}

/// How far finding it out is.
pub const RANKING: &[u8] = b"v";

/// By what a partition ranks its customers: what its resolver found of all.
pub const SCALE: &[u8] = b"vs";
/// Behind [`SCALE`].
pub const SCALE_END: &[u8] = b"vt";
