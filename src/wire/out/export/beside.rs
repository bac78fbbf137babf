//! What is kept of a person beside events, in an export: codes that were minted for them, words about them.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::{
    identity::{self, Reference, Said},
    qr::QrState,
    value::Value,
};
use crate::wire::{
    json,
    out::{
        export::atom::Named,
        scalar::{EventRef, Time},
    },
};

/// A QR code that was minted for the person. The token is kept nowhere.
#[derive(Debug, Serialize)]
pub struct Code<'a> {
    /// The event that minted it.
    pub event: EventRef<'a>,
    /// How far its life has gone.
    #[serde(flatten)]
    pub state: State<'a>,
    /// When it was minted.
    pub minted: Time,
    /// Until when it holds.
    pub expires: Time,
    /// The only store that may redeem it.
    pub store_id: Option<&'a str>,
    /// What was in the basket.
    pub basket: Option<Content<'a>>,
    /// What was offered.
    pub offer: Option<Content<'a>>,
}

/// How far the life of a code has gone.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    state: &'static str,
    redeemed: Option<Redeemed<'a>>,
}

#[derive(Debug, Serialize)]
struct Redeemed<'a> {
    at: Time,
    store_id: Option<&'a str>,
}

impl<'a> From<&'a QrState> for State<'a> {
    fn from(state: &'a QrState) -> Self {
        let (state, redeemed) = match state {
            QrState::Open => ("open", None),
            QrState::Redeemed { at, store_id } => {
                let (at, store_id) = (Time(*at), store_id.as_deref());
                ("redeemed", Some(Redeemed { at, store_id }))
            }
            QrState::Revoked => ("revoked", None),
        };
        Self { state, redeemed }
    }
}

/// Free content, as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a>(pub &'a Value);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json::from_value(self.0).serialize(serializer)
    }
}

/// A steward's word about the person. `Debug` shows neither whom it is about nor why.
#[derive(Serialize)]
pub struct Word<'a> {
    id: &'a str,
    number: u64,
    said: &'static str,
    by: &'a str,
    why: &'a str,
    at: Time,
    about: Vec<Named<'a>>,
}

impl<'a> Word<'a> {
    /// The word, and by which of its references it is `about` the person: who else it is about is not theirs to be told.
    pub fn of(word: &'a identity::Word, about: &'a [Reference]) -> Self {
        let identity::Word {
            id,
            number,
            said,
            sides: _,
            by,
            why,
            at,
        } = word;
        let about = about.iter().map(|reference| match reference {
            Reference::Key(key) => Named::from(key),
            Reference::Event(id) => Named::from(id),
        });
        Self {
            id,
            number: *number,
            said: match said {
                Said::Same => "same",
                Said::Apart => "apart",
            },
            by,
            why,
            at: Time(*at),
            about: about.collect(),
        }
    }
}

impl fmt::Debug for Word<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Word({} {})", self.id, self.said)
    }
}
