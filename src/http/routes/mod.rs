//! The routes, one file per resource. Each reads its request, asks or tells the engine, and shapes the answer; what a
//! shape looks like is `wire`'s matter.

pub(crate) mod consent;
pub(crate) mod context;
pub(crate) mod identity;
pub(crate) mod ingest;
pub(crate) mod lookup;
pub(crate) mod operation;
pub(crate) mod profile;
pub(crate) mod qr;
pub(crate) mod rejections;
pub(crate) mod segment;
pub(crate) mod updates;
