//! The embedded view of the journal: key layout, record codec, atomic apply, reads.
