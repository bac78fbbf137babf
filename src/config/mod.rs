//! Settings of every module, composed.
