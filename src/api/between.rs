//! Why two are one person or not, and who may be one.

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    api::{Api, Failure, Who},
    engine::{
        ProfileId,
        identity::possible::{Match, Matches, Why},
        queries::explain::{Asked, Between, Compared},
    },
    wire::out::{
        between::{self, Comparison},
        identity::{Evidence, Member, Shared},
    },
};

/// Matches on a page where the request does not say, and at most.
const PAGE: usize = 50;
const PAGE_MAX: usize = 500;
/// Absorbed ids that are told where the request does not say, and at most.
const MERGES: usize = 20;
const MERGES_MAX: usize = 100;

/// Asks what stands between two: `{a, b, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExplainRequest {
    /// The one: a profile's id, or `kind:value`.
    pub a: Who,
    /// The other.
    pub b: Who,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// What stands between two.
#[derive(Debug)]
pub struct ExplainAnswer {
    between: Between,
}

/// Asks who may be one person: `{who, limit, cursor, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MatchesRequest {
    /// Whom the matches are to be of; all there are by facts, page by page, without.
    pub who: Option<Who>,
    /// Matches on the page, 50 where it is not said, 500 at most. A page may hold fewer and not be the last.
    pub limit: Option<usize>,
    /// `next` of the page before; the first page without.
    pub cursor: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Asks whom a profile absorbed, and why: `{who, limit, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct MergesRequest {
    /// Which profile: an id, or `kind:value`.
    pub who: Who,
    /// Absorbed ids that are told, 20 where it is not said, 100 at most.
    pub limit: Option<usize>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Whom a profile absorbed: `{profile, merges}`.
#[derive(Debug)]
pub struct MergesAnswer {
    profile: ProfileId,
    merges: Vec<(ProfileId, Between)>,
}

/// Who may be one person: `{matches, next}`.
#[derive(Debug)]
pub struct MatchesAnswer {
    page: Matches,
}

impl Api {
    /// Why two are one person, or why not.
    ///
    /// # Errors
    /// Those of [`Api::profile`].
    pub async fn explain(&self, request: ExplainRequest) -> Result<ExplainAnswer, Failure> {
        let a = self.asked(&request.a, request.min_position).await?;
        let b = self.asked(&request.b, None).await?;
        let between = self.ask("explain", move |query| query.between([&a, &b])).await?;
        Ok(ExplainAnswer { between })
    }

    /// Who may be one person. A steward accepts a match by [`Api::merge`] and rejects it by [`Api::separate`].
    ///
    /// # Errors
    /// Those of [`Api::profile`], and `bad_cursor`.
    pub async fn matches(&self, request: MatchesRequest) -> Result<MatchesAnswer, Failure> {
        let limit = request.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
        let page = match &request.who {
            Some(who) => {
                let profile = self.one(who, request.min_position).await?;
                let mut matches = self.ask("matches", move |query| query.possible(profile)).await?;
                matches.truncate(limit);
                Matches { matches, next: None }
            }
            None => {
                self.reached(request.min_position).await?;
                let cursor = request.cursor;
                self.ask("matches", move |query| query.matches(cursor.as_deref(), limit))
                    .await?
            }
        };
        let people: Vec<ProfileId> = page.matches.iter().flat_map(|one| one.profiles).collect();
        self.tells(None, &people).await?;
        Ok(MatchesAnswer { page })
    }

    /// Whom a profile absorbed, and by which links.
    ///
    /// # Errors
    /// Those of [`Api::profile`].
    pub async fn merges(&self, request: MergesRequest) -> Result<MergesAnswer, Failure> {
        let limit = request.limit.unwrap_or(MERGES).clamp(1, MERGES_MAX);
        let profile = self.one(&request.who, request.min_position).await?;
        let merges = self
            .ask("merges", move |query| query.merges(profile, limit))
            .await?;
        Ok(MergesAnswer { profile, merges })
    }

    async fn asked(&self, who: &Who, min_position: Option<u64>) -> Result<Asked, Failure> {
        let profile = self.one(who, min_position).await?;
        let nobody = || Failure::nobody_there("nobody can hold this identifier");
        let address = self
            .address(who, self.limits.region.as_ref())?
            .ok_or_else(nobody)?;
        Ok((address, profile))
    }
}

impl Serialize for ExplainAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Between {
            profiles: [a, b],
            shared,
            generic,
            mentioned,
            likeness,
            ..
        } = &self.between;
        let mut profiles = vec![a.to_string()];
        profiles.extend((a != b).then(|| b.to_string()));
        let told = between::Between {
            one: a == b,
            profiles,
            members: members(&self.between),
            evidence: evidence(&self.between),
            shared: shared.iter().map(Shared::of).collect(),
            generic: generic.iter().map(Shared::of).collect(),
            mentioned: mentioned.iter().map(Shared::of).collect(),
            likeness: likeness.as_ref().map(comparison),
        };
        told.serialize(serializer)
    }
}

impl Serialize for MergesAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let merges = self.merges.iter().map(|(absorbed, between)| between::Merge {
            absorbed: absorbed.to_string(),
            members: members(between),
            evidence: evidence(between),
        });
        let told = between::Merges {
            profile: self.profile.to_string(),
            merges: merges.collect(),
        };
        told.serialize(serializer)
    }
}

impl Serialize for MatchesAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let matches = self.page.matches.iter().map(|Match { profiles, why }| {
            let (likeness, mentions) = match why {
                Why::Alike(compared) => (Some(comparison(compared)), None),
                Why::Mentions(key) => (None, Some(Shared::of(key))),
            };
            between::Match {
                profiles: profiles.map(|id| id.to_string()),
                likeness,
                mentions,
            }
        });
        let page = between::Matches {
            matches: matches.collect(),
            next: self.page.next.as_deref(),
        };
        page.serialize(serializer)
    }
}

fn members(between: &Between) -> Vec<Member<'_>> {
    let told = between.members.iter();
    told.map(|one| Member::of(&one.claim, one.events, Some(one.first.time)))
        .collect()
}

fn evidence(between: &Between) -> Vec<Evidence<'_>> {
    let told = between.evidence.iter();
    told.map(|one| Evidence::of(&one.link, [one.center, one.other], &one.verdict))
        .collect()
}

fn comparison(compared: &Compared) -> Comparison {
    Comparison::of(&compared.score, compared.needed)
}
