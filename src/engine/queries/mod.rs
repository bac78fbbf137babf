//! What can be asked, answered from committed state on any thread: [`query`] has the shapes, `answer` the handle.

pub mod answer;
pub mod copies;
pub mod explain;
pub(crate) mod export;
pub mod find;
pub mod query;
pub mod rules_told;
pub mod timeline;
pub mod updates;
