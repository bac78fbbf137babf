//! Why whoever is meant is one person.

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    api::{Api, Failure, Who},
    engine::{
        ProfileId,
        queries::query::{IdentityView, MemberView},
    },
    wire::out::identity::{Evidence, Identity, Member, Shared},
};

/// Asks why a profile is one person: `{who, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IdentityRequest {
    /// Which profile: an id, or `kind:value`.
    pub who: Who,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// The members of a profile and what united them or kept others apart.
#[derive(Debug)]
pub struct IdentityAnswer {
    profile: ProfileId,
    view: IdentityView,
}

impl Api {
    /// Why a profile is one person.
    ///
    /// # Errors
    /// Those of [`Api::profile`].
    pub async fn identity(&self, request: IdentityRequest) -> Result<IdentityAnswer, Failure> {
        let profile = self.one(&request.who, request.min_position).await?;
        let view = self.ask("identity", move |query| query.identity(profile)).await?;
        Ok(IdentityAnswer { profile, view })
    }
}

impl Serialize for IdentityAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        told(&self.profile.to_string(), &self.view).serialize(serializer)
    }
}

/// Members that joined and attributed ones are listed apart, so evidence gets the places among those that joined.
fn told<'a>(profile: &'a str, view: &'a IdentityView) -> Identity<'a> {
    let listed = |attributed: bool| -> Vec<Member<'a>> {
        view.members
            .iter()
            .filter(|member| member.attributed == attributed)
            .map(member)
            .collect()
    };
    let place = |index: Option<usize>| {
        let (before, from) = view.members.split_at_checked(index?)?;
        let joined = from.first().is_some_and(|member| !member.attributed);
        joined.then(|| before.iter().filter(|member| !member.attributed).count())
    };
    let evidence = view.evidence.iter();
    Identity {
        profile,
        members: listed(false),
        attributed: listed(true),
        evidence: evidence
            .map(|one| Evidence::of(&one.link, [place(one.center), place(one.other)], &one.verdict))
            .collect(),
        shared: view.shared.iter().map(Shared::of).collect(),
        generic: view.generic.iter().map(Shared::of).collect(),
    }
}

fn member(view: &MemberView) -> Member<'_> {
    Member::of(&view.claim, view.events, Some(view.first.time))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        domain::{
            event::Stamp,
            fact::Facts,
            identifier::Kind,
            identity::{Claim, Key, Owner, Verdict, cluster::Link},
            time::Timestamp,
        },
        engine::queries::query::EvidenceView,
    };

    fn member(attributed: bool) -> MemberView {
        let claim = Claim {
            asserted: Vec::new(),
            owner: Owner::Nobody,
            alias_of: None,
            signs_out: false,
            alone: None,
            facts: Facts::default(),
        };
        let first = Stamp {
            time: Timestamp::from_micros(1),
            id: "e".to_owned(),
            source: "s".to_owned(),
        };
        MemberView {
            claim: Arc::new(claim),
            events: 1,
            first,
            attributed,
        }
    }

    #[test]
    fn evidence_names_places_among_those_that_joined() {
        let key = Key {
            kind: Kind::PHONE,
            value: "+98".to_owned(),
        };
        let evidence = |center, other| EvidenceView {
            link: Link::Shared(key.clone()),
            center,
            other,
            verdict: Verdict::United,
        };
        let view = IdentityView {
            members: vec![member(false), member(true), member(false)],
            evidence: vec![
                evidence(Some(0), Some(2)),
                evidence(Some(2), None),
                evidence(Some(9), Some(1)),
            ],
            shared: vec![key.clone()],
            generic: Vec::new(),
        };
        let told = serde_json::to_value(told("p", &view)).unwrap();
        let between: Vec<_> = told["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["between"].to_string())
            .collect();
        assert_eq!(between, ["[0,1]", "[1,null]", "[null,null]"]);
        assert_eq!(
            (
                told["members"].as_array().unwrap().len(),
                told["attributed"].as_array().unwrap().len()
            ),
            (2, 1)
        );
        assert_eq!(told["shared"][0]["kind"], "phone");
    }
}
