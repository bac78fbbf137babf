//! The routes, one file per resource. Each reads its request, asks or tells the engine, and shapes the answer; what a
//! shape looks like is `wire`'s matter.

pub mod consent;
pub mod context;
pub mod identity;
pub mod ingest;
pub mod lookup;
pub mod operation;
pub mod profile;
pub mod qr;
pub mod rejections;
pub mod segment;
pub mod updates;
