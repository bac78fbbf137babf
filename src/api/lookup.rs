//! Who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, AskedIdentifier, Failure,
        budget::Budget,
        context::{ContextAnswer, shaped},
    },
    domain::{context::View, identity::Key},
    engine::{
        ProfileId,
        queries::query::{Address, Found, Portrait},
    },
    wire::out::{candidate::Candidate, context::Match, flat::Flat, lookup::Lookup},
};

/// The view where the request names none.
const DEFAULT_VIEW: &str = "callcenter";

/// Asks who holds identifiers: `{identifiers, view, flat, region, deadline_ms, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LookupRequest {
    /// `[{kind, value}]`: whoever holds one of them.
    pub identifiers: Vec<AskedIdentifier>,
    /// What is told of the one who was found; `callcenter` where it is not said.
    pub view: Option<String>,
    /// Whether the answer is the view's map of texts.
    #[serde(default)]
    pub flat: bool,
    /// Where numbers without a country code are from, as two letters; the view's channel's region where it is not said.
    pub region: Option<String>,
    /// Milliseconds after which the answer comes with what is known by then.
    pub deadline_ms: Option<u64>,
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
    /// `unknown_view`, `bad_identifier`, `bad_region`, `bad_deadline`, `too_many_identifiers`, `position_not_reached`.
    pub async fn lookup(&self, request: LookupRequest) -> Result<LookupAnswer, Failure> {
        let budget = Budget::of(request.deadline_ms, request.flat, self.limits.flat_deadline)?;
        let view = self.view(request.view.as_deref().unwrap_or(DEFAULT_VIEW))?;
        let region = self.region_asked(request.region.as_deref(), &view.name)?;
        let meant = self.all_meant(&request.identifiers, region.as_ref())?;
        let is_current = self.reached_within(budget, request.min_position).await?;
        let (mut finding, context) = self.seen_within(budget, (view, None), &meant).await?;
        finding.partial |= !is_current;
        let (outcome, candidates) = (finding.outcome, finding.candidates.clone());
        Ok(match shaped(request.flat, finding, context) {
            ContextAnswer::Flat(flat) => LookupAnswer::Flat(flat),
            ContextAnswer::Whole(body) => LookupAnswer::Whole(Lookup {
                outcome,
                profiles: (outcome == Match::One).then_some(*body).into_iter().collect(),
                candidates,
            }),
        })
    }

    /// All who are at one of the addresses, sorted; `None` where the budget is over before they are known.
    pub(crate) async fn found(
        &self,
        budget: Budget,
        addresses: Vec<Address>,
    ) -> Result<Option<Vec<ProfileId>>, Failure> {
        self.ask_within(budget, "find", move |query| {
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

    /// The first few of those who were found, and by which kinds they were; `None` where the budget is over before.
    pub(crate) async fn candidates(
        &self,
        (budget, view): (Budget, &View),
        found: &[ProfileId],
        addresses: &[Address],
    ) -> Result<Option<Vec<Candidate>>, Failure> {
        let few: Vec<ProfileId> = found.iter().take(self.limits.candidates_max).copied().collect();
        let portraits = self.ask_within(budget, "profile", move |query| {
            few.into_iter()
                .filter_map(|id| query.portrait(id).transpose())
                .collect::<Result<Vec<Portrait>, _>>()
        });
        let candidate = |portrait: &Portrait| {
            let candidate = Candidate::of(
                &portrait.id.to_string(),
                why(portrait, addresses),
                &portrait.profile,
            );
            let purpose = view.purpose.as_ref();
            let is_told = purpose.is_none_or(|purpose| portrait.profile.agreed_to(purpose));
            Candidate {
                name: candidate.name.filter(|_| is_told),
                ..candidate
            }
        };
        let portraits = portraits.await?;
        Ok(portraits.map(|portraits| portraits.iter().map(candidate).collect()))
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
