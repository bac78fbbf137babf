//! The keys of what a resolver knows: which values are connected, and where those live who hold them.

use crate::store::{ids::KeyHash, keys::join};

/// The component that a value is in, or was in before another took that in.
pub fn linked(key: KeyHash) -> Vec<u8> {
    join(b'q', &[&[0], &key.0])
}

/// All values that a component began with or got from an event, and all components that it took in itself.
pub fn links(component: KeyHash) -> Vec<u8> {
    join(b'q', &[&[1], &component.0])
}

/// One of these.
pub fn link(component: KeyHash, key: KeyHash) -> Vec<u8> {
    join(b'q', &[&[1], &component.0, &key.0])
}

/// What is known of a component that no other took in.
pub fn component(component: KeyHash) -> Vec<u8> {
    join(b'q', &[&[2], &component.0])
}

/// All that a resolver knows of components.
pub const COMPONENTS: &[u8] = b"q";
