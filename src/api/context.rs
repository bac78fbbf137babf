//! What one consumer is told about a customer. Always an answer, with its `match` and, where that is not one, why.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, AskedIdentifier, Failure, Who, budget::Budget},
    domain::{
        context::{Context, View},
        identifier::Region,
    },
    engine::{
        ProfileId,
        queries::query::{Address, Portrait},
    },
    wire::out::{
        context::{Body, Finding, Why},
        flat::Flat,
    },
};

/// Asks what a consumer is told: `{view, who | identifiers, flat, region, deadline_ms, min_position}`.
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
    /// Where numbers without a country code are from, as two letters; the view's channel's region where it is not said.
    pub region: Option<String>,
    /// Milliseconds after which the answer comes with what is known by then, marked `partial`.
    pub deadline_ms: Option<u64>,
    /// The position to wait for.
    pub min_position: Option<u64>,
    /// The store that the customer is in.
    pub store_id: Option<String>,
}

/// A context in the form that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ContextAnswer {
    /// `{view, match, why, partial, profile, version, candidates, …sections}`.
    Whole(Box<Body>),
    /// Texts by name, all of them always there.
    Flat(Flat),
}

/// Whom a question is about, or why nobody can be meant.
pub(crate) type Meant = Result<Address, Why>;

impl Api {
    /// What a view tells of whoever is meant.
    ///
    /// # Errors
    /// `unknown_view`, `bad_address`, `bad_identifier`, `bad_region`, `bad_deadline`, `too_many_identifiers`,
    /// `position_not_reached`.
    pub async fn context(&self, request: ContextRequest) -> Result<ContextAnswer, Failure> {
        let budget = Budget::of(request.deadline_ms, request.flat, self.limits.flat_deadline)?;
        let view = self.view(&request.view)?;
        let region = self.region_asked(request.region.as_deref(), &view.name)?;
        let meant = match (&request.who, &request.identifiers) {
            (Some(who), None) => vec![self.meant(who, region.as_ref())?],
            (None, Some(identifiers)) => self.all_meant(identifiers, region.as_ref())?,
            (None, None) | (Some(_), Some(_)) => return Err(Failure::either()),
        };
        let is_current = self.reached_within(budget, request.min_position).await?;
        let store = request.store_id.as_deref();
        let (mut finding, context) = self.seen_within(budget, (view, store), &meant).await?;
        finding.partial |= !is_current;
        Ok(shaped(request.flat, finding, context))
    }

    /// The view called `name`.
    ///
    /// # Errors
    /// Not found, with the names there are.
    pub(crate) fn view(&self, name: &str) -> Result<&View, Failure> {
        let is_told = |view: &View| {
            self.caller
                .as_ref()
                .is_some_and(|caller| view.is_for(caller.role))
        };
        self.views.get(name).filter(|view| is_told(view)).ok_or_else(|| {
            // A view that is not for the asker is none that there is.
            let told = self.views.values().filter(|view| is_told(view));
            let names: Vec<&str> = told.map(|view| view.name.as_str()).collect();
            Failure::not_found(
                "unknown_view",
                format!("expected one of the views {}", names.join(", ")),
            )
        })
    }

    /// The region that a question names, else that of the view's channel.
    ///
    /// # Errors
    /// `bad_region`.
    pub(crate) fn region_asked(&self, asked: Option<&str>, view: &str) -> Result<Option<Region>, Failure> {
        match asked {
            None => Ok(self.region(view).copied()),
            Some(code) => code.parse().map(Some).map_err(|_| {
                Failure::bad_request(
                    "bad_region",
                    "expected region to be a two-letter country code such as IR",
                )
            }),
        }
    }

    /// Whom the identifiers of a question mean.
    ///
    /// # Errors
    /// `too_many_identifiers`, `bad_identifier`.
    pub(crate) fn all_meant(
        &self,
        asked: &[AskedIdentifier],
        region: Option<&Region>,
    ) -> Result<Vec<Meant>, Failure> {
        let most = self.limits.identifiers_max;
        if asked.len() > most {
            return Err(Failure::bad_request(
                "too_many_identifiers",
                format!("expected at most {most} identifiers"),
            ));
        }
        let keys = asked.iter().map(|asked| asked.key(self, region));
        keys.map(|key| Ok(key?.map(Address::Identifier))).collect()
    }

    /// What `view` tells of whoever is meant, as far as it is known within the budget.
    pub(crate) async fn seen_within(
        &self,
        budget: Budget,
        (view, store): (&View, Option<&str>),
        meant: &[Meant],
    ) -> Result<(Finding, Context), Failure> {
        let (finding, portrait) = self.found_within(budget, view, meant).await?;
        let Some(portrait) = portrait else {
            return Ok((finding, Context::empty(view)));
        };
        Ok(match self.seen(budget, (view, store), portrait).await? {
            Some(context) => (finding, context),
            None => (late(finding), Context::empty(view)),
        })
    }

    /// Who is meant, as far as it is known within the budget: the one, with all that is known of them, or those it may be.
    pub(crate) async fn found_within(
        &self,
        budget: Budget,
        view: &View,
        meant: &[Meant],
    ) -> Result<(Finding, Option<Portrait>), Failure> {
        let addresses: Vec<Address> = meant.iter().flatten().cloned().collect();
        if addresses.iter().any(|one| matches!(one, Address::Identifier(_))) {
            self.may_look_up()?;
        }
        let Some(found) = self.found(budget, addresses.clone()).await? else {
            return Ok((late(Finding::nobody(Why::Deadline)), None));
        };
        // Of many the first are told.
        let told: Vec<ProfileId> = found.iter().take(self.limits.candidates_max).copied().collect();
        if budget
            .within(self.tells(Some(&view.name), &told))
            .await?
            .is_none()
        {
            return Ok((late(Finding::nobody(Why::Deadline)), None));
        }
        Ok(match found.as_slice() {
            [] => (Finding::nobody(why_nobody(meant)), None),
            [id] => match self.portrait_within(budget, *id).await? {
                Some(portrait) => (Finding::ONE, Some(portrait)),
                None => (late(Finding::ONE), None),
            },
            several => match self.candidates((budget, view), several, &addresses).await? {
                Some(candidates) => (Finding::several(candidates), None),
                None => (late(Finding::several(Vec::new())), None),
            },
        })
    }

    /// What `view` tells of a profile now to somebody in `store`; `None` where the budget is over before it is known.
    pub(crate) async fn seen(
        &self,
        budget: Budget,
        (view, store): (&View, Option<&str>),
        portrait: Portrait,
    ) -> Result<Option<Context>, Failure> {
        let (view, store, now) = (view.clone(), store.map(str::to_owned), (self.clock)());
        let asked = self.ask_within(budget, "context", move |query| {
            query.context(&view, &portrait, store.as_deref(), now)
        });
        asked.await
    }

    /// The profile `id`, or its survivor; `None` where the budget is over before it is known.
    async fn portrait_within(&self, budget: Budget, id: ProfileId) -> Result<Option<Portrait>, Failure> {
        let asked = self.ask_within(budget, "profile", move |query| query.portrait_or_survivor(id));
        match asked.await? {
            None => Ok(None),
            Some(Some(portrait)) => Ok(Some(portrait)),
            Some(None) => Err(Failure::changed_id()),
        }
    }
}

/// The same, where the time that the asker gave was over before it was known.
fn late(finding: Finding) -> Finding {
    Finding {
        why: Some(finding.why.unwrap_or(Why::Deadline)),
        partial: true,
        ..finding
    }
}

/// The answer in the form that was asked for.
pub(crate) fn shaped(flat: bool, finding: Finding, context: Context) -> ContextAnswer {
    match flat {
        true => ContextAnswer::Flat(Flat::of(&finding, &context)),
        false => ContextAnswer::Whole(Box::new(Body::of(finding, context))),
    }
}

/// Why nobody was found: that nobody holds a value that somebody could hold, or that there is none.
fn why_nobody(meant: &[Meant]) -> Why {
    let is_known = meant.is_empty() || meant.iter().any(Result::is_ok);
    match meant.first() {
        Some(Err(why)) if !is_known => *why,
        _ => Why::Unknown,
    }
}
