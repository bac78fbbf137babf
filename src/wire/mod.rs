//! Versioned JSON shapes, in and out.
