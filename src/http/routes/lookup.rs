//! `POST /v1/lookup`: who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    domain::identity::Key,
    engine::{
        ProfileId,
        query::{Address, Found, Portrait},
    },
    http::{Http, address::Asked, ask::Reached, body::Document, failure::Failure, routes::context::Told},
    wire::out::{
        context::Match,
        lookup::{Candidate, Lookup},
    },
};

/// The view where the request names none.
const DEFAULT_VIEW: &str = "callcenter";

/// Who is asked for, and what of them.
#[derive(Deserialize)]
pub(crate) struct Question {
    identifiers: Vec<Asked>,
    view: Option<String>,
    #[serde(default)]
    flat: bool,
}

/// Looks up.
pub(crate) async fn lookup(
    State(http): State<Http>,
    _: Reached,
    Document(question): Document<Question>,
) -> Result<Response, Failure> {
    let view = http.view(question.view.as_deref().unwrap_or(DEFAULT_VIEW))?;
    let addresses = http.addresses(&question.identifiers, &view.name)?;
    let found = http.found(addresses.clone()).await?;
    Ok(match http.told(view, &found, question.flat).await? {
        Told::Flat(flat) => Json(flat).into_response(),
        Told::Whole(body) => {
            let several = found.len() > 1;
            Json(Lookup {
                outcome: Match::of(found.len()),
                profiles: if found.len() == 1 { vec![*body] } else { Vec::new() },
                candidates: if several {
                    http.candidates(&found, &addresses).await?
                } else {
                    Vec::new()
                },
            })
            .into_response()
        }
    })
}

impl Http {
    /// The addresses that the identifiers of a question for `view` are; those that nobody can hold are left out.
    pub(crate) fn addresses(&self, asked: &[Asked], view: &str) -> Result<Vec<Address>, Failure> {
        let most = self.settings.identifiers_max;
        if asked.len() > most {
            return Err(Failure::bad_request(
                "too_many_identifiers",
                format!("expected at most {most} identifiers"),
            ));
        }
        let region = self.region(view);
        let keys = asked
            .iter()
            .filter_map(|asked| asked.key(self, region).transpose());
        keys.map(|key| key.map(Address::Identifier)).collect()
    }

    /// All who are at one of the addresses, sorted.
    pub(crate) async fn found(&self, addresses: Vec<Address>) -> Result<Vec<ProfileId>, Failure> {
        self.ask("find", move |query| {
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
        let few: Vec<ProfileId> = found.iter().take(self.settings.candidates_max).copied().collect();
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
