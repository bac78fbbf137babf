//! The writer: decode aside, everything that happens to an event between the edge and the journal.
