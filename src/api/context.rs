//! What one consumer is told about a customer. Always an answer, with its `match`.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, AskedIdentifier, Failure, Who},
    domain::context::{Context, View},
    engine::{
        ProfileId,
        query::{Address, Portrait},
    },
    wire::out::{
        context::{Body, Match},
        flat::Flat,
    },
};

/// Asks what a consumer is told: `{view, who | identifiers, flat, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContextRequest {
    /// The view, such as `callcenter`.
    pub view: String,
    /// About whom: an id, or `kind:value`. Either this or `identifiers`.
    pub who: Option<Who>,
    /// About whom: `[{kind, value}]`, whoever holds one of them; nobody where it is empty.
    pub identifiers: Option<Vec<AskedIdentifier>>,
    /// Whether the answer is a map of texts.
    #[serde(default)]
    pub flat: bool,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// A context in the form that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ContextAnswer {
    /// `{view, match, profile, version, …sections}`.
    Whole(Box<Body>),
    /// Texts by name, all of them always there.
    Flat(Flat),
}

impl Api {
    /// What a view tells of whoever is meant.
    ///
    /// # Errors
    /// `unknown_view`, `bad_address`, `bad_identifier`, `too_many_identifiers`, `position_not_reached`.
    pub async fn context(&self, request: ContextRequest) -> Result<ContextAnswer, Failure> {
        self.reached(request.min_position).await?;
        let view = self.view(&request.view)?;
        let addresses = match (&request.who, &request.identifiers) {
            (Some(who), None) => self.address(who, self.region(&view.name))?.into_iter().collect(),
            (None, Some(identifiers)) => self.addresses(identifiers, &view.name)?,
            (None, None) | (Some(_), Some(_)) => {
                let expected = "expected either who or identifiers";
                return Err(Failure::bad_request("bad_address", expected));
            }
        };
        let found = self.found(addresses).await?;
        self.told(view, &found, request.flat).await
    }

    /// The view called `name`.
    ///
    /// # Errors
    /// Not found, with the names there are.
    pub(crate) fn view(&self, name: &str) -> Result<&View, Failure> {
        self.views.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.views.keys().map(String::as_str).collect();
            Failure::not_found(
                "unknown_view",
                format!("expected one of the views {}", names.join(", ")),
            )
        })
    }

    /// The addresses that the identifiers of a question for `view` are; those that nobody can hold are left out.
    pub(crate) fn addresses(&self, asked: &[AskedIdentifier], view: &str) -> Result<Vec<Address>, Failure> {
        let most = self.limits.identifiers_max;
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

    /// What `view` tells of those who were found: of one alone it tells anything.
    pub(crate) async fn told(
        &self,
        view: &View,
        found: &[ProfileId],
        flat: bool,
    ) -> Result<ContextAnswer, Failure> {
        let outcome = Match::of(found.len());
        let context = match found {
            [id] => self.seen(view, &self.portrait(*id).await?),
            _ => Context::empty(view),
        };
        Ok(match flat {
            true => ContextAnswer::Flat(Flat::of(outcome, &context)),
            false => ContextAnswer::Whole(Box::new(Body::of(outcome, context))),
        })
    }

    /// What `view` tells of a profile now.
    pub(crate) fn seen(&self, view: &View, portrait: &Portrait) -> Context {
        let id = portrait.id.to_string();
        Context::of(&portrait.profile, &id, portrait.version, view, (self.clock)())
    }
}
