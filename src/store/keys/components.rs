//! The keys of what a resolver knows: which values are connected, and where those live who hold them.

use crate::store::{ids::KeyHash, keys::join};

/// The component that a value is in, or was in before another took that in. The value with which one began has none.
pub fn linked(key: KeyHash) -> Vec<u8> {
    join(b'q', &[&[0], &key.0])
}

/// All values that a component has, but for the one with which it began, and those of the components that it took in.
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

/// Behind a component in the order of their ids: the lower end of a range.
pub fn behind_component(component: KeyHash) -> Vec<u8> {
    join(b'q', &[&[2], &component.0, &[0]])
}

/// Behind the last component.
pub const COMPONENTS_END: &[u8] = b"q\x03";

/// Over how many partitions they are spread, and how far that is.
pub const SPREAD: &[u8] = b"q\x04";

/// All components that one took in, but for those that these had taken in.
pub fn taken_in(component: KeyHash) -> Vec<u8> {
    join(b'q', &[&[3], &component.0])
}

/// One of these.
pub fn take_in(component: KeyHash, other: KeyHash) -> Vec<u8> {
    join(b'q', &[&[3], &component.0, &other.0])
}
