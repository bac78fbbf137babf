//! Erasing: whoever goes is gone with a commit (`erase`), then from every file ([`expunge`]), from other members' files
//! (`cleared`), from other partitions ([`elsewhere`]) and from journals that others read ([`forgetting`]); and stays gone, whatever
//! comes again or is put back (`erased`, `ledger`). What is kept for a time only goes the same way (`expire`).

pub(crate) mod anew;
pub(crate) mod cleared;
pub mod elsewhere;
pub(crate) mod erase;
pub(crate) mod erased;
pub(crate) mod erasures;
pub(crate) mod expire;
pub mod expunge;
pub mod forgetting;
pub(crate) mod ledger;
pub mod withdrawn;
