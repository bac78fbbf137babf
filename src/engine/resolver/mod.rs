//! The resolver: which partition has which customers of a tenant.
//!
//! Two events that share a value are connected, and those that are connected by others; all events of one component go to
//! one partition, so that whoever places them there sees all that there is to be seen of a person. It knows values by their
//! keyed hashes alone, and of nobody who they are.
//!
//! | | |
//! |---|---|
//! | `links` | by which values an event may be connected with others |
//! | `components` | which values are connected: what one event unites, and which value leads where |
//! | `moves` | who goes to another partition with a batch |
//! | `step` | what is written for whom |
//! | `spread` | who goes where, once there are more partitions |
//! | `tenant` | what a new partition is told before anybody goes there |
//! | `pace` | how often some go |
//! | `asked` | where a customer is |
//! | `standing` | what a resolver does not do that others do |
//!
//! Must never decide who is one person: that is the partitions'. Called by `engine::writer::worker` in place of `engine::step`.

mod asked;
mod components;
mod links;
mod moves;
mod pace;
mod spread;
mod standing;
mod step;
mod tenant;

pub(crate) use self::{
    links::{links_of, links_of_atom},
    pace::pace,
    spread::{MOVES_AT_ONCE, SPREAD_PAUSE},
    step::step,
};

#[cfg(test)]
mod tests;
