//! The routes, one file per resource. Each reads its request from path, query and body, has `api` answer it, and writes
//! the answer. What takes events, streams them or tells how the service is, is HTTP's own.

pub(crate) mod card;
pub(crate) mod consent;
pub(crate) mod contact;
pub(crate) mod context;
pub(crate) mod erase;
pub(crate) mod identity;
pub(crate) mod ingest;
pub(crate) mod lookup;
pub(crate) mod operation;
pub(crate) mod pixel;
pub(crate) mod profile;
pub(crate) mod qr;
pub(crate) mod rejections;
pub(crate) mod report;
pub(crate) mod routing;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod segment;
pub(crate) mod till;
pub(crate) mod updates;
pub(crate) mod value;
