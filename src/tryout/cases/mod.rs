//! Cases that the user writes: events in, expected actions out. [`file`](mod@file) reads them, [`given`] makes events of
//! them, `run` puts those through a [`Simulation`](crate::tryout::Simulation) and `compare` says what is other than
//! expected. A case is a function of its file, the rules and the settings: it always gives the same.

mod compare;
mod file;
mod given;
mod people;
mod run;

pub use crate::tryout::cases::{
    file::{Case, CaseFile},
    run::{Place, run},
};
