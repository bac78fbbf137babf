//! `GET /v1/profiles/{who}/identity`: why this is one person.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use crate::{
    engine::query::{IdentityView, MemberView},
    http::{Http, answer::tagged, ask::Reached, failure::Failure},
    wire::out::identity::{Evidence, Identity, Member, Shared},
};

/// The members of a profile and what united them or kept others apart.
pub(crate) async fn identity(
    State(http): State<Http>,
    Path(who): Path<String>,
    _: Reached,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let id = http
        .one(http.address(&who, http.settings.region.as_ref())?)
        .await?;
    let view = http.ask("identity", move |query| query.identity(id)).await?;
    tagged(&headers, &told(&id.to_string(), &view))
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
            .map(|one| Evidence::of(&one.key, [place(one.center), place(one.other)], &one.verdict))
            .collect(),
        shared: view.shared.iter().map(Shared::of).collect(),
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
            identifier::Kind,
            identity::{Claim, Key, Owner, Verdict},
            time::Timestamp,
        },
        engine::query::EvidenceView,
    };

    fn member(attributed: bool) -> MemberView {
        let claim = Claim {
            asserted: Vec::new(),
            owner: Owner::Nobody,
            alias_of: None,
            signs_out: false,
            alone: None,
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
            key: key.clone(),
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
