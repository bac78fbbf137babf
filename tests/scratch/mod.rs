//! Folders of engines that end with their test. Nothing in them is to outlast a power cut, so they are in memory where there
//! is room for them: on a disk, most of the time would go to waiting until it has what is thrown away.

use std::path::Path;

use tempfile::TempDir;

/// Where a system has files in memory.
const MEMORY: &str = "/dev/shm";
/// Bytes that have to be free there: more than all tests that run at once take.
const ROOM: u64 = 4 << 30;

/// A new folder, which goes with the value.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new(MEMORY);
    let has_room = fs2::available_space(memory).is_ok_and(|free| free >= ROOM);
    let mut named = tempfile::Builder::new();
    named.prefix("yekta-test-");
    let in_memory = has_room.then(|| named.tempdir_in(memory).ok()).flatten();
    in_memory.unwrap_or_else(|| named.tempdir().unwrap())
}
