//! Who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, AskedIdentifier, ContextAnswer, Failure},
    domain::identity::Key,
    engine::{
        ProfileId,
        query::{Address, Found, Portrait},
    },
    wire::out::{
        context::Match,
        flat::Flat,
        lookup::{Candidate, Lookup},
    },
};

/// The view where the request names none.
const DEFAULT_VIEW: &str = "callcenter";

/// Asks who holds identifiers: `{identifiers, view, flat, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LookupRequest {
    /// `[{kind, value}]`: whoever holds one of them.
    pub identifiers: Vec<AskedIdentifier>,
    /// What is told of the one who was found; `callcenter` where it is not said.
    pub view: Option<String>,
    /// Whether the answer is the view's map of texts.
    #[serde(default)]
    pub flat: bool,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Who was found, in the form that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum LookupAnswer {
    /// `{match, profiles, candidates}`.
    Whole(Lookup),
    /// Texts by name, all of them always there.
    Flat(Flat),
}

impl Api {
    /// Looks up.
    ///
    /// # Errors
    /// `unknown_view`, `bad_identifier`, `too_many_identifiers`, `position_not_reached`.
    pub async fn lookup(&self, request: LookupRequest) -> Result<LookupAnswer, Failure> {
        self.reached(request.min_position).await?;
        let view = self.view(request.view.as_deref().unwrap_or(DEFAULT_VIEW))?;
        let addresses = self.addresses(&request.identifiers, &view.name)?;
        let found = self.found(addresses.clone()).await?;
        let body = match self.told(view, &found, request.flat).await? {
            ContextAnswer::Flat(flat) => return Ok(LookupAnswer::Flat(flat)),
            ContextAnswer::Whole(body) => body,
        };
        let (profiles, candidates) = match found.as_slice() {
            [] => (Vec::new(), Vec::new()),
            [_] => (vec![*body], Vec::new()),
            several => (Vec::new(), self.candidates(several, &addresses).await?),
        };
        Ok(LookupAnswer::Whole(Lookup {
            outcome: Match::of(found.len()),
            profiles,
            candidates,
        }))
    }

    /// All who are at one of the addresses, sorted.
    pub(crate) async fn found(&self, addresses: Vec<Address>) -> Result<Vec<ProfileId>, Failure> {
        self.ask_here("find", move |query| {
            let mut found = BTreeSet::new();
            for address in &addresses {
                match query.find(address)? {
                    Found::None => {}
                    Found::One(id) => found.extend([id]),
                    Found::Many(ids) => found.extend(ids),
                }
            }
            Ok(found.into_iter().collect())
        })
        .await
    }

    /// The first few of those who were found, and by which kinds they were.
    async fn candidates(
        &self,
        found: &[ProfileId],
        addresses: &[Address],
    ) -> Result<Vec<Candidate>, Failure> {
        let few: Vec<ProfileId> = found.iter().take(self.limits.candidates_max).copied().collect();
        let portraits = self.ask("profile", move |query| {
            few.into_iter()
                .filter_map(|id| query.portrait(id).transpose())
                .collect::<Result<Vec<Portrait>, _>>()
        });
        let portraits = portraits.await?.into_iter();
        Ok(portraits
            .map(|portrait| {
                Candidate::of(
                    &portrait.id.to_string(),
                    why(&portrait, addresses),
                    &portrait.profile,
                )
            })
            .collect())
    }
}

fn why(portrait: &Portrait, addresses: &[Address]) -> String {
    let held = addresses.iter().filter_map(|address| match address {
        Address::Identifier(key) => held(portrait, key),
        Address::Id(_) => None,
    });
    let held: Vec<String> = held.collect();
    if held.is_empty() {
        "mentions one of the values".to_owned()
    } else {
        format!("holds {}", held.join(", "))
    }
}

/// The kind and how far it is trusted, never the value.
fn held(portrait: &Portrait, key: &Key) -> Option<String> {
    let trust = portrait.profile.identifiers.get(key)?;
    Some(format!("{} ({})", key.kind, trust.as_str()))
}
