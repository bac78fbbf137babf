//! Who may ask for what, and how much of the answer they see. Everything that is not granted is denied.
//!
//! Owns the one table of it ([`policy`]), the credentials that say who somebody is ([`Guard`]), and the [`Caller`] that
//! an edge gets for them: what is not for the caller is taken out of an answer before it is written. Called by every
//! edge alike, before a question is asked and after it is answered.
//!
//! | what | where |
//! |---|---|
//! | role and action: what of an answer | [`policy`] |
//! | action and member: what kind of data it is | [`mod@members`] |
//! | keys, and tokens that somebody else signed | [`credentials`], [`token`] |
//! | whether what was shown still stands | [`standing`] |
//! | how much each may ask for, and the alarm where that is not enough | [`allowance`], [`alarm`] |
//! | who asks, and what is noted of it | [`caller`] |
//! | taking out what is not for the caller | [`shown`] |

mod alarm;
mod allowance;
mod caller;
mod credentials;
mod members;
mod policy;
mod shown;
mod standing;
mod token;

#[cfg(test)]
mod tests;

pub use self::{
    allowance::Quotas,
    caller::Caller,
    credentials::{Credentials, Guard},
    members::{Member, Members, members},
    policy::{Action, Field, Grant, Scope},
    token::{TokenIssuer, TokenKeysError},
};
